package dev.bursar.projections.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import dev.bursar.projections.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** How the few entries of a type, or of somebody, are found in a wallet of many. */
final class EntryPagesPlanTest {

  private static final String ROWS =
      """
      insert into ledger_entry (org, wallet, sequence, leaf, entry_id, transaction_id, posted_at, type,
        credit_type, amount, balance, debt, trigger, actor, subject_org, metadata, salt,
        previous_hash, hash, canonical)
      select 'acme', 'main', i, i, 'ent_' || i, 'txn_' || i, timestamptz '2026-01-01 00:00Z',
        case when i % 10000 = 0 then 'void' when i % 4000 = 1 then 'grant' else 'consume' end,
        'platform', 1, 1, 0, 'reservation', 'key', 'acme', '{}', '', '', '', ''
      from generate_series(1, 40000) i
      """;

  private static final String SOMEBODY =
      """
      insert into ledger_entry (org, wallet, sequence, leaf, entry_id, transaction_id, posted_at, type,
        credit_type, amount, balance, debt, trigger, actor, subject_org, user_id, metadata, salt,
        previous_hash, hash, canonical)
      select 'acme', 'somebody''s', i, 50000 + i, 'ent_' || i, 'txn_' || i,
        timestamptz '2026-01-01 00:00Z', 'consume', 'platform', 1, 1, 0, 'reservation', 'key', 'acme',
        'somebody', '{}', '', '', '', ''
      from unnest(array[1, 2, 3, 30001, 40001]) i
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              handle.execute(ROWS);
              handle.execute("analyze ledger_entry");
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "CONSUME")
  void theFewOfATypeAreFoundByAnIndex(EntryType type) {
    assertThat(plan(type)).contains("ledger_entry_uncommon");
  }

  @Test
  void theManyAreReadInTheirOrder() {
    assertThat(plan(EntryType.CONSUME)).contains("ledger_entry_pkey").doesNotContain("Seq Scan");
  }

  @Test
  void fewAmongManyAreLookedForSomeAtATime() {
    database.jdbi().useHandle(handle -> handle.execute(SOMEBODY));
    Filter filter = new Filter(null, null, null, "somebody", null, null, null);
    List<Long> found = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    Long next = 0L;
    while (next != null) {
      EntryPages.Found page = page(filter, next, Duration.ZERO);
      page.entries().forEach(entry -> found.add(entry.posting().sequence()));
      sizes.add(page.entries().size());
      next = page.next();
    }
    assertThat(found).containsExactly(1L, 2L, 3L, 30_001L, 40_001L);
    // Two fill a page; without time, one ends after what is looked through at once.
    assertThat(sizes).containsExactly(2, 1, 0, 1, 1);
    assertThat(page(filter, 3, Duration.ofMinutes(1)))
        .satisfies(page -> assertThat(page.entries()).hasSize(2))
        .satisfies(page -> assertThat(page.next()).isNull());
  }

  private static EntryPages.Found page(Filter filter, long after, Duration looksFor) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                EntryPages.page(handle, "acme", "somebody's", filter, after, 2, 10_000, looksFor));
  }

  private static String plan(EntryType type) {
    Filter filter = new Filter(null, null, type, null, null, null, null);
    return database
        .jdbi()
        .withHandle(
            handle ->
                String.join(
                    "\n",
                    EntryPages.query(
                            handle, "explain ", "acme", "main", filter, 0, Long.MAX_VALUE, 101)
                        .mapTo(String.class)
                        .list()));
  }
}
