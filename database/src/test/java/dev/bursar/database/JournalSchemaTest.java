package dev.bursar.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.DriverManager;
import java.util.List;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JournalSchemaTest {

  private Database database;
  private Jdbi jdbi;

  @BeforeAll
  void migrate() {
    DatabaseSettings settings = TestServer.fresh();
    Migrations.migrate(settings);
    database = Database.open(settings);
    jdbi = database.jdbi();
    append("org|acme", 1);
  }

  @AfterAll
  void close() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update event_journal set event_payload = ''",
        "update event_journal set deleted = true where persistence_id = 'nobody'",
        "delete from event_journal",
        "delete from event_journal where persistence_id = 'nobody'",
        "truncate event_journal",
        """
        insert into event_journal (persistence_id, sequence_number, writer, event_ser_id, event_ser_manifest, event_payload)
        values ('org|acme', 1, 'w', 1, 'm', '') on conflict (persistence_id, sequence_number) do update set writer = 'x'
        """
      })
  void theJournalIsAppendOnly(String change) {
    assertThatThrownBy(() -> jdbi.useHandle(h -> h.execute(change)))
        .hasMessageContaining("the journal is append-only");
  }

  @Test
  void forASuperuserToo_evenWhereTriggersAreOff() throws Exception {
    String url = database.settings().jdbcUrl();
    try (var connection = DriverManager.getConnection(url, "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute("set session_replication_role = replica");
      assertThatThrownBy(() -> statement.execute("delete from event_journal"))
          .hasMessageContaining("the journal is append-only");
    }
  }

  @Test
  void aRowCannotBeBornDeleted() {
    assertThatThrownBy(
            () ->
                jdbi.useHandle(
                    h ->
                        h.execute(
                            """
                            insert into event_journal (persistence_id, sequence_number, deleted, writer, event_ser_id, event_ser_manifest, event_payload)
                            values ('org|acme', 99, true, 'w', 1, 'm', '')
                            """)))
        .hasMessageContaining("event_journal_keeps_everything");
  }

  @Test
  void theTransactionIsRecorded() {
    boolean same =
        jdbi.inTransaction(
            h -> {
              h.execute(insert("wallet|acme|main", 1));
              h.execute(insert("wallet|acme|main", 2));
              return h.createQuery(
                      """
                      select count(*) = 2 and bool_and(xid = pg_current_xact_id()) from event_journal
                      where persistence_id = 'wallet|acme|main'
                      """)
                  .mapTo(Boolean.class)
                  .one();
            });
    assertThat(same).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"org|slices", "team|slices|analytics", "wallet|slices|main", "team|slices|%7C%2F"})
  void allOfAnOrgIsInOneSlice(String persistenceId) {
    append(persistenceId, 1);
    assertThat(slice(persistenceId)).isEqualTo(expectedSlice("slices"));
  }

  @Test
  void aSliceFollowsFromTheOrgAlone_whateverItsLetters() {
    for (String org : List.of("acme2", "", "zürich", "\\x41", "a\\b", "%7C", "日本")) {
      append("org|" + org, 1);
      assertThat(slice("org|" + org)).as(org).isEqualTo(expectedSlice(org));
    }
  }

  @Test
  void orgsSpreadOverTheSlices() {
    IntStream.range(0, 500).forEach(i -> append("org|spread-" + i, 1));
    List<Integer> slices =
        jdbi.withHandle(
            h ->
                h.createQuery(
                        "select distinct slice from event_journal where persistence_id like 'org|spread-%'")
                    .mapTo(Integer.class)
                    .list());
    assertThat(slices).hasSizeGreaterThan(115).allMatch(slice -> slice >= 0 && slice < 128);
  }

  @Test
  void aSnapshotIsReplacedAndDeleted() {
    jdbi.useHandle(
        h -> {
          String upsert =
              """
              insert into snapshot (persistence_id, sequence_number, created, snapshot_ser_id, snapshot_ser_manifest, snapshot_payload)
              values ('org|acme', 1, 0, 1, 'm', '')
              on conflict (persistence_id, sequence_number) do update set created = excluded.created
              """;
          h.execute(upsert);
          h.execute(upsert);
          assertThat(h.execute("delete from snapshot")).isEqualTo(1);
        });
  }

  private void append(String persistenceId, long sequence) {
    jdbi.useHandle(h -> h.execute(insert(persistenceId, sequence)));
  }

  /** The columns that the journal plugin names. */
  private static String insert(String persistenceId, long sequence) {
    return """
    insert into event_journal (deleted, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
      event_payload, event_ser_id, event_ser_manifest, meta_payload, meta_ser_id, meta_ser_manifest)
    values (false, '%s', %d, 'w', 0, '', '', 1, 'm', null, null, null)
    """
        .formatted(persistenceId, sequence);
  }

  private int slice(String persistenceId) {
    return jdbi.withHandle(
        h ->
            h.createQuery("select slice from event_journal where persistence_id = :id")
                .bind("id", persistenceId)
                .mapTo(Integer.class)
                .one());
  }

  private static int expectedSlice(String org) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(org.getBytes(StandardCharsets.UTF_8))[0]
          & 127;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
