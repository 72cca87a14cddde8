package dev.bursar.projections.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.LedgerQueries.Figures;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A wallet with two credit types: one in which there are 40,000 entries on a day, a second apart,
 * and another with the first and the last of the day, and one more.
 */
final class PastFiguresTest {

  private static final String ENTRIES =
      """
      insert into ledger_entry (org, wallet, sequence, leaf, entry_id, transaction_id, posted_at,
        type, credit_type, amount, balance, debt, trigger, actor, subject_org, metadata, salt,
        previous_hash, hash, canonical)
      select 'acme', 'main', i, i, 'e', 't_' || i,
        timestamptz '2026-01-01 00:00Z' + interval '1 second' * i, 'consume',
        case when i in (1, 500, 40000) then 'image' else 'platform' end, -1, 1000000 - i, 7, 'commit',
        'key', 'acme', '{}', '', '', '', ''
      from generate_series(1, 40000) i
      """;

  private static final String DAYS =
      """
      insert into ledger_day (org, wallet, credit_type, day, type, currency, amount, value,
        entries, balance, debt, first_sequence, last_sequence)
      select org, wallet, credit_type, cast(posted_at at time zone 'UTC' as date), type, '',
        sum(amount), 0, count(*), min(balance), 7, min(sequence), max(sequence)
      from ledger_entry group by 1, 2, 3, 4, 5
      """;

  /** As the migration does. */
  private static final String TURNS =
      """
      insert into ledger_turn
      select org, wallet, credit_type, sequence, balance, debt
      from (
        select org, wallet, credit_type, sequence, balance, debt,
               lead(credit_type) over (partition by org, wallet order by sequence) as next_type
        from ledger_entry) e
      where next_type <> credit_type
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              handle.execute(ENTRIES);
              handle.execute(DAYS);
              handle.execute(TURNS);
              handle.execute("analyze ledger_entry, ledger_turn");
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static Figures figures(String creditType, long lastSequence) {
    return new Figures(creditType, new Credits(1_000_000 - lastSequence), new Credits(7));
  }

  /** How many entries this connection has read; what was read before may be among them. */
  private static long read(Handle handle) {
    return handle
        .createQuery(
            """
            select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) from pg_stat_xact_user_tables
            where relname = 'ledger_entry'
            """)
        .mapTo(Long.class)
        .one();
  }

  /** Read through one after the other, the entries of the other type would be 29,500. */
  @Test
  void theLastEntryOfATypeIsFoundThoughVeryManyOfAnotherFollow() {
    database
        .jdbi()
        .useTransaction(
            handle -> {
              long before = read(handle);
              List<Figures> found =
                  PastFigures.at(handle, "acme", "main", Instant.parse("2026-01-01T08:20:00Z"));
              assertThat(found).containsExactly(figures("image", 500), figures("platform", 30_000));
              assertThat(read(handle) - before).isBetween(1L, 100L);
            });
  }

  @Test
  void theEntryOfTheTimeItselfCounts() {
    database
        .jdbi()
        .useHandle(
            handle ->
                assertThat(
                        PastFigures.at(
                            handle, "acme", "main", Instant.parse("2026-01-01T00:08:20Z")))
                    .containsExactly(figures("image", 500), figures("platform", 499)));
  }
}
