package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatalogCommandTest {

  private final StringWriter standard = new StringWriter();
  private final StringWriter error = new StringWriter();

  private int run(String... args) {
    return Bursar.commandLine()
        .setOut(new PrintWriter(standard))
        .setErr(new PrintWriter(error))
        .execute(args);
  }

  @Test
  void aPipelineIsToldWhetherACatalogIsValid(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("catalog.yaml");
    Files.writeString(
        file,
        """
        credit_types: [{ id: c, name: C }]
        meters: [m]
        rates: [{ credit_type: c, meters: { m: 1 } }]
        """);
    assertThat(run("catalog", "validate", file.toString())).isZero();
    assertThat(standard)
        .hasToString(
            ("valid: 1 credit types, 1 meters, 0 features, 1 rates, 0 plans, 0 add-ons, "
                    + "0 top-up packs, 0 campaigns%n")
                .formatted());

    Files.writeString(file, "credit_types: []\nmeters: [m]\nrates: [{ credit_type: c }]\n");
    assertThat(run("catalog", "validate", file.toString())).isEqualTo(1);
    assertThat(error.toString())
        .startsWith("bursar: the catalog has faults:")
        .contains("rates[0] (line 3): meters is required")
        .contains("rates[0].credit_type (line 3): c is not declared in credit_types");
  }

  @Test
  void severalFilesAreOneCatalogAndFaultsNameTheirs(@TempDir Path folder) throws IOException {
    Path prices = folder.resolve("prices.json");
    Path plans = folder.resolve("plans.yaml");
    Files.writeString(
        prices,
        """
        {"credit_types": [{"id": "c", "name": "C"}], "meters": ["m"],
         "rates": [{"credit_type": "c", "formula": "m * 2"}]}
        """);
    Files.writeString(plans, "plans:\n  - { id: a, name: A, extends: a }\n");
    assertThat(run("catalog", "validate", prices.toString(), plans.toString())).isEqualTo(1);
    assertThat(error)
        .hasToString(
            ("bursar: the catalog has faults:\n  "
                    + plans
                    + ": plans[0].extends (line 2): goes in a circle: a → a%n")
                .formatted());
    Files.writeString(plans, "plans:\n  - { id: a, name: A }\n");
    assertThat(run("catalog", "validate", prices.toString(), plans.toString())).isZero();
    assertThat(standard.toString()).contains("1 plans");
  }

  @Test
  void theExampleIsValid() {
    assertThat(run("catalog", "validate", "../config/catalog.yaml")).isZero();
  }

  @Test
  void withoutAFileOrACommandTheUsageIsShown() {
    assertThat(run("catalog", "validate")).isEqualTo(2);
    assertThat(run("catalog")).isEqualTo(2);
    assertThat(error.toString()).contains("FILE", "Name a command");
    assertThat(run("catalog", "publish", "--at", "now", "--percent", "5", "x.yaml")).isEqualTo(2);
  }

  @Test
  void whatIsTypedWrongIsNotDrownedInHelp() {
    assertThat(run("catalog", "validate", "--fomat", "json", "x.yaml")).isEqualTo(2);
    assertThat(error.toString().lines().toList())
        .hasSizeLessThan(4)
        .first()
        .asString()
        .contains("--fomat");
    assertThat(error.toString()).endsWith("Try 'bursar catalog validate --help'.\n");
  }

  @Test
  void whatCanNotBeAskedIsOneLine() {
    String example = "../config/catalog.yaml";
    assertThat(run("catalog", "diff", "--operator-key", "", example)).isEqualTo(1);
    assertThat(run("catalog", "publish", "--operator-key", "k", "--url", "x y", example))
        .isEqualTo(1);
    assertThat(run("catalog", "rollback", "--operator-key", "k", "--url", "http://127.0.0.1:1"))
        .isEqualTo(1);
    assertThat(error.toString().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("bursar: "))
        .anyMatch(line -> line.contains("127.0.0.1:1 can't be reached"));
  }
}
