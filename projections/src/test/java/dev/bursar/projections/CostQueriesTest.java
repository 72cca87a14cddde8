package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.cost.CostQueries.Charge;
import dev.bursar.domain.cost.CostQueries.Costs;
import dev.bursar.domain.cost.CostQueries.Use;
import dev.bursar.domain.cost.CostQueries.Work;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Revenue;
import dev.bursar.domain.ledger.Transaction;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Costs by day against a fold of the entries, and their sums against the revenue report. */
class CostQueriesTest {

  private static final YearMonth FIRST = YearMonth.of(2026, 1);
  private static final YearMonth LAST = YearMonth.of(2027, 3);
  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final OrgWorld WORLD = new OrgWorld("acme", JOURNAL, 23).founded();
  private static final CostQueries.Prices PRICES =
      (feature, model) ->
          new Price(
              "platform",
              Map.of("tokens", new BigDecimal("0.001"), "images", new BigDecimal("0.5")));
  private static final Offset<BigDecimal> MILLIONTH = Offset.offset(new BigDecimal("0.000001"));
  private static ReadSide readSide;

  /** What is summed up together. */
  private record Kind(
      LocalDate day,
      Work work,
      EntryType type,
      String grant,
      String currency,
      boolean earlier,
      boolean lessDebt) {}

  /** A sum, to the millionth. */
  private record Sum(BigDecimal credits, BigDecimal value) {
    Sum plus(Sum other) {
      return new Sum(credits.add(other.credits), value.add(other.value));
    }
  }

  @BeforeAll
  static void live() {
    for (int i = 0; i < 6; i++) {
      WORLD.live(120);
      WORLD.overspend();
      WORLD.live(25, Duration.ofDays(5));
    }
    JOURNAL.flush();
    readSide = new ReadSide(SETTINGS, new IdleEntities(), InstantSource.system(), "");
    readSide.caughtUp();
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  private static List<CostQueries.Day> days() {
    CostQueries costs = readSide.projections.costs();
    return Stream.iterate(FIRST, month -> !month.isAfter(LAST), month -> month.plusMonths(1))
        .flatMap(month -> ReadSide.all(costs.month("acme", month, PRICES, false)).stream())
        .toList();
  }

  private static LocalDate dayOf(Instant at) {
    return LocalDate.ofInstant(at, ZoneOffset.UTC);
  }

  private static Kind kind(LedgerEntry entry, Map<String, Transaction> transactions) {
    Transaction corrected = transactions.get(entry.wallet() + entry.transaction().corrects());
    Attribution attribution = (corrected == null ? entry.transaction() : corrected).attribution();
    Subject subject = attribution.subject();
    Money value = entry.posting().value();
    LocalDate day = dayOf(entry.transaction().postedAt());
    return new Kind(
        day,
        new Work(
            entry.wallet(),
            subject.team(),
            subject.product(),
            subject.costCenter(),
            subject.agent(),
            attribution.feature(),
            attribution.model(),
            entry.transaction().creditType()),
        entry.posting().type(),
        entry.posting().type() == EntryType.GRANT ? entry.posting().grant() : null,
        value == null ? null : value.currency(),
        corrected != null && dayOf(corrected.postedAt()).isBefore(day.withDayOfMonth(1)),
        entry.posting().type() == EntryType.DEBT && entry.posting().amount().isNegative());
  }

  private static Sum sum(LedgerEntry entry) {
    Money value = entry.posting().value();
    return new Sum(
        BigDecimal.valueOf(entry.posting().amount().micros(), 6),
        BigDecimal.valueOf(value == null ? 0 : value.amount().micros(), 6));
  }

  @Test
  void everyEntryIsInOneSum() {
    Map<String, Transaction> transactions = new HashMap<>();
    WORLD.entries.forEach(
        entry -> transactions.put(entry.wallet() + entry.transaction().id(), entry.transaction()));
    Map<Kind, Sum> expected = new HashMap<>();
    WORLD.entries.forEach(
        entry -> expected.merge(kind(entry, transactions), sum(entry), Sum::plus));
    Map<Kind, Sum> found = new HashMap<>();
    for (CostQueries.Day day : days()) {
      for (Costs costs : day.costs()) {
        for (Charge charge : costs.charges()) {
          Kind kind =
              new Kind(
                  day.day(),
                  costs.work(),
                  charge.type(),
                  charge.grant(),
                  charge.currency(),
                  charge.correctsEarlierMonth(),
                  charge.type() == EntryType.DEBT && charge.credits().signum() < 0);
          assertThat(
                  found.put(
                      kind, new Sum(charge.credits().setScale(6), charge.value().setScale(6))))
              .isNull();
        }
      }
    }
    assertThat(found).isEqualTo(expected);
    assertThat(found.keySet()).anyMatch(Kind::earlier);
    assertThat(found.keySet())
        .anyMatch(kind -> kind.type() == EntryType.REFUND && kind.work().team() != null);
    assertThat(found.keySet().stream().map(Kind::type).collect(Collectors.toSet()))
        .contains(EntryType.REFUND, EntryType.DEBT, EntryType.DEBT_REPAID, EntryType.EXPIRE);
  }

  /** What is used of a meter, of a kind of charge. */
  private record UseOf(LocalDate day, Work work, EntryType type, String currency, String meter) {}

  private static final Map<String, Long> UNITS = Map.of("tokens", 3_000L, "images", 2L, "free", 7L);

  /** Some of the requests have used units, and are charged as much as they are. */
  private static Set<String> metered() {
    return new HashSet<>(
        DATABASE
            .jdbi()
            .withHandle(
                handle -> {
                  handle.execute(
                      """
                      update usage_event set used = '{"tokens": 3000, "images": 2, "free": 7, "none": 0}'
                      where right(reservation, 1) ~ '[a-mA-M]'
                      """);
                  return handle
                      .createQuery(
                          "select reservation from usage_event where right(reservation, 1) ~ '[a-mA-M]'")
                      .mapTo(String.class)
                      .list();
                }));
  }

  private static boolean isUse(LedgerEntry entry) {
    return switch (entry.posting().type()) {
      case CONSUME, LATE_USAGE -> true;
      case DEBT -> !entry.posting().amount().isNegative();
      case GRANT, EXPIRE, VOID, REFUND, ADJUST, TRANSFER_IN, TRANSFER_OUT, DEBT_REPAID -> false;
    };
  }

  @Test
  void eachRequestIsSharedOutAmongWhatItHasUsedItself() {
    Set<String> metered = metered();
    Map<UseOf, List<BigDecimal>> expected = new HashMap<>();
    WORLD.entries.stream()
        .filter(CostQueriesTest::isUse)
        .collect(Collectors.groupingBy(CostQueriesTest::request))
        .forEach((request, entries) -> share(metered.contains(request), entries, expected));
    Map<UseOf, List<BigDecimal>> found = new HashMap<>();
    for (CostQueries.Day day : days()) {
      for (Costs costs : day.costs()) {
        for (Charge charge : costs.charges()) {
          for (Use use : charge.uses()) {
            found.put(
                new UseOf(day.day(), costs.work(), charge.type(), charge.currency(), use.meter()),
                List.of(use.quantity(), use.credits(), use.value()));
          }
        }
      }
    }
    assertThat(found).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (of, figures) -> {
          for (int i = 0; i < figures.size(); i++) {
            assertThat(found.get(of).get(i)).as(of.toString()).isCloseTo(figures.get(i), MILLIONTH);
          }
        });
    assertThat(expected.keySet().stream().map(UseOf::meter).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("tokens", "images", "free", CostQueries.REQUESTS);
    assertThat(
            expected.keySet().stream()
                .filter(of -> of.type() == EntryType.DEBT)
                .map(UseOf::meter)
                .distinct())
        .hasSize(4);
  }

  private static String request(LedgerEntry entry) {
    String reservation = entry.transaction().reservation();
    return reservation == null ? entry.wallet() + "/" + entry.transaction().id() : reservation;
  }

  private static void share(
      boolean metered, List<LedgerEntry> entries, Map<UseOf, List<BigDecimal>> to) {
    BigDecimal charged =
        entries.stream()
            .map(entry -> sum(entry).credits().abs())
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    Map<String, Long> units = metered ? UNITS : Map.of(CostQueries.REQUESTS, 1L);
    // 3,000 tokens cost 3, two images 1: three quarters and one.
    Map<String, BigDecimal> shares =
        metered
            ? Map.of(
                "tokens",
                new BigDecimal("0.75"),
                "images",
                new BigDecimal("0.25"),
                "free",
                BigDecimal.ZERO)
            : Map.of(CostQueries.REQUESTS, BigDecimal.ONE);
    for (LedgerEntry entry : entries) {
      Kind kind = kind(entry, Map.of());
      Sum sum = sum(entry);
      BigDecimal part = sum.credits().abs().divide(charged, MathContext.DECIMAL128);
      shares.forEach(
          (meter, share) ->
              to.merge(
                  new UseOf(kind.day(), kind.work(), kind.type(), kind.currency(), meter),
                  List.of(
                      part.multiply(BigDecimal.valueOf(units.get(meter))),
                      sum.credits().abs().multiply(share),
                      sum.value().negate().multiply(share)),
                  (a, b) ->
                      List.of(
                          a.get(0).add(b.get(0)), a.get(1).add(b.get(1)), a.get(2).add(b.get(2)))));
    }
  }

  @Test
  void theSumsOfAMonthAreThoseOfTheRevenueReport() {
    List<CostQueries.Day> days = days();
    List<Revenue> months =
        ReadSide.await(readSide.projections.ledger().revenue("acme", FIRST, LAST)).months();
    assertThat(months).hasSizeGreaterThan(6);
    for (Revenue month : months) {
      assertThat(worth(days, month, Set.of(EntryType.GRANT))).isEqualByComparingTo(month.sold());
      assertThat(
              worth(
                  days,
                  month,
                  Set.of(EntryType.CONSUME, EntryType.LATE_USAGE, EntryType.DEBT_REPAID)))
          .isEqualByComparingTo(month.consumed().negate());
      assertThat(worth(days, month, Set.of(EntryType.EXPIRE)))
          .isEqualByComparingTo(month.expired().negate());
      assertThat(worth(days, month, Set.of(EntryType.REFUND)))
          .isEqualByComparingTo(month.refunded());
    }
  }

  private static BigDecimal worth(List<CostQueries.Day> days, Revenue month, Set<EntryType> types) {
    Predicate<Charge> which =
        charge -> month.currency().equals(charge.currency()) && types.contains(charge.type());
    return days.stream()
        .filter(day -> YearMonth.from(day.day()).equals(month.month()))
        .flatMap(day -> day.costs().stream())
        .flatMap(costs -> costs.charges().stream())
        .filter(which)
        .map(Charge::value)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void anOrgThatHasDoneNothingHasNoDays() {
    assertThat(
            ReadSide.all(
                readSide.projections.costs().month("ghost", FIRST.plusMonths(2), PRICES, true)))
        .isEmpty();
  }

  @Test
  void daysAreInOrderEachOnceAndKnowTheCurrency() {
    List<CostQueries.Day> days = days();
    assertThat(days).extracting(CostQueries.Day::day).isSorted().doesNotHaveDuplicates();
    assertThat(days.getLast().currency()).isIn("EUR", "USD");
  }
}
