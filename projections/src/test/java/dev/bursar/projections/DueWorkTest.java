package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.ReadModelsBehind;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wallets are woken when something falls due. */
class DueWorkTest {

  private final DatabaseSettings settings = TestServer.fresh();
  private final Database database = Database.open(settings);
  private final JournalWriter journal = new JournalWriter(database.jdbi());
  private final Map<String, OrgWorld> orgs = new ConcurrentHashMap<>();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final AtomicReference<Duration> behind = new AtomicReference<>(Duration.ZERO);
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger wakes = new AtomicInteger();
  private volatile boolean worksMeanwhile;

  private final NoEntities entities =
      new NoEntities() {
        @Override
        public CompletionStage<Answer<WalletReply>> wallet(
            String org, String wallet, Request<WalletCommand> request) {
          assertThat(request.command()).isEqualTo(new WalletCommand.Wake());
          return CompletableFuture.supplyAsync(() -> woken(org, wallet));
        }
      };

  private synchronized Answer<WalletReply> woken(String org, String wallet) {
    if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      if (worksMeanwhile) {
        // As the projection does with each row of an entity that has more to do.
        database
            .jdbi()
            .useHandle(handle -> handle.execute("update due_work set version = version + 1"));
      }
      return new Answer.Busy<>();
    }
    wakes.incrementAndGet();
    Instant next = orgs.get(org).wake(wallet, now.get().minus(behind.get()));
    journal.flush();
    return new Answer.Done<>(new WalletReply.Woken(next), false);
  }

  @BeforeEach
  void live() {
    for (int i = 0; i < 5; i++) {
      OrgWorld org = new OrgWorld("org-" + i, journal, i).founded();
      org.live(60);
      orgs.put(org.orgId.org(), org);
    }
    journal.flush();
    now.set(orgs.values().stream().map(OrgWorld::now).max(Instant::compareTo).orElseThrow());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private ReadSide readSide(String overrides) {
    return new ReadSide(settings, entities, now::get, overrides);
  }

  private long due() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select count(*) from due_work where due_at <= :now")
                    .bind("now", now.get().atOffset(java.time.ZoneOffset.UTC))
                    .mapTo(Long.class)
                    .one());
  }

  private void assertAllEnded() {
    assertThat(orgs.values())
        .allSatisfy(
            org -> {
              assertThat(org.wallet.holds()).isEmpty();
              assertThat(org.wallet.nextDue()).isNull();
            });
  }

  @Test
  void whatFellDueOnTheWayIsDoneWhenTheClockWasMoved() {
    try (ReadSide readSide = readSide("bursar.projections.due-work.interval = 1h")) {
      readSide.caughtUp();
      assertThat(orgs.values()).anyMatch(org -> !org.wallet.holds().isEmpty());

      for (int hour = 0; hour < 12; hour++) {
        now.updateAndGet(before -> before.plus(Duration.ofHours(1)));
        ReadSide.await(readSide.projections.dueWork().runUntilQuiet(now.get()));
        readSide.caughtUp();
        assertThat(due()).isZero();
      }
      assertAllEnded();
    }
  }

  @Test
  void lookingNowAndThenIsEnough() {
    try (ReadSide readSide = readSide("bursar.projections.due-work.interval = 20ms")) {
      now.updateAndGet(before -> before.plus(Duration.ofDays(1)));
      ReadSide.until(
          () -> {
            readSide.caughtUp();
            return due() == 0 && wakes.get() >= orgs.size();
          });
      assertAllEnded();
      assertThat(readSide.metrics.counter("bursar.due_work.woken").count()).isPositive();
    }
  }

  @Test
  void aWalletThatIsBusyIsWokenAgain() {
    busy.set(12);
    try (ReadSide readSide = readSide("bursar.projections.due-work.interval = 1h")) {
      readSide.caughtUp();
      now.updateAndGet(before -> before.plus(Duration.ofDays(1)));
      ReadSide.await(readSide.projections.dueWork().runUntilQuiet(now.get()));
      assertAllEnded();
    }
  }

  @Test
  void aWalletThatStaysUnreachableIsToldOf() {
    busy.set(Integer.MAX_VALUE);
    try (ReadSide readSide =
        readSide("bursar.projections.due-work { interval = 1h, stuck-after = 300ms }")) {
      readSide.caughtUp();
      now.updateAndGet(before -> before.plus(Duration.ofDays(1)));
      assertThatThrownBy(
              () -> ReadSide.await(readSide.projections.dueWork().runUntilQuiet(now.get())))
          .hasMessageContaining("Due work stands still");
    }
  }

  /** Each run takes a fiftieth of a second, and forty in which nobody answers much longer. */
  @Test
  void aWalletThatHasMuchToDoIsWaitedFor() {
    worksMeanwhile = true;
    busy.set(40 * orgs.size());
    try (ReadSide readSide =
        readSide("bursar.projections.due-work { interval = 1h, stuck-after = 300ms }")) {
      readSide.caughtUp();
      now.updateAndGet(before -> before.plus(Duration.ofDays(1)));
      ReadSide.await(readSide.projections.dueWork().runUntilQuiet(now.get()));
      assertAllEnded();
    }
  }

  /** What falls due is dated then, and so would be in a month that had been reported before. */
  @Test
  void aMonthIsReportedOnceAllThatFellDueInItIsOnRecord() {
    try (ReadSide readSide = readSide("bursar.projections.due-work.interval = 1h")) {
      LedgerQueries ledger = readSide.projections.ledger();
      OrgWorld org =
          orgs.values().stream()
              .filter(each -> !each.wallet.holds().isEmpty())
              .findFirst()
              .orElseThrow();
      String name = org.orgId.org();
      OrgWorld unasked =
          orgs.values().stream().filter(each -> each != org).findFirst().orElseThrow();
      Instant before = unasked.wallet.lastAt();
      YearMonth month = YearMonth.from(org.now().atOffset(ZoneOffset.UTC));
      Instant end = month.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
      now.set(end.plus(Duration.ofHours(1)));
      readSide.caughtUp();
      assertThat(org.wallet.nextDue()).isBefore(end);

      busy.set(Integer.MAX_VALUE);
      for (CompletionStage<?> asked :
          List.of(
              ledger.revenue(name, month, month),
              readSide.projections.proofs().month(name, month))) {
        assertThatThrownBy(() -> ReadSide.await(asked))
            .hasCauseInstanceOf(ReadModelsBehind.class)
            .hasMessageContaining("could not do what has fallen due");
      }

      busy.set(0);
      behind.set(Duration.between(org.now(), now.get()));
      assertThatThrownBy(() -> ReadSide.await(ledger.revenue(name, month, month)))
          .hasCauseInstanceOf(ReadModelsBehind.class)
          .hasMessageContaining("could not do what has fallen due");

      behind.set(Duration.ZERO);
      LedgerProofs.AuditMonth export =
          ReadSide.await(readSide.projections.proofs().month(name, month));
      assertThat(export.checkpoint().size()).isEqualTo(org.entries.size());
      List<LedgerQueries.Revenue> reported =
          ReadSide.await(ledger.revenue(name, month, month)).months();
      assertThat(org.wallet.holds()).isEmpty();
      assertThat(unasked.wallet.lastAt()).isEqualTo(before);

      ReadSide.await(readSide.projections.dueWork().runUntilQuiet(now.get()));
      assertThat(ReadSide.await(ledger.revenue(name, month, month)).months()).isEqualTo(reported);
    }
  }
}
