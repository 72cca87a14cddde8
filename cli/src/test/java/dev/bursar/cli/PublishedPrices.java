package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** A pipeline that publishes prices to a node with the demo org, and a client that pays them. */
final class PublishedPrices {

  private static final String DEARER =
      """
      credit_types: [{ id: platform, name: Credits }]
      meters: [input_tokens, output_tokens]
      rates:
        - { credit_type: platform, per: 1000, meters: { input_tokens: 2, output_tokens: 4 } }
      """;

  private static final String OLD_PRICE = "0.125";
  private static final String NEW_PRICE = "2";

  private final int port;
  private final String key;
  private final StringWriter told = new StringWriter();

  PublishedPrices(int port, String key) {
    this.port = port;
    this.key = key;
  }

  private int run(String... args) {
    String[] all = new String[args.length + 4];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--url";
    all[args.length + 1] = "http://127.0.0.1:" + port + "/";
    all[args.length + 2] = "--operator-key";
    all[args.length + 3] = key;
    told.getBuffer().setLength(0);
    return Bursar.commandLine()
        .setOut(new PrintWriter(told))
        .setErr(new PrintWriter(told))
        .execute(all);
  }

  private JsonNode post(String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  private JsonNode reserve() throws IOException, InterruptedException {
    return post(
        "/v1/reservations",
        """
        {"subject": {"org": "acme"}, "feature": "chat", "model": "gpt-5",
         "usage": {"input_tokens": 1000}}
        """);
  }

  /**
   * A price is compared, published, rolled back, and published again; what is open keeps its own.
   */
  void assertPublished(Path folder) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("prices.yaml"), DEARER);
    JsonNode open = reserve();
    assertThat(open.path("amount").asText()).isEqualTo(OLD_PRICE);

    assertThat(run("catalog", "diff", "--exit-code", file.toString())).as("%s", told).isEqualTo(3);
    assertThat(told.toString())
        .contains("+ rates feature (any), model (any), always", "version 2 changes something for ");
    assertThat(reserve().path("amount").asText()).as("by the published").isEqualTo(OLD_PRICE);

    assertThat(run("catalog", "publish", "--org", "acme", file.toString())).isZero();
    assertThat(reserve().path("amount").asText()).as("staged").isEqualTo(NEW_PRICE);
    assertThat(run("catalog", "publish", file.toString())).isZero();
    assertThat(told.toString()).contains("version 2 counts, in place of version 1");
    assertThat(reserve().path("amount").asText()).isEqualTo(NEW_PRICE);
    assertThat(
            post(
                    "/v1/reservations/" + open.path("reservation_id").asText() + "/commit",
                    "{\"usage\": {\"input_tokens\": 1000}}")
                .path("amount")
                .asText())
        .as("at the rate that it was made under")
        .isEqualTo(OLD_PRICE);
    assertThat(run("catalog", "diff", "--exit-code", file.toString())).as("%s", told).isZero();

    assertThat(
            run(
                "catalog",
                "simulate",
                "--from",
                "2020-01-01T00:00:00Z",
                "--to",
                "2100-01-01T00:00:00Z",
                file.toString()))
        .as("%s", told)
        .isZero();
    assertThat(told.toString()).contains("version 2: ", " orgs would have paid less, ");

    JsonNode dearer = reserve();
    assertThat(run("catalog", "publish", "--at", "2100-01-01T00:00:00Z", file.toString())).isZero();
    assertThat(told.toString()).contains("version 2 counts from 2100-01-01T00:00:00Z on");
    assertThat(run("catalog", "rollback")).isZero();
    assertThat(reserve().path("amount").asText()).isEqualTo(OLD_PRICE);
    assertThat(
            post(
                    "/v1/reservations/" + dearer.path("reservation_id").asText() + "/commit",
                    "{\"usage\": {\"input_tokens\": 1000}}")
                .path("amount")
                .asText())
        .as("at the rate that it was made under, whatever counts again")
        .isEqualTo(NEW_PRICE);
    assertThat(run("catalog", "rollback", "7")).isEqualTo(1);
    assertThat(told.toString()).contains("there is no version 7", "version_not_found");

    Files.writeString(file, DEARER.replace("input_tokens: 2", "input_tokens: -2"));
    assertThat(run("catalog", "publish", file.toString())).isEqualTo(1);
    assertThat(told.toString()).contains("rates[0].meters.input_tokens (line 4): -2 is negative");
    Files.writeString(file, DEARER);
    assertThat(run("catalog", "rollback", file.toString())).isZero();
    assertStillPublished();
  }

  /** What was published last counts, also after a start. */
  void assertStillPublished() throws IOException, InterruptedException {
    assertThat(reserve().path("amount").asText()).isEqualTo(NEW_PRICE);
  }
}
