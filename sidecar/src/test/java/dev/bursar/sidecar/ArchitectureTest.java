package dev.bursar.sidecar;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.Executors;

/** What decides is pure; and no part of a sidecar knows a server's inside. */
@AnalyzeClasses(packages = "dev.bursar.sidecar", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

  private static final String[] PURE = {"..sidecar.lease..", "..sidecar.decision.."};

  /** What answers on ports; a library has none of it. */
  private static final String[] PROCESS = {
    "..sidecar.http..", "..sidecar.envoy..", "..sidecar.openai..", "..sidecar.command.."
  };

  @ArchTest
  static final ArchRule decidesWithoutThreadsAndWires =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.net..",
              "java.nio..",
              "java.util.concurrent..",
              "org.slf4j..",
              "org.apache..",
              "com.fasterxml..",
              "dev.bursar.api..",
              "..sidecar.server..",
              "..sidecar.http..",
              "..sidecar.gateway..",
              "..sidecar.envoy..",
              "..sidecar.openai..")
          .because("it is driven by one thread at a time, in production as in tests");

  @ArchTest
  static final ArchRule isToldTheTime =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .accessTargetWhere(
              target(owner(resideInAPackage("java.time.."))).and(target(name("now"))))
          .orShould()
          .accessTargetWhere(
              target(owner(belongToAnyOf(System.class)))
                  .and(target(nameMatching("currentTimeMillis|nanoTime"))));

  @ArchTest
  static final ArchRule isRunByItsHost =
      noClasses()
          .that()
          .resideInAPackage("dev.bursar.sidecar")
          .and()
          .doNotHaveSimpleName("Threads")
          .and()
          .haveNameNotMatching(".*\\.Threads\\$.*")
          .should()
          .accessTargetWhere(
              target(owner(belongToAnyOf(System.class, Executors.class)))
                  .and(target(nameMatching("currentTimeMillis|nanoTime|new.*"))))
          .orShould()
          .accessTargetWhere(
              target(owner(resideInAPackage("java.time.."))).and(target(name("now"))))
          .because("a simulation runs it, too, in one thread and on virtual time");

  @ArchTest
  static final ArchRule isNoServer =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.bursar.node..",
              "dev.bursar.entities..",
              "dev.bursar.journal..",
              "dev.bursar.projections..",
              "dev.bursar.database..",
              "org.apache.pekko.persistence..",
              "org.apache.pekko.cluster..",
              "java.sql..");

  @ArchTest
  static final ArchRule aLibraryNeedsNoActors =
      noClasses()
          .that()
          .resideOutsideOfPackages(PROCESS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.pekko..", "picocli..", "ch.qos.logback..");

  @ArchTest
  static final ArchRule aLibraryKnowsNoGateways =
      noClasses()
          .that()
          .resideOutsideOfPackages(PROCESS)
          .and()
          .resideOutsideOfPackage("..sidecar.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..sidecar.gateway..", "..sidecar.envoy..", "..sidecar.openai..");

  @ArchTest
  static final ArchRule onlyEnvoyIsAnsweredOverGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackage("..sidecar.envoy..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "io.envoyproxy..", "com.google.protobuf..")
          .because("its classes are loaded only where its port is open");
}
