package dev.bursar.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Which module may know which: the arrows of the house, drawn here because this module sees all of
 * it.
 */
@AnalyzeClasses(packages = "dev.bursar", importOptions = DoNotIncludeTests.class)
final class ArrowsTest {

  @ArchTest static final ArchRule domain = mayKnow("domain");

  @ArchTest static final ArchRule database = mayKnow("database");

  @ArchTest static final ArchRule audit = mayKnow("audit");

  @ArchTest static final ArchRule journal = mayKnow("journal", "domain");

  @ArchTest static final ArchRule entities = mayKnow("entities", "domain", "journal");

  @ArchTest
  static final ArchRule simulation =
      mayKnow("simulation", "domain", "journal", "entities", "sidecar");

  @ArchTest static final ArchRule api = mayKnow("api", "domain");

  @ArchTest
  static final ArchRule projections = mayKnow("projections", "domain", "journal", "database");

  @ArchTest
  static final ArchRule node =
      mayKnow("node", "domain", "journal", "entities", "projections", "api", "database");

  @ArchTest static final ArchRule sidecar = mayKnow("sidecar", "domain", "api");

  @ArchTest
  static final ArchRule benchmarks =
      mayKnow(
          "benchmarks",
          "domain",
          "api",
          "projections",
          "node",
          "database",
          "simulation",
          "sidecar");

  /** The server's HTTP, with nothing behind it, is what a sidecar's is measured beside. */
  @ArchTest
  static final ArchRule ofTheApiItsHttp =
      noClasses()
          .that()
          .resideInAPackage("dev.bursar.benchmarks..")
          .and()
          .resideOutsideOfPackage("dev.bursar.benchmarks.sidecar..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.bursar.api..");

  /** All but what measures the sidecar's decisions, and what starts and kills it, is of servers. */
  @ArchTest
  static final ArchRule ofTheSidecarOneRoom =
      noClasses()
          .that()
          .resideInAPackage("dev.bursar.benchmarks..")
          .and()
          .resideOutsideOfPackages(
              "dev.bursar.benchmarks.sidecar..", "dev.bursar.benchmarks.chaos..")
          .and()
          .haveNameNotMatching("dev\\.bursar\\.benchmarks\\.bench\\.SidecarBench.*")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.bursar.sidecar..");

  /** Chaos plays its histories, and knows nothing of the nodes that are made up for them. */
  @ArchTest
  static final ArchRule ofTheSimulationTheHistories =
      noClasses()
          .that()
          .resideInAPackage("dev.bursar.benchmarks..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.bursar.simulation..")
                  .and(not(resideInAPackage("dev.bursar.simulation.history"))));

  @ArchTest
  static final ArchRule sqlStaysWhereItBelongs =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.bursar.domain..",
              "dev.bursar.journal..",
              "dev.bursar.entities..",
              "dev.bursar.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..", "org.jdbi..", "com.zaxxer..")
          .allowEmptyShould(true);

  /** What runs entities is whatever stands behind their host: actors, or a simulation. */
  @ArchTest
  static final ArchRule entitiesKnowNoActors =
      noClasses()
          .that()
          .resideInAnyPackage("dev.bursar.entities..", "dev.bursar.simulation..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.pekko..", "com.typesafe..");

  private static ArchRule mayKnow(String module, String... others) {
    String[] allowed = new String[others.length + 1];
    allowed[0] = "dev.bursar." + module + "..";
    for (int i = 0; i < others.length; i++) {
      allowed[i + 1] = "dev.bursar." + others[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage("dev.bursar." + module + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.bursar..").and(not(resideInAnyPackage(allowed))))
        .as(module + " knows only " + (others.length == 0 ? "itself" : String.join(", ", others)))
        .allowEmptyShould(true);
  }
}
