package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bursar rebuild} as a person meets it. */
class RebuildCommandTest {

  @TempDir private Path directory;

  private BursarProcess rebuild(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "rebuild";
    arguments[1] = "--data";
    arguments[2] = directory.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return BursarProcess.start(arguments);
  }

  private static String get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + BursarProcess.KEY)
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  @Test
  void makesAllModelsAnewBesideANodeAndWithoutOne() throws Exception {
    int port = BursarProcess.freePort();
    try (BursarProcess node = BursarProcess.up(directory, port)) {
      String ledger = "/v1/orgs/acme/wallets/main/ledger";
      // What the demo made is in all read models then.
      get(port, "/v1/orgs/acme/usage?fresh=true");
      assertThat(get(port, ledger)).contains("\"grant\"");

      BursarProcess beside = rebuild("--compare");
      assertThat(beside.exitCode()).as(beside.output()).isZero();
      assertThat(beside.output())
          .containsPattern("journal +[1-9][0-9]* rows, [1-9][0-9]* events in ")
          .containsPattern("ledger_entry +[1-9][0-9]* rows")
          .contains("the old tables were the same", "projections waited");

      assertThat(get(port, ledger)).contains("\"grant\"");
      assertThat(get(port, "/v1/orgs")).contains("acme");
    }
    BursarProcess alone = rebuild("--model", "ledger,orgs");
    assertThat(alone.exitCode()).as(alone.output()).isZero();
    assertThat(alone.output()).contains("ledger_day").doesNotContain("wallet_balance");
    BursarProcess verify = BursarProcess.start("verify", "--data", directory.toString());
    assertThat(verify.exitCode()).as(verify.output()).isZero();
  }

  @Test
  void anUnknownModelIsAUsageError() {
    BursarProcess process = rebuild("--model", "due_work");
    assertThat(process.exitCode()).isEqualTo(2);
    assertThat(process.output())
        .contains("--model: due_work is not a read model; ledger, wallets, orgs,");
  }

  @Test
  void aDatabaseThatIsNotThereIsSaidInOneLine() {
    BursarProcess none = rebuild();
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.output()).isEqualTo("bursar: --data: there is no database in " + directory);

    String url = "jdbc:postgresql://127.0.0.1:" + BursarProcess.freePort() + "/nothing";
    BursarProcess away = rebuild("--postgres", url + "?user=nobody");
    assertThat(away.exitCode()).isEqualTo(1);
    // Below the line that shows how far it is, which is drawn again and again.
    assertThat(away.output().lines().filter(line -> !line.isBlank() && !line.startsWith("rows")))
        .containsExactly("bursar: " + url + " can't be used: Connection refused");
  }
}
