package dev.bursar.projections.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Day;
import dev.bursar.domain.cost.CostQueries.Prices;
import dev.bursar.domain.cost.CostQueries.Use;
import dev.bursar.projections.TestServer;
import dev.bursar.projections.usage.TestPartitions;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A day's entries are the same however many are read together, and found by the ledger's index. */
final class DayEntriesTest {

  private static final LocalDate DAY = LocalDate.of(2026, 1, 2);

  /** Requests of three entries each, on two grants and on debt; in two wallets, on two days. */
  private static final String ENTRIES =
      """
      insert into ledger_entry (org, wallet, sequence, leaf, entry_id, transaction_id, posted_at,
        type, credit_type, amount, balance, debt, value, currency, reservation, trigger, actor,
        subject_org, team, metadata, salt, previous_hash, hash, canonical)
      select 'acme', w, i, i + case w when 'main' then 0 else 100000 end, 'e', 't_' || i - i % 3,
        timestamptz '2026-01-01 00:00Z' + interval '1 day' * (i / 3000),
        case i % 3 when 2 then 'debt' else 'consume' end, 'platform',
        (case i % 3 when 2 then 1 else -1 end) * (1 + i % 7) * 1000000, 0, 0,
        case i % 3 when 2 then null else -(1 + i % 7) * 500000 end,
        case i % 3 when 2 then null else 'EUR' end, 'rsv_' || w || '_' || i / 3, 'commit', 'key',
        'acme', 'team-' || i / 3 % 5, '{}', '', '', '', ''
      from unnest(array['main', 'spare']) w, generate_series(0, 5999) i
      """;

  private static final String SUMS =
      """
      insert into ledger_day (org, wallet, credit_type, day, type, currency, amount, value,
        entries, balance, debt, first_sequence, last_sequence)
      select org, wallet, credit_type, cast(posted_at at time zone 'UTC' as date), type,
        coalesce(currency, ''), sum(amount), coalesce(sum(value), 0), count(*), 0, 0,
        min(sequence), max(sequence)
      from ledger_entry group by 1, 2, 3, 4, 5, 6
      """;

  private static final String EVENTS =
      """
      insert into usage_event (org, counted_at, sequence, index, recorded_at, reservation, allowed,
        denials, departments, wallet, actor, credit_type, amount, usage)
      select org, posted_at, leaf, 0, posted_at, reservation, true, '{}', '{}', wallet, 'key',
        'platform', 1, '{"tokens": 30, "images": 1}'
      from ledger_entry where sequence % 3 = 0
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              TestPartitions.make(handle, Instant.parse("2026-01-01T00:00:00Z"), "usage_event");
              handle.execute(ENTRIES);
              handle.execute(SUMS);
              handle.execute(EVENTS);
              handle.execute("analyze ledger_entry, usage_event");
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static final Prices PRICES =
      (feature, model) ->
          new Price("platform", Map.of("tokens", BigDecimal.ONE, "images", BigDecimal.TEN));

  private static List<Day> days(int rowsAtATime, long summedMax) {
    MonthParts parts = new MonthParts("acme", YearMonth.from(DAY), PRICES, rowsAtATime, summedMax);
    return database
        .jdbi()
        .withHandle(
            handle -> {
              List<Day> days = new ArrayList<>();
              for (Optional<List<Day>> part = parts.next(handle);
                  part.isPresent();
                  part = parts.next(handle)) {
                days.addAll(part.get());
              }
              return days;
            });
  }

  private static List<Costs> costs(int rowsAtATime) {
    return days(rowsAtATime, Long.MAX_VALUE).stream()
        .filter(day -> day.day().equals(DAY))
        .flatMap(day -> day.costs().stream())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 1_000, 2_999, 3_001})
  void theyAreSummedUpAsIfTheyWereReadAtOnce(int rowsAtATime) {
    List<Costs> found = costs(rowsAtATime);
    assertThat(found).isEqualTo(costs(1_000_000)).hasSize(10);
    BigDecimal requests = BigDecimal.ZERO;
    for (Costs costs : found) {
      for (Charge charge : costs.charges()) {
        assertThat(charge.uses()).extracting(Use::meter).containsExactly("images", "tokens");
        requests = requests.add(charge.uses().getFirst().quantity());
      }
    }
    // An image each.
    assertThat(requests.doubleValue()).isCloseTo(2_000, Offset.offset(1e-9));
  }

  /** Models are anybody's words, and a day may have any number of entries. */
  @ParameterizedTest
  @ValueSource(ints = {1, 200, 2_000})
  void aLongDayComesInPartsThatAddUp(int summedMax) {
    List<Day> parts = days(50, summedMax);
    assertThat(parts).extracting(Day::day).isSorted();
    assertThat(parts.stream().filter(day -> day.day().equals(DAY))).hasSizeGreaterThan(2);
    assertThat(sums(parts)).isEqualTo(sums(days(50, Long.MAX_VALUE))).isNotEmpty();
  }

  /** Credits, values and whole requests by work and type: those are exact. */
  private static Map<String, List<BigDecimal>> sums(List<Day> days) {
    Map<String, List<BigDecimal>> sums = new TreeMap<>();
    for (Day day : days) {
      for (Costs costs : day.costs()) {
        for (Charge charge : costs.charges()) {
          sums.merge(
              day.day() + " " + costs.work() + charge.type(),
              List.of(charge.credits(), charge.value()),
              (a, b) -> List.of(a.get(0).add(b.get(0)), a.get(1).add(b.get(1))));
        }
      }
    }
    return sums;
  }

  @Test
  void eachEntryIsReadOnce() {
    List<String> read = new ArrayList<>();
    database
        .jdbi()
        .useHandle(
            handle -> {
              DayEntries entries = DayEntries.of(handle, "acme", DAY);
              while (!entries.areRead()) {
                int rows =
                    entries.read(
                        handle,
                        11,
                        entry -> read.add(entry.work().wallet() + entry.request() + entry.type()));
                assertThat(rows).isBetween(1, 11);
              }
            });
    assertThat(read).hasSize(6_000);
    assertThat(read.stream().distinct()).hasSize(4_000);
  }

  @Test
  void aPageIsFoundByIndexesAlone() {
    List<String> plan =
        database
            .jdbi()
            .withHandle(
                handle ->
                    DayEntries.of(handle, "acme", DAY)
                        .query(
                            handle,
                            "explain ",
                            List.of(new DayEntries.Stretch("main", 3_000, 3_499)))
                        .mapTo(String.class)
                        .list());
    assertThat(String.join("\n", plan))
        .contains("ledger_entry_pkey", "usage_event_2026_01_hashtextextended_idx")
        .doesNotContain("Seq Scan", "Hash Join", "Merge Join");
  }
}
