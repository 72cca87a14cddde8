package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

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

  @ParameterizedTest
  @CsvSource({
    "publish --percent 100, --percent: 100 is not between 1 and 99",
    "publish --percent 0, --percent: 0 is not between 1 and 99",
    "publish --at yesterday, --at: yesterday is no time such as 2026-10-01T00:00:00Z",
    "simulate --from 2026-09-01T00:00:00Z --to 2026-10-01T00:00:00Z --orgs -1,"
        + " --orgs: -1 is not 0 or more",
    "simulate --from 2026-10-01T00:00:00Z --to 2026-10-01T00:00:00Z,"
        + " --to: 2026-10-01T00:00:00Z is not after 2026-10-01T00:00:00Z",
    "simulate --from October --to 2026-10-01T00:00:00Z,"
        + " --from: October is no time such as 2026-10-01T00:00:00Z",
    "simulate --from 2026-09-01T00:00:00Z --to 2026-10-01T00:00:00Z --priced-at now,"
        + " --priced-at: now is no time such as 2026-10-01T00:00:00Z"
  })
  void whatCanNotBeMeantIsRefusedBeforeANodeIsAsked(String options, String why) {
    assertThat(run(("catalog " + options + " x.yaml").split(" "))).isEqualTo(2);
    assertThat(error.toString()).contains(why);
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

  /** A node that answers so, path by path; what is not there it does not answer at all. */
  private static HttpServer node(Map<String, String> answers, List<String> asked)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          byte[] body = exchange.getRequestBody().readAllBytes();
          asked.add(
              path.equals("/v1/catalog/versions")
                  ? path
                  : path + " " + new String(body, StandardCharsets.UTF_8));
          String answer = answers.get(path);
          if (answer != null) {
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.contains("busy") ? 429 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    server.start();
    return server;
  }

  private int publish(Map<String, String> answers, List<String> asked, String... more)
      throws IOException {
    HttpServer node = node(answers, asked);
    try {
      List<String> args = new ArrayList<>(List.of("catalog", "publish"));
      args.addAll(List.of("--operator-key", "k", "--url"));
      args.add("http://127.0.0.1:" + node.getAddress().getPort());
      args.addAll(List.of(more));
      args.add("../config/catalog.yaml");
      CommandLine command =
          Bursar.commandLine().setOut(new PrintWriter(standard)).setErr(new PrintWriter(error));
      CommandLine publish = command.getSubcommands().get("catalog").getSubcommands().get("publish");
      ((CatalogNode) publish.getCommandSpec().mixins().get("node").userObject()).askedAgainFor =
          Duration.ZERO;
      return command.execute(args.toArray(String[]::new));
    } finally {
      node.stop(0);
    }
  }

  private static final String DRAFTED = "{\"version\":7}";

  @Test
  void whereNobodyAnswersItMayBeDone() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    String publish = "/v1/catalog/versions/7/publish";
    assertThat(publish(Map.of("/v1/catalog/versions", DRAFTED), asked)).isEqualTo(1);
    assertThat(asked).contains(publish + " {}");
    assertThat(error.toString()).contains("can't be reached", "may have been done");
    error.getBuffer().setLength(0);
    String busy = "{\"code\":\"busy\",\"detail\":\"much is asked\"}";
    assertThat(publish(Map.of("/v1/catalog/versions", DRAFTED, publish, busy), asked)).isEqualTo(1);
    assertThat(error.toString()).contains("much is asked (busy); what was asked for may have");
    error.getBuffer().setLength(0);
    assertThat(publish(Map.of(), asked)).as("it was only sent").isEqualTo(1);
    assertThat(error.toString()).contains("can't be reached").doesNotContain("done");
  }

  @Test
  void itIsPublishedForSomeOrForLater() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    Map<String, String> answers =
        Map.of(
            "/v1/catalog/versions",
            DRAFTED,
            "/v1/catalog/versions/7/publish",
            "{\"effective_at\":\"2026-12-01T00:00:00Z\"}",
            "/v1/catalog/versions/7/stage",
            "{}");
    assertThat(publish(answers, asked, "--at", "2026-12-01T00:00:00Z")).isZero();
    assertThat(publish(answers, asked, "--percent", "10")).isZero();
    assertThat(asked)
        .containsExactly(
            "/v1/catalog/versions",
            "/v1/catalog/versions/7/publish {\"at\":\"2026-12-01T00:00:00Z\"}",
            "/v1/catalog/versions",
            "/v1/catalog/versions/7/stage {\"percent\":10}");
    assertThat(standard.toString().lines())
        .containsExactly(
            "version 7 counts from 2026-12-01T00:00:00Z on",
            "version 7 counts for 10 % of the orgs");
  }
}
