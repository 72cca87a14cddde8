package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bursar up} as a person meets it. */
class UpCommandTest {

  private static final String OTHER_KEY = "the-other-key";

  @TempDir private Path directory;
  @TempDir private Path files;

  private static HttpResponse<String> call(int port, String method, String path, String body)
      throws Exception {
    return callWith(BursarProcess.KEY, port, method, path, body);
  }

  private static HttpResponse<String> callWith(
      String key, int port, String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void refused(BursarProcess process, String... words) {
    assertThat(process.exitCode()).isNotZero();
    assertThat(process.output().lines()).hasSize(1);
    assertThat(process.output()).contains(words);
  }

  @Test
  void measuresAndARestartFindsEverythingAndASecondNodeOnTheDirectoryIsRefused() throws Exception {
    int port = BursarProcess.freePort();
    try (BursarProcess node = BursarProcess.up(directory, port)) {
      assertThat(call(port, "PUT", "/v1/orgs/kept", "{\"name\": \"Kept\"}").statusCode())
          .isEqualTo(200);
      // Quoted so that a shell puts in the key, which is in its environment and not on the screen.
      assertThat(node.output())
          .contains("-H \"Authorization: Bearer $BURSAR_OPERATOR_KEY\"")
          .doesNotContain(BursarProcess.KEY);
      Dashboard.assertMeasured(port);
      new PublishedPrices(port, BursarProcess.KEY).assertPublished(files);
      refused(BursarProcess.startUp(directory.toString()), directory.toString());
    }
    int again = BursarProcess.freePort();
    try (BursarProcess node = BursarProcess.up(directory, again, "--operator-key", OTHER_KEY)) {
      assertThat(callWith(OTHER_KEY, again, "GET", "/v1/orgs/kept", "").body()).contains("Kept");
      assertThat(callWith(OTHER_KEY, again, "GET", "/v1/orgs/acme/wallets/main", "").body())
          .as("what the demo and the two commits of published prices left")
          .contains("\"522.875\"");
      new PublishedPrices(again, OTHER_KEY).assertStillPublished();
      // Another operator's key takes the place of the one before.
      assertThat(call(again, "GET", "/v1/orgs", "").statusCode()).isEqualTo(401);
      assertThat(node.stopped()).doesNotContain("# stop");
    }
  }

  @Test
  void aPortInUseIsOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = "" + taken.getLocalPort();
      refused(BursarProcess.start("up", "--port", port, "--data", directory.toString()), port);
    }
  }

  @Test
  void anUnusableDirectoryIsOneLine() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    refused(BursarProcess.startUp(file.toString()), file.toString());
  }

  @Test
  void aKeyThatNoRequestCanCarryAndADirectoryWithoutANameAreOneLine() {
    refused(
        BursarProcess.startUp(directory.toString(), "--operator-key", "two words"),
        "--operator-key");
    refused(BursarProcess.startUp(""), "--data");
  }

  @Test
  void aDatabaseThatIsNotThereIsOneLine() {
    refused(
        BursarProcess.startUp(
            directory.toString(),
            "--postgres",
            "jdbc:postgresql://127.0.0.1:" + BursarProcess.freePort() + "/nothing?user=nobody"),
        "127.0.0.1");
  }

  @Test
  void theTestClockStandsUntilItIsMovedAndDoesWhatFellDueOnTheWay() throws Exception {
    int port = BursarProcess.freePort();
    try (BursarProcess node =
        BursarProcess.up(directory, port, "--no-demo", "--test-clock", "2024-01-30T00:00:00Z")) {
      assertThat(node.output()).doesNotContain(BursarProcess.KEY);
      call(port, "PUT", "/v1/orgs/acme", "{\"name\": \"Acme\"}");
      call(port, "PUT", "/v1/orgs/acme/wallets/main", "{\"owner\": {\"type\": \"org\"}}");
      call(
          port,
          "POST",
          "/v1/orgs/acme/wallets/main/grants",
          """
          {"id": "g", "credit_type": "platform", "amount": "10", "category": "paid",
           "expires_at": "2024-02-29T12:00:00Z"}
          """);
      assertThat(call(port, "GET", "/v1/test_clock", "").body()).contains("2024-01-30T00:00:00Z");
      HttpResponse<String> moved =
          call(port, "PUT", "/v1/test_clock", "{\"now\": \"2024-03-01T00:00:00Z\"}");
      assertThat(moved.statusCode()).isEqualTo(200);
      assertThat(call(port, "GET", "/v1/orgs/acme/wallets/main/ledger", "").body())
          .contains("\"expire\"", "2024-02-29T12:00:00Z");
      assertThat(
              call(port, "PUT", "/v1/test_clock", "{\"now\": \"2024-02-01T00:00:00Z\"}")
                  .statusCode())
          .isEqualTo(400);
      call(port, "PUT", "/v1/test_clock", "{\"now\": \"2099-03-01T00:00:00Z\"}");
      call(
          port,
          "POST",
          "/v1/orgs/acme/wallets/main/grants",
          """
          {"id": "h", "credit_type": "platform", "amount": "10", "category": "paid"}
          """);
      // What is on record is looked at when a node starts.
      call(port, "PUT", "/v1/test_clock", "{\"now\": \"2099-03-02T00:00:00Z\"}");
    }
    refused(
        BursarProcess.startUp(directory.toString(), "--test-clock", "2024-02-01T00:00:00Z"),
        "2099-03-01T00:00:00Z");
    try (BursarProcess node = BursarProcess.up(directory, BursarProcess.freePort(), "--no-demo")) {
      assertThat(node.output()).contains("2099-03-01T00:00:00Z", "ahead of the clock");
    }
  }
}
