package dev.bursar.domain.org;

import static dev.bursar.domain.org.PlanWords.addOn;
import static dev.bursar.domain.org.PlanWords.catalog;
import static dev.bursar.domain.org.PlanWords.day;
import static dev.bursar.domain.org.PlanWords.grant;
import static dev.bursar.domain.org.PlanWords.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.GrantState;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletWords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Random histories of an org and its wallet: plans, add-ons, times and catalogs change, messages
 * between the two are lost, late and repeated, both start again from snapshots or their events. No
 * grant is given twice or lost, the wallet's invariants hold, nothing is made up for that was not
 * used ahead, and in the end it has what the plan says.
 */
final class PlanGrantHistoryTest {

  private static final int HISTORIES = 1_500;
  private static final int STEPS = 60;
  private static final long FIRST_SEED = 20_240_701;
  private static final byte[] SEAL = new byte[32];

  private final Map<String, Integer> happened = new TreeMap<>();

  @Test
  void nothingIsLostNorGivenTwice() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
      try {
        new Run(seed).toTheEnd();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    assertThat(happened)
        .containsKeys(
            "GIVE",
            "MOVE_END",
            "LEAVE",
            "END",
            "Granted",
            "GrantScheduled",
            "GrantRenewed",
            "GrantVoided",
            "GrantExpired",
            "GrantTermsChanged",
            "over",
            "made up",
            "repeated",
            "recurs in the end",
            "nothing in the end")
        .allSatisfy((what, count) -> assertThat(count).as(what).isGreaterThan(20));
  }

  private static OperationMemory memory() {
    return new OperationMemory(100, Long.MAX_VALUE);
  }

  private final class Run {
    private final Random random;
    private final List<Catalog> catalogs = new ArrayList<>();
    private final List<OrgEvent> ofOrg = new ArrayList<>();
    private final List<Batch<OrgEvent>> orgRows = new ArrayList<>();
    private final List<WalletEvent> ofWallet = new ArrayList<>();
    private final List<Batch<WalletEvent>> walletRows = new ArrayList<>();
    private final List<PlanGrantChange> sent = new ArrayList<>();
    private final List<WalletCommand> messages = new ArrayList<>();
    private final Invariants invariants = new Invariants("acme", "main");
    private final List<String> open = new ArrayList<>();

    /** When what would have been over was told of. */
    private final Set<String> overWhenTold = new TreeSet<>();

    private Catalog counts;
    private Instant clock = day("01-01");
    private Org org;
    private Entity<OrgCommand, OrgEvent, OrgReply> orgEntity;
    private Wallet wallet;
    private Entity<WalletCommand, WalletEvent, WalletReply> walletEntity;

    Run(long seed) {
      random = new Random(seed);
      for (int i = 0; i < 4; i++) {
        catalogs.add(
            catalog(List.of(plan("p", grants()), plan("q", grants())), addOn("x", grants())));
      }
      counts = catalogs.getFirst();
      startOrg();
      startWallet();
    }

    private PlanGrant[] grants() {
      List<PlanGrant> grants = new ArrayList<>();
      for (String id : List.of("a", "b", "c")) {
        if (random.nextInt(3) > 0) {
          Recurrence.Interval[] intervals = {
            Recurrence.Interval.DAY, Recurrence.Interval.WEEK, Recurrence.Interval.MONTH, null
          };
          grants.add(
              grant(
                  id,
                  String.valueOf(1 + random.nextInt(3)),
                  intervals[random.nextInt(intervals.length)]));
        }
      }
      return grants.toArray(PlanGrant[]::new);
    }

    private void startOrg() {
      OperationMemory memory = memory();
      Org.Snapshot before = org == null ? null : org.snapshot();
      org = OrgWords.newOrg(memory);
      var aggregate = new OrgAggregate(org, (name, pinned, at) -> counts);
      long sequence = orgRows.size();
      orgEntity = new Entity<>(aggregate, memory);
      if (before != null && random.nextBoolean()) {
        org.restore(before);
        orgEntity.restored(sequence, SEAL);
      } else {
        orgRows.forEach(row -> orgEntity.fold(row, SEAL));
      }
      assertThat(before == null ? null : before.planGrants())
          .isEqualTo(before == null ? null : org.snapshot().planGrants());
    }

    private void startWallet() {
      var before = wallet == null ? null : wallet.snapshot();
      long sequence = walletRows.size();
      wallet = new Wallet("acme", "main", WalletWords.GRACE, memory());
      walletEntity = new Entity<>(new WalletAggregate(wallet), memory());
      if (before != null && random.nextBoolean()) {
        wallet.restore(before);
        walletEntity.restored(sequence, SEAL);
      } else {
        walletRows.forEach(row -> walletEntity.fold(row, SEAL));
      }
    }

    private Outcome<OrgReply> org(OrgCommand command) {
      var decided = orgEntity.decide(List.of(new Request<>(command, null)), clock);
      if (decided.batch() != null) {
        orgEntity.sealed(SEAL);
        orgRows.add(decided.batch());
        decided.batch().recorded().forEach(each -> ofOrg.add(each.event()));
      }
      return decided.outcomes().getFirst();
    }

    private Outcome<WalletReply> wallet(WalletCommand command) {
      var decided = walletEntity.decide(List.of(new Request<>(command, null)), clock);
      if (decided.batch() != null) {
        walletEntity.sealed(SEAL);
        walletRows.add(decided.batch());
        for (var each : decided.batch().recorded()) {
          ofWallet.add(each.event());
          count(each.event().getClass().getSimpleName());
          if (each.event().transaction() != null) {
            LedgerEntry.of("acme", "main", each.event().transaction()).forEach(invariants::read);
          }
        }
      }
      assertThat(invariants.with(wallet)).isEmpty();
      return decided.outcomes().getFirst();
    }

    void toTheEnd() {
      wallet(new WalletCommand.Open(WalletOwner.ORG));
      org(PlanWords.put(PlanWords.subscribed(null)));
      org(new OrgCommand.PutWallet("main", WalletOwner.ORG, "test"));
      for (int i = 0; i < STEPS; i++) {
        passTime();
        step();
      }
      org(new OrgCommand.Wake());
      while (!org.planGrants().untold().isEmpty()) {
        tell(true);
        org(new OrgCommand.Wake());
      }
      wallet(new WalletCommand.Wake());
      check();
    }

    private void passTime() {
      Instant due = wallet.nextDue();
      int lot = random.nextInt(10);
      if (lot == 0 && due != null && due.isAfter(clock)) {
        clock = due.plusNanos(1_000L * (random.nextInt(3) - 1));
      } else if (lot < 3) {
        clock = clock.plusSeconds(random.nextInt(40) * 21_600L);
      } else if (lot < 6) {
        clock = clock.plusSeconds(random.nextInt(40_000));
      } else if (lot == 6) {
        clock = clock.minusSeconds(random.nextInt(100));
      }
    }

    private void step() {
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> org(PlanWords.put(settings()));
        case 3 -> counts = random.nextInt(9) == 0 ? null : catalogs.get(random.nextInt(4));
        case 4, 5, 6, 7 -> tell(random.nextInt(3) > 0);
        case 8 -> {
          if (!messages.isEmpty()) {
            count("repeated");
            wallet(messages.get(random.nextInt(messages.size())));
          }
        }
        case 9 -> startOrg();
        case 10 -> startWallet();
        case 11 -> hold();
        case 12 -> settle();
        default -> org(new OrgCommand.Wake());
      }
    }

    private OrgSettings settings() {
      int lot = random.nextInt(8);
      if (lot == 0) {
        return PlanWords.subscribed(null);
      }
      return PlanWords.subscribed(
          random.nextBoolean() ? "p" : "q",
          random.nextInt(3) == 0 ? List.of("x", "x") : List.of(),
          random.nextInt(3) > 0 ? null : around(),
          random.nextInt(4) > 0 ? null : around(),
          random.nextInt(3) > 0 ? null : around());
    }

    private Instant around() {
      return clock.plus(Duration.ofHours(random.nextInt(-30, 90) * 6L));
    }

    private void hold() {
      String reservation = "r" + walletRows.size();
      open.add(reservation);
      wallet(
          new WalletCommand.HoldCredits(
              reservation,
              "c",
              new Credits(1 + random.nextInt(3_000_000)),
              null,
              400_000,
              OveragePolicy.RECORD,
              false,
              false,
              WalletWords.who("chat", "big"),
              Origin.of(clock)));
    }

    private void settle() {
      if (!open.isEmpty()) {
        String reservation = open.remove(random.nextInt(open.size()));
        wallet(
            random.nextBoolean()
                ? WalletWords.release(reservation)
                : WalletWords.commit(reservation, "1"));
      }
    }

    /** The wallet is told of all changes; its answer may be lost. */
    private void tell(boolean answered) {
      org(new OrgCommand.ListPlanGrants());
      List<PlanGrantChange> changes = List.copyOf(org.planGrants().untold());
      if (changes.isEmpty()) {
        return;
      }
      sent.addAll(changes);
      WalletCommand message = PlanGrantChange.toWallet(changes);
      messages.add(message);
      Outcome<WalletReply> outcome = wallet(message);
      for (PlanGrantChange each : changes) {
        count(each.kind().name());
        if (each.kind() == PlanGrantChange.Kind.GIVE
            && OrgSettings.isOver(
                each.grant().until(), wallet.lastAt().isAfter(clock) ? wallet.lastAt() : clock)) {
          overWhenTold.add(each.grant().id());
        }
      }
      var done =
          ((WalletReply.PlanGrantsChanged) ((Outcome.Unchanged<WalletReply>) outcome).reply())
              .steps();
      assertThat(done)
          .extracting(WalletReply.PlanGrantDone::number)
          .containsExactlyElementsOf(changes.stream().map(PlanGrantChange::number).toList());
      assertThat(done).allMatch(each -> each.refusal() == null);
      if (done.stream().anyMatch(WalletReply.PlanGrantDone::over)) {
        count("over");
      }
      if (answered) {
        org(new OrgCommand.SettlePlanGrants(done));
      }
    }

    /**
     * What a grant comes with less was used ahead of others: no more than what they had for the
     * time after they were left, or ended before theirs, and could not be taken of them.
     */
    private void checkUsedAhead() {
      Map<String, Grant> terms = new HashMap<>();
      long ahead = 0;
      for (WalletEvent each : ofWallet) {
        switch (each) {
          case WalletEvent.Granted it -> {
            terms.put(it.grant().id(), it.grant());
            long less = taken(it.transaction(), it.grant().id());
            assertThat(less).isBetween(0L, ahead);
            ahead -= less;
            if (less > 0) {
              count("made up");
            }
          }
          case WalletEvent.GrantRenewed it -> terms.put(it.grant().id(), it.grant());
          case WalletEvent.GrantTermsChanged it -> {
            terms.put(it.grant().id(), it.grant());
            ahead += usedAhead(it.rest(), it.transaction(), it.grant().id());
          }
          case WalletEvent.GrantVoided it ->
              ahead += usedAhead(it.rest(), it.transaction(), it.grant());
          case WalletEvent.GrantExpired it ->
              ahead += usedAhead(restAtEnd(terms.get(it.grant())), it.transaction(), it.grant());
          default -> {}
        }
      }
      long left =
          wallet.snapshot().usedAhead().values().stream()
              .mapToLong(each -> each.amount().micros())
              .sum();
      assertThat(left).isBetween(0L, ahead);
    }

    private static long usedAhead(Credits rest, Transaction transaction, String grant) {
      return rest == null ? 0 : Math.max(0, rest.micros() - taken(transaction, grant));
    }

    private static long taken(Transaction transaction, String grant) {
      return transaction.postings().stream()
          .filter(each -> grant.equals(each.grant()))
          .filter(each -> each.type() == EntryType.VOID || each.type() == EntryType.EXPIRE)
          .mapToLong(each -> -each.amount().micros())
          .sum();
    }

    /** What an interval has for the time after an end that was moved to before its own. */
    private static Credits restAtEnd(Grant grant) {
      Recurrence recurrence = grant.recurrence();
      if (recurrence == null) {
        return null;
      }
      // All of the next interval, if it ends in its time.
      Credits rest = recurrence.restOf(grant.expiresAt(), grant.expiresAt());
      return rest.equals(recurrence.amount()) ? null : rest;
    }

    private void check() {
      checkUsedAhead();
      Map<String, Integer> begun = new HashMap<>();
      for (WalletEvent each : ofWallet) {
        if (each instanceof WalletEvent.GrantScheduled it) {
          begun.merge(it.grant().id(), 1, Integer::sum);
        } else if (each instanceof WalletEvent.Granted it
            && it.grant().category() == Grant.Category.PLAN) {
          boolean waited =
              ofWallet.stream()
                  .anyMatch(
                      one ->
                          one instanceof WalletEvent.GrantScheduled later
                              && later.grant().id().equals(it.grant().id()));
          if (!waited) {
            begun.merge(it.grant().id(), 1, Integer::sum);
          }
        }
      }
      Set<String> given = new TreeSet<>();
      for (OrgEvent each : ofOrg) {
        if (each instanceof OrgEvent.PlanGrantsSettled settled) {
          settled.changes().stream()
              .filter(change -> change.kind() == PlanGrantChange.Kind.GIVE)
              .forEach(change -> assertThat(given.add(change.grant().id())).isTrue());
        }
      }
      assertThat(begun.values()).allMatch(count -> count == 1);
      assertThat(given).containsAll(begun.keySet());
      given.removeAll(begun.keySet());
      assertThat(overWhenTold).containsAll(given);
      if (counts != null) {
        checkWhatGoesOn();
      }
    }

    /** The series that go on are those of the plan, on its terms, until its end. */
    private void checkWhatGoesOn() {
      Instant now = wallet.lastAt().isAfter(clock) ? wallet.lastAt() : clock;
      OrgSettings settings = org.settings();
      List<String> wanted = new ArrayList<>();
      boolean subscribed =
          switch (settings.status(now)) {
            case SCHEDULED, TRIAL, ACTIVE -> true;
            case NONE, ENDED -> false;
          };
      Instant until = earlier(settings.trialEndsAt(), settings.endsAt());
      if (subscribed) {
        addTo(wanted, "plan:" + settings.plan(), counts.plans().get(settings.plan()).grants());
        if (!settings.addOns().isEmpty()) {
          addTo(wanted, "add_on:x", counts.addOns().get("x").grants());
        }
      }
      if (!subscribed) {
        assertThat(wallet.grants().values())
            .filteredOn(each -> each.grant().category() == Grant.Category.PLAN)
            .allMatch(each -> each.isEnded() || each.remaining().equals(each.held()));
      }
      List<String> there = new ArrayList<>();
      for (GrantState each : wallet.grants().values()) {
        if (!each.isEnded()) {
          goesOn(each.grant(), there, until);
        }
      }
      wallet.snapshot().scheduled().forEach(each -> goesOn(each.grant(), there, until));
      if (until != null && subscribed) {
        // What would begin after the end is not given at all.
        assertThat(wanted).containsAll(there);
        assertThat(there).doesNotHaveDuplicates();
      } else {
        assertThat(there).containsExactlyInAnyOrderElementsOf(wanted);
      }
      count(there.isEmpty() ? "nothing in the end" : "recurs in the end");
    }

    private void addTo(List<String> wanted, String source, Map<String, PlanGrant> grants) {
      grants.values().stream()
          .filter(each -> each.recurrence() != null)
          .forEach(
              each ->
                  wanted.add(
                      source
                          + " "
                          + each.id()
                          + " "
                          + each.amount()
                          + " "
                          + each.recurrence().interval()));
    }

    private void goesOn(Grant grant, List<String> there, Instant until) {
      Recurrence recurrence = grant.recurrence();
      boolean last =
          recurrence == null
              || (recurrence.until() != null
                  && !recurrence.until().equals(until)
                  && !recurrence.goesOnAt(grant.expiresAt()));
      if (!last && !(recurrence.until() != null && isLeft(recurrence.series()))) {
        assertThat(recurrence.until()).isEqualTo(until);
        there.add(
            grant.source()
                + " "
                + recurrence.series().split(":")[2]
                + " "
                + recurrence.amount()
                + " "
                + recurrence.terms().interval());
      }
    }

    /** Whether it was told that this is not given any more. */
    private boolean isLeft(String series) {
      return sent.stream()
          .anyMatch(
              each ->
                  each.kind() == PlanGrantChange.Kind.LEAVE && each.grant().id().equals(series));
    }

    private static Instant earlier(Instant one, Instant other) {
      return one == null || (other != null && other.isBefore(one)) ? other : one;
    }
  }

  private void count(String what) {
    happened.merge(what, 1, Integer::sum);
  }
}
