package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.LedgerQueries.Figures;
import dev.bursar.domain.ledger.LedgerQueries.Movement;
import dev.bursar.domain.ledger.LedgerQueries.Revenue;
import dev.bursar.domain.ledger.LedgerQueries.Statement;
import dev.bursar.domain.ledger.SentTransfer;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.ChargeTrace;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Taken;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletReply;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Past figures, statements, revenue and charges, against sums over all entries. */
class LedgerFiguresTest {

  private static final YearMonth FIRST = YearMonth.of(2025, 12);
  private static final YearMonth LAST = YearMonth.of(2026, 12);
  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final OrgWorld WORLD = new OrgWorld("acme", JOURNAL, 11).founded();
  private static ReadSide readSide;
  private static LedgerQueries ledger;

  @BeforeAll
  static void live() {
    for (int i = 0; i < 6; i++) {
      WORLD.live(120);
      WORLD.overspendAndForgive();
      WORLD.live(25, Duration.ofDays(5));
    }
    JOURNAL.flush();
    readSide = new ReadSide(SETTINGS, new IdleEntities(), InstantSource.system(), "");
    readSide.caughtUp();
    ledger = readSide.projections.ledger();
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  private static List<LedgerEntry> of(String wallet, Predicate<LedgerEntry> which) {
    return WORLD.entries.stream().filter(e -> e.wallet().equals(wallet)).filter(which).toList();
  }

  private static Instant postedAt(LedgerEntry entry) {
    return entry.transaction().postedAt();
  }

  private static YearMonth monthOf(LedgerEntry entry) {
    return YearMonth.from(postedAt(entry).atOffset(ZoneOffset.UTC));
  }

  /** After the last of these entries, by credit type. */
  private static Map<String, Figures> after(List<LedgerEntry> entries) {
    Map<String, Figures> figures = new TreeMap<>();
    for (LedgerEntry entry : entries) {
      String type = entry.transaction().creditType();
      figures.put(type, new Figures(type, entry.posting().balance(), entry.posting().debt()));
    }
    return figures;
  }

  @Test
  void aHistoryHasEverything() {
    assertThat(WORLD.entries)
        .extracting(entry -> entry.posting().type())
        .contains(
            EntryType.GRANT,
            EntryType.CONSUME,
            EntryType.EXPIRE,
            EntryType.REFUND,
            EntryType.ADJUST,
            EntryType.TRANSFER_IN,
            EntryType.TRANSFER_OUT,
            EntryType.DEBT,
            EntryType.DEBT_REPAID);
    assertThat(WORLD.entries).anyMatch(entry -> entry.transaction().corrects() != null);
    assertThat(WORLD.entries.stream().map(LedgerFiguresTest::monthOf).collect(Collectors.toSet()))
        .hasSizeGreaterThan(6);
  }

  /** As figures and statements do. */
  @Test
  void anExportHasAllThatWasInTheJournalWhenItWasAskedFor() {
    for (int i = 0; i < 3; i++) {
      WORLD.work(2, 1);
      JOURNAL.flush();
      assertThat(ReadSide.all(ledger.export("acme", "main", LedgerQueries.Filter.ANY)).getLast())
          .returns(of("main", any -> true).getLast().entryId(), LedgerEntry::entryId);
    }
  }

  @Test
  void figuresAreThoseAfterTheLastEntryByThen() {
    for (String wallet : List.of("main", "spare_1")) {
      List<LedgerEntry> all = of(wallet, e -> true);
      for (int i = 0; i < all.size(); i += 1 + all.size() / 60) {
        for (long nanos : new long[] {-1_000, 0, 999, 1_000}) {
          Instant at = postedAt(all.get(i)).plusNanos(nanos);
          assertThat(ReadSide.await(ledger.figuresAt("acme", wallet, at)).figures())
              .as("%s at %s", wallet, at)
              .containsExactlyElementsOf(after(of(wallet, e -> !postedAt(e).isAfter(at))).values());
        }
      }
      assertThat(ReadSide.await(ledger.figuresAt("acme", wallet, Instant.EPOCH)).figures())
          .isEmpty();
      assertThat(
              ReadSide.await(
                      ledger.figuresAt("acme", wallet, Instant.parse("9999-12-31T23:59:59Z")))
                  .figures())
          .containsExactlyElementsOf(after(all).values());
    }
  }

  @Test
  void statementsChainFromMonthToMonth() {
    for (String wallet : List.of("main", "spare_1")) {
      Map<String, Figures> closing = new HashMap<>();
      for (YearMonth each = FIRST; !each.isAfter(LAST); each = each.plusMonths(1)) {
        YearMonth month = each;
        List<Statement> statements =
            ReadSide.await(ledger.statement("acme", wallet, month)).statements();
        Map<String, Figures> byEnd = after(of(wallet, e -> !monthOf(e).isAfter(month)));
        assertThat(statements)
            .extracting(Statement::creditType)
            .containsExactlyElementsOf(byEnd.keySet());
        for (Statement statement : statements) {
          String type = statement.creditType();
          assertThat(statement.opening())
              .isEqualTo(closing.getOrDefault(type, new Figures(type, Credits.ZERO, Credits.ZERO)));
          assertThat(statement.closing()).isEqualTo(byEnd.get(type));
          Map<EntryType, Movement> movements = new EnumMap<>(EntryType.class);
          for (LedgerEntry entry :
              of(
                  wallet,
                  e -> monthOf(e).equals(month) && e.transaction().creditType().equals(type))) {
            BigDecimal amount = BigDecimal.valueOf(entry.posting().amount().micros(), 6);
            movements.merge(
                entry.posting().type(),
                new Movement(entry.posting().type(), amount, 1),
                (a, b) ->
                    new Movement(a.type(), a.amount().add(b.amount()), a.entries() + b.entries()));
          }
          assertThat(statement.movements())
              .usingRecursiveComparison()
              .withComparatorForType(BigDecimal::compareTo, BigDecimal.class)
              .isEqualTo(List.copyOf(movements.values()));
          BigDecimal moved =
              statement.movements().stream()
                  .filter(m -> m.type() != EntryType.DEBT)
                  .map(Movement::amount)
                  .reduce(BigDecimal.ZERO, BigDecimal::add);
          assertThat(units(statement.opening().balance()).add(moved))
              .isEqualByComparingTo(units(statement.closing().balance()));
          closing.put(type, statement.closing());
        }
      }
    }
    assertThat(ReadSide.await(ledger.statement("acme", "ghost", FIRST)).statements()).isEmpty();
  }

  private static BigDecimal units(Credits credits) {
    return BigDecimal.valueOf(credits.micros(), 6);
  }

  private static BigDecimal worth(String currency, Predicate<LedgerEntry> which) {
    return WORLD.entries.stream()
        .filter(e -> e.posting().value() != null)
        .filter(e -> e.posting().value().currency().equals(currency))
        .filter(which)
        .map(e -> units(e.posting().value().amount()))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal worth(String currency, YearMonth month, EntryType... types) {
    return worth(
        currency, e -> monthOf(e).equals(month) && Set.of(types).contains(e.posting().type()));
  }

  @Test
  void revenueAddsUpToWhatIsStillOwed() {
    List<Revenue> months = ReadSide.await(ledger.revenue("acme", FIRST, LAST)).months();
    Map<String, BigDecimal> deferred = new HashMap<>();
    for (Revenue one : months) {
      YearMonth month = one.month();
      String currency = one.currency();
      assertThat(one.sold()).isEqualByComparingTo(worth(currency, month, EntryType.GRANT));
      assertThat(one.consumed())
          .isEqualByComparingTo(
              worth(currency, month, EntryType.CONSUME, EntryType.LATE_USAGE, EntryType.DEBT_REPAID)
                  .negate());
      assertThat(one.expired())
          .isEqualByComparingTo(worth(currency, month, EntryType.EXPIRE).negate());
      assertThat(one.refunded()).isEqualByComparingTo(worth(currency, month, EntryType.REFUND));
      assertThat(one.deferred())
          .isEqualByComparingTo(worth(currency, e -> !monthOf(e).isAfter(month)))
          .isEqualByComparingTo(
              deferred
                  .getOrDefault(currency, BigDecimal.ZERO)
                  .add(one.sold())
                  .subtract(one.consumed())
                  .subtract(one.expired())
                  .add(one.refunded())
                  .add(one.other()));
      deferred.put(currency, one.deferred());
    }
    assertThat(deferred).containsOnlyKeys("EUR", "USD");
    List<Revenue> expected = new ArrayList<>(months);
    YearMonth from = YearMonth.of(2026, 4);
    expected.removeIf(one -> one.month().isBefore(from) || one.month().isAfter(from.plusMonths(1)));
    assertThat(ReadSide.await(ledger.revenue("acme", from, from.plusMonths(1))).months())
        .usingRecursiveComparison()
        .withComparatorForType(BigDecimal::compareTo, BigDecimal.class)
        .isEqualTo(expected);
    assertThat(ReadSide.await(ledger.revenue("ghost", FIRST, LAST)).months()).isEmpty();
  }

  private static Charge charge(String wallet, String transaction) {
    return ReadSide.await(ledger.charge("acme", wallet, transaction, 0)).orElse(null);
  }

  @Test
  void aChargeIsWhatTheTransactionsEntriesTell() {
    Map<String, List<LedgerEntry>> transactions = new LinkedHashMap<>();
    WORLD.entries.forEach(
        entry ->
            transactions
                .computeIfAbsent(entry.transaction().id(), id -> new ArrayList<>())
                .add(entry));
    Map<String, List<Transaction>> ledgers =
        Map.of("main", WORLD.ledger("main"), OrgWorld.SPARE, WORLD.ledger(OrgWorld.SPARE));
    List<Draw> paid = new ArrayList<>();
    List<Credits> forgiven = new ArrayList<>();
    List<Credits> refunded = new ArrayList<>();
    transactions.forEach(
        (id, entries) -> {
          Transaction whole = entries.getFirst().transaction();
          String wallet = entries.getFirst().wallet();
          Charge charge = charge(wallet, id);
          assertThat(charge).isEqualTo(ChargeTrace.of(whole, ledgers.get(wallet)));
          paid.addAll(charge.paid());
          forgiven.add(charge.forgiven());
          refunded.add(charge.refunded());
        });
    assertThat(paid).isNotEmpty();
    assertThat(forgiven).anyMatch(Credits::isPositive);
    assertThat(refunded).anyMatch(Credits::isPositive);
    for (String none :
        List.of(
            "txn_main_999999",
            "txn_main_01",
            "txn_main_-1",
            "txn_main_",
            "main_1",
            "",
            "txn_main_99999999999999999999",
            "txn_spare_1_1")) {
      assertThat(charge("main", none)).as(none).isNull();
    }
  }

  @Test
  void whatATransactionTookIsWhatItsEntriesTell() {
    Map<String, List<LedgerEntry>> transactions = new LinkedHashMap<>();
    WORLD.entries.forEach(
        entry ->
            transactions
                .computeIfAbsent(entry.transaction().id(), id -> new ArrayList<>())
                .add(entry));
    Map<String, List<Transaction>> ledgers =
        Map.of("main", WORLD.ledger("main"), OrgWorld.SPARE, WORLD.ledger(OrgWorld.SPARE));
    int adjusted = 0;
    for (List<LedgerEntry> entries : transactions.values()) {
      Transaction whole = entries.getFirst().transaction();
      String wallet = entries.getFirst().wallet();
      Taken taken = ReadSide.await(ledger.taken("acme", wallet, whole.id(), 0)).orElseThrow();
      assertThat(taken).isEqualTo(Taken.of(whole, ledgers.get(wallet)));
      adjusted += taken.draws().isEmpty() || taken.voided() ? 0 : 1;
    }
    assertThat(adjusted).isPositive();
    assertThat(ReadSide.await(ledger.taken("acme", "main", "txn_main_999999", 0))).isEmpty();
  }

  @Test
  void whatHasJustBeenWrittenIsInTheBooks() {
    for (int i = 0; i < 3; i++) {
      OrgWorld fresh = new OrgWorld("just-" + i, JOURNAL, 21 + i).founded();
      fresh.live(40);
      List<LedgerEntry> all =
          fresh.entries.stream().filter(e -> e.wallet().equals("main")).toList();
      JOURNAL.flush();
      assertThat(ReadSide.await(ledger.figuresAt("just-" + i, "main", fresh.now())).figures())
          .containsExactlyElementsOf(after(all).values());
      fresh.live(40);
      List<LedgerEntry> more =
          fresh.entries.stream().filter(e -> e.wallet().equals("main")).toList();
      YearMonth month = monthOf(more.getLast());
      JOURNAL.flush();
      assertThat(ReadSide.await(ledger.statement("just-" + i, "main", month)).statements())
          .extracting(Statement::closing)
          .containsExactlyElementsOf(after(more).values());
    }
  }

  @Test
  void whatBecameOfEveryTransferIsToldByTheLedgers() {
    Map<String, SentTransfer> found = new HashMap<>();
    for (WalletReply.Transferred left : WORLD.sent) {
      Transfer transfer = left.transfer();
      SentTransfer told =
          ReadSide.await(ledger.transfer("acme", "main", transfer.id())).orElseThrow();
      LedgerEntry back =
          first(e -> left.transaction().id().equals(e.transaction().corrects()), "main");
      LedgerEntry there =
          first(e -> transfer.grants().getFirst().id().equals(e.posting().grant()), OrgWorld.SPARE);
      LedgerEntry end = back == null ? there : back;
      assertThat(told)
          .isEqualTo(
              new SentTransfer(
                  transfer.id(),
                  OrgWorld.SPARE,
                  OrgWorld.TYPE,
                  transfer.amount(),
                  left.transaction().id(),
                  left.transaction().postedAt(),
                  end == null ? null : end.transaction().postedAt(),
                  back == null ? null : back.transaction().id()));
      found.put(told.status(), told);
      assertThat(ReadSide.await(ledger.transfer("acme", OrgWorld.SPARE, transfer.id()))).isEmpty();
    }
    assertThat(found).containsKeys(SentTransfer.COMPLETED, SentTransfer.RETURNED);
    assertThat(WORLD.sent).anyMatch(left -> left.transaction().postings().size() > 1);
    // The hashes of other entries are no names: those that are not the last, and what rolled over.
    List<String> others =
        WORLD.entries.stream()
            .filter(e -> e.wallet().equals("main"))
            .filter(e -> e.posting().type() == EntryType.TRANSFER_OUT)
            .map(e -> "trf_" + HexFormat.of().formatHex(e.posting().hash(), 0, 12))
            .filter(id -> WORLD.sent.stream().noneMatch(left -> left.transfer().id().equals(id)))
            .toList();
    assertThat(others).isNotEmpty();
    for (String none : others) {
      assertThat(ReadSide.await(ledger.transfer("acme", "main", none))).isEmpty();
    }
    assertThat(ReadSide.await(ledger.transfer("acme", "main", "trf_x"))).isEmpty();
  }

  private static @Nullable LedgerEntry first(Predicate<LedgerEntry> like, String wallet) {
    return WORLD.entries.stream()
        .filter(e -> e.wallet().equals(wallet) && e.posting().type() == EntryType.TRANSFER_IN)
        .filter(like)
        .findFirst()
        .orElse(null);
  }

  @Test
  void aChargeThatHasJustBeenWrittenIsWaitedFor() {
    int before = WORLD.entries.size();
    OrgWorld fresh = new OrgWorld("fresh", JOURNAL, 1).founded();
    fresh.live(60);
    JOURNAL.flush();
    Transaction last =
        fresh.entries.stream()
            .filter(e -> e.wallet().equals("main"))
            .toList()
            .getLast()
            .transaction();
    assertThat(ReadSide.await(ledger.charge("fresh", "main", last.id(), 0)))
        .contains(ChargeTrace.of(last, fresh.ledger("main")));
    Transaction first = fresh.ledger("main").getFirst();
    for (int i = 0; i < 3; i++) {
      fresh.live(20);
      JOURNAL.flush();
      List<Transaction> now = fresh.ledger("main");
      long through = now.getLast().lastSequence();
      assertThat(ReadSide.await(ledger.charge("fresh", "main", first.id(), through)))
          .contains(ChargeTrace.of(first, now));
    }
    assertThat(WORLD.entries).hasSize(before);
  }
}
