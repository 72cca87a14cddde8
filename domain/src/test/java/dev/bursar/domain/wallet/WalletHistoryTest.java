package dev.bursar.domain.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.invariant.Invariants;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random histories: the wallet and a naive model of it are asked the same and say the same; the
 * invariants hold after each batch; a wallet restored from a snapshot on the way goes on the same,
 * and one replayed from the journal ends the same.
 */
final class WalletHistoryTest {

  private static final int HISTORIES = 2_000;
  private static final int BATCHES = 30;
  private static final long FIRST_SEED = 20_240_101;

  /** What became rare enough in these histories to be counted, and has to have happened. */
  private static final List<String> HAPPENS =
      List.of(
          "held",
          "denied INSUFFICIENT_CREDITS",
          "denied WALLET_IN_DEBT",
          "would hold",
          "committed",
          "committed late",
          "released",
          "cancelled",
          "expired",
          "barred",
          "extended",
          "voided",
          "refused RESERVATION_FINALIZED",
          "refused RESERVATION_EXPIRED",
          "refused GRANT_VOIDED",
          "refused RESERVATION_NOT_FOUND",
          "refused OVERAGE_REJECTED",
          "refused GRANT_EXPIRED",
          "refused GRANT_EXISTS",
          "refused GRANT_NOT_FOUND",
          "refused INVALID",
          "refused NOT_REFUNDABLE",
          "refused REFUND_EXCEEDS_CHARGE",
          "refused EXCEEDS_AVAILABLE",
          "refused WALLET_IN_DEBT",
          "corrected",
          "corrected null",
          "transferred",
          "transfer taken",
          "transfer ended",
          "transfers",
          "renewed",
          "renewed and rolled over",
          "renewed and more given",
          "renewed with a part held",
          "renewed more than once at once",
          "refund of a debt",
          "refund of a debt that was paid",
          "refund that ended at once",
          "refund that paid debt",
          "read again",
          "reversed",
          "reversal that paid debt",
          "reversal that expired at once",
          "transfer settled",
          "transfer came back",
          "transfer came back and ended at once",
          "transfer expired on its way",
          "transfer paid debt",
          "entry refund",
          "entry adjust",
          "entry transfer_in",
          "entry transfer_out",
          "refused OWNER_FIXED",
          "refused IDEMPOTENCY_KEY_REUSED",
          "entry consume",
          "entry late_usage",
          "entry debt",
          "entry debt_repaid",
          "entry expire",
          "entry void",
          "entry grant",
          "replayed",
          "went back",
          "decided by one ahead");

  private final Map<String, Integer> happened = new TreeMap<>();

  @Test
  void theWalletIsWhatTheNaiveModelIs() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
      try {
        new Run(seed).toTheEnd();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    assertThat(happened).containsKeys(HAPPENS.toArray(String[]::new));
    assertThat(happened).allSatisfy((what, count) -> assertThat(count).as(what).isGreaterThan(20));
  }

  /** A wallet under test, in its entity. */
  private record Subject(Wallet wallet, Entity<WalletCommand, WalletEvent, WalletReply> entity) {

    static Subject fresh() {
      Wallet wallet = new Wallet("acme", "main", WalletWords.GRACE, bigMemory());
      return new Subject(wallet, new Entity<>(new WalletAggregate(wallet), bigMemory()));
    }

    static OperationMemory bigMemory() {
      return new OperationMemory(100_000, Long.MAX_VALUE);
    }

    Subject restored() {
      Subject copy = fresh();
      copy.wallet.restore(wallet.snapshot());
      copy.entity.memory().restore(entity.memory().toBytes());
      copy.entity.restored(entity.sequence(), entity.head());
      assertThat(WalletText.of(copy.wallet.snapshot())).isEqualTo(WalletText.of(wallet.snapshot()));
      return copy;
    }
  }

  private final class Run {
    private final History history;
    private final Subject subject = Subject.fresh();
    private final List<Transaction> ledger = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final NaiveWallet naive = new NaiveWallet(WalletWords.START, sent);
    private final Map<String, String> firstReplies = new HashMap<>();
    private final Map<String, Long> fingerprints = new HashMap<>();
    private final List<Batch<WalletEvent>> journal = new ArrayList<>();
    private final Invariants invariants = new Invariants("acme", "main");
    private Subject twin = Subject.fresh();
    private int entries;

    Run(long seed) {
      this.history = new History(seed, ledger, sent);
    }

    void toTheEnd() {
      Request<WalletCommand> open = new Request<>(new WalletCommand.Open(WalletOwner.ORG), null);
      batch(WalletWords.START, List.of(open), false);
      for (int i = 0; i < BATCHES; i++) {
        if (history.oneIn(6)) {
          twin = subject.restored();
          history.readFrom(subject.wallet.ledgerSequence());
        }
        Instant before = subject.wallet.lastAt();
        Instant now = history.nextTime(subject.wallet.nextDue());
        count(now.isBefore(before) ? "went back" : "went on");
        batch(now, history.nextBatch(), true);
      }
      replay();
    }

    private void batch(Instant now, List<Request<WalletCommand>> requests, boolean compared) {
      var decided = subject.entity.decide(requests, now);
      var twins = twin.entity.decide(requests, now);
      naive.at(now);
      Batch<WalletEvent> batch = decided.batch();
      if (batch != null) {
        write(batch);
      }
      for (int i = 0; i < requests.size(); i++) {
        String reply = text(decided.outcomes().get(i));
        assertThat(text(twins.outcomes().get(i))).as("restored").isEqualTo(reply);
        Instant decidedOn = decidedOn(requests.get(i));
        if (decidedOn.isAfter(now)) {
          naive.at(decidedOn);
          count("decided by one ahead");
        } else {
          naive.decideAt(now);
        }
        if (reply.startsWith("read through")) {
          wasOutOfDate(requests.get(i).command());
          count("read again");
        } else if (compared) {
          assertThat(reply)
              .as("%s at %s", requests.get(i), now)
              .isEqualTo(expected(requests.get(i)));
          count(reply.split("[,;]| [\\[0-9rgu]", 2)[0]);
        }
      }
      compareBooks(batch);
    }

    private static Instant decidedOn(Request<WalletCommand> request) {
      Origin origin = request.command() instanceof LookedFor<?> it ? it.origin() : null;
      return origin == null ? Instant.EPOCH : origin.madeAt();
    }

    /** What the model says, with idempotency looked at first. */
    private String expected(Request<WalletCommand> request) {
      Operation operation = request.operation();
      String first = firstReplies.get(operation.key());
      if (first != null) {
        boolean same = fingerprints.get(operation.key()) == operation.fingerprint();
        count(same ? "replayed" : "reused");
        return same ? first : "refused IDEMPOTENCY_KEY_REUSED";
      }
      NaiveWallet.Said said = naive.decide(request.command());
      if (said.changed()) {
        firstReplies.put(operation.key(), said.reply());
        fingerprints.put(operation.key(), operation.fingerprint());
      }
      return said.reply();
    }

    private void write(Batch<WalletEvent> batch) {
      journal.add(batch);
      byte[] hash = seal(journal.size());
      subject.entity.sealed(hash);
      twin.entity.sealed(hash);
      for (var recorded : batch.recorded()) {
        Transaction transaction = recorded.event().transaction();
        if (transaction != null) {
          LedgerEntry.of("acme", "main", transaction).forEach(invariants::read);
        }
        if (transaction != null && !transaction.postings().isEmpty()) {
          ledger.add(transaction);
        }
        if (recorded.event() instanceof WalletEvent.TransferredOut out) {
          sent.add(out.transfer().id());
        }
        WalletText.marks(recorded.event()).forEach(WalletHistoryTest.this::count);
      }
      if (batch.recorded().stream()
              .filter(each -> each.event() instanceof WalletEvent.GrantRenewed)
              .count()
          > 1) {
        count("renewed more than once at once");
      }
    }

    /** Something that matters has come since what is to be corrected was read. */
    private void wasOutOfDate(WalletCommand command) {
      String of;
      long through;
      switch (command) {
        case WalletCommand.Refund it -> {
          of = it.charge().transaction();
          through = it.charge().through();
        }
        case WalletCommand.Reverse it -> {
          of = it.taken().transaction();
          through = it.taken().through();
        }
        default -> throw new AssertionError(command + " reads nothing");
      }
      assertThat(ledger)
          .as("%s", command)
          .anySatisfy(
              each -> {
                assertThat(each.lastSequence()).isGreaterThan(through);
                assertThat(
                        of.equals(each.corrects())
                            || each.postings().stream()
                                .anyMatch(p -> p.type() == EntryType.DEBT_REPAID))
                    .isTrue();
              });
    }

    private void compareBooks(Batch<WalletEvent> batch) {
      List<String> written = batch == null ? List.of() : WalletText.entries(batch);
      assertThat(written).isEqualTo(naive.entries().subList(entries, naive.entries().size()));
      written.forEach(line -> count("entry " + line.split(" ")[2]));
      entries += written.size();
      assertThat(invariants.with(subject.wallet)).isEmpty();
      assertThat(twin.wallet.ledgerHead()).isEqualTo(subject.wallet.ledgerHead());
      assertThat(twin.wallet.nextDue()).isEqualTo(subject.wallet.nextDue());
    }

    private void replay() {
      Subject replayed = Subject.fresh();
      for (int i = 0; i < journal.size(); i++) {
        replayed.entity.fold(journal.get(i), seal(i + 1));
      }
      List<String> end = WalletText.of(subject.wallet.snapshot());
      assertThat(WalletText.of(replayed.wallet.snapshot())).as("replayed").isEqualTo(end);
      assertThat(WalletText.of(twin.wallet.snapshot())).as("restored").isEqualTo(end);
      assertThat(replayed.entity.memory().toBytes()).isEqualTo(subject.entity.memory().toBytes());
    }

    private String text(Outcome<WalletReply> outcome) {
      return switch (outcome) {
        case Outcome.Replied<WalletReply> replied -> WalletText.of(replied.reply());
        case Outcome.Stored<WalletReply> stored -> WalletText.of(read(stored.place()));
        case Outcome.Unchanged<WalletReply> it -> WalletText.of(it.reply());
        case Outcome.Forgotten<WalletReply> forgotten -> "forgotten";
        case Outcome.Absent<WalletReply> absent -> "refused " + absent.refusal().code();
        case Outcome.Refused<WalletReply> refused -> "refused " + refused.refusal().code();
        case Outcome.Failed<WalletReply> failed -> throw failed.fault();
      };
    }

    private WalletReply read(Place place) {
      var batch = journal.get((int) place.sequence() - 1);
      return WalletReplies.to(batch.recorded().get(place.index()).event());
    }
  }

  private void count(String what) {
    happened.merge(what, 1, Integer::sum);
  }

  private static byte[] seal(int row) {
    byte[] hash = new byte[32];
    hash[0] = (byte) row;
    return hash;
  }
}
