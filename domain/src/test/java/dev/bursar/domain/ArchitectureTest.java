package dev.bursar.domain;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** The domain is pure: it knows the language's own types, and it is told the time. */
@AnalyzeClasses(packages = "dev.bursar.domain", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

  /** The JDK's parts for values, collections and text; not for files, networks, SQL or logs. */
  private static final DescribedPredicate<JavaClass> PURE =
      resideInAnyPackage(
              "dev.bursar.domain..",
              "org.jspecify.annotations",
              "java.lang",
              "java.lang.annotation",
              "java.lang.invoke",
              "java.lang.runtime",
              "java.io",
              "java.math",
              "java.nio",
              "java.nio.charset",
              "java.security",
              "java.text",
              "java.time..",
              "java.util",
              "java.util.concurrent..",
              "java.util.function",
              "java.util.regex",
              "java.util.stream")
          .or(
              new DescribedPredicate<>("are primitive types") {
                @Override
                public boolean test(JavaClass type) {
                  return type.getBaseComponentType().isPrimitive();
                }
              });

  @ArchTest
  static final ArchRule knowsNoFramework =
      noClasses()
          .should()
          .dependOnClassesThat(DescribedPredicate.not(PURE))
          .because("Pekko, Jackson, JDBC, loggers and the like belong to the modules around it")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule isToldTheTime =
      noClasses()
          .should()
          .accessTargetWhere(
              target(owner(resideInAPackage("java.time.."))).and(target(name("now"))))
          .orShould()
          .accessTargetWhere(
              target(owner(belongToAnyOf(System.class)))
                  .and(target(nameMatching("currentTimeMillis|nanoTime"))))
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .because(
              "time is a parameter, so that a decision can be made again and come out the same")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule drawsNoLots =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Random.class, ThreadLocalRandom.class, java.security.SecureRandom.class)
          .orShould()
          .accessTargetWhere(
              target(owner(belongToAnyOf(Math.class, StrictMath.class)))
                  .and(target(name("random"))))
          .orShould()
          .accessTargetWhere(
              target(owner(belongToAnyOf(java.util.UUID.class))).and(target(name("randomUUID"))))
          .orShould()
          .accessTargetWhere(
              target(owner(belongToAnyOf(java.util.Collections.class)))
                  .and(target(name("shuffle"))))
          .because("ids and seeds come from outside")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule asksNothingOfTheMachine =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .accessTargetWhere(
              target(owner(belongToAnyOf(System.class)))
                  .and(target(nameMatching("getenv|getProperty|exit"))))
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Thread.class, java.io.File.class, java.io.FileInputStream.class)
          .because("a rule that reads its surroundings decides differently elsewhere")
          .allowEmptyShould(true);
}
