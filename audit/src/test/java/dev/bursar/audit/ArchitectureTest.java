package dev.bursar.audit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The auditor trusts nobody: it knows the JDK and a JSON parser, and no module of ours. */
@AnalyzeClasses(packages = "dev.bursar.audit", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

  private static final DescribedPredicate<JavaClass> KNOWN =
      resideInAnyPackage(
              "dev.bursar.audit",
              "java..",
              "com.fasterxml.jackson.core..",
              "org.jspecify.annotations")
          .or(
              new DescribedPredicate<>("are primitive types") {
                @Override
                public boolean test(JavaClass type) {
                  return type.getBaseComponentType().isPrimitive();
                }
              });

  @ArchTest
  static final ArchRule knowsNoOtherModule =
      noClasses().should().dependOnClassesThat(DescribedPredicate.not(KNOWN));
}
