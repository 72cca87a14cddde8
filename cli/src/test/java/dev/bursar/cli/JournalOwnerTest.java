package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose role does not own the journal: as the docs set it up. */
final class JournalOwnerTest {

  private static final Path SETUP = Path.of("..", "docs", "postgresql", "journal-owner.sql");

  /** PostgreSQL's state for what one has no right to. */
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  @TempDir private Path folder;

  @Test
  void aNodeWritesAndSignsAndCanTakeNothingBack() throws Exception {
    try (EmbeddedDatabase server = EmbeddedDatabase.temporary()) {
      DatabaseSettings settings = server.freshMigrated();
      String url = settings.jdbcUrl() + "?user=" + settings.user();
      try (Connection superuser =
          DriverManager.getConnection(settings.jdbcUrl() + "?user=postgres")) {
        for (int i = 0; i < 2; i++) {
          superuser.createStatement().execute(Files.readString(SETUP));
        }
      }
      int port = BursarProcess.freePort();
      try (BursarProcess node = BursarProcess.up(folder, port, "--postgres", url)) {
        // What the demo was granted is in the read tables by then, and is what is signed.
        get(port, "usage?fresh=true");
        assertThat(get(port, "ledger/checkpoint"))
            .contains("\"size\":")
            .doesNotContain("\"size\":0");
        assertRefused(url, folder.resolve("other"), "127.0.0.1");
        assertRefused(url, folder, folder.toString());
        node.kill();
      }
      // Whose place it takes is known by the directory, and not waited for.
      try (BursarProcess node = BursarProcess.up(folder, port, "--no-demo", "--postgres", url)) {
        assertThat(get(port, "usage?fresh=true")).contains("as_of");
      }
      try (Connection asNode = DriverManager.getConnection(url);
          Statement statement = asNode.createStatement()) {
        for (String table : List.of("event_journal", "ledger_checkpoint")) {
          try (var rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            assertThat(rows.getLong(1)).as(table).isPositive();
          }
          for (String attempt :
              List.of(
                  "alter table %s disable trigger all",
                  "drop table %s",
                  "truncate %s",
                  "delete from %s",
                  "drop trigger %1$s_append_only on %1$s",
                  "create or replace function refuse_change() returns trigger language plpgsql as"
                      + " 'begin return null; end'",
                  "drop schema public cascade",
                  "set role bursar_owner")) {
            assertRefused(statement, attempt.formatted(table));
          }
        }
      }
    }
  }

  private static void assertRefused(String url, Path directory, String where) {
    BursarProcess second = BursarProcess.startUp(directory.toString(), "--postgres", url);
    assertThat(second.exitCode()).isNotZero();
    assertThat(second.output().lines().reduce((first, last) -> last).orElse(""))
        .contains(where, "in use by another node");
  }

  private static String get(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + port + "/v1/orgs/acme/" + path))
                  .header("Authorization", "Bearer " + BursarProcess.KEY)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return answer.body();
    }
  }

  private static void assertRefused(Statement statement, String sql) {
    assertThatThrownBy(() -> statement.execute(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class,
            refused -> assertThat(refused.getSQLState()).isEqualTo(INSUFFICIENT_PRIVILEGE));
  }
}
