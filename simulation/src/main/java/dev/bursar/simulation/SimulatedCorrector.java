package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Somebody who corrects in several steps, while others work: refunds some of what is owed, sees
 * that some of the rest is paid, and refunds more of it; gives back in parts what was taken away by
 * hand; and has credits come to a wallet that has nearly all that can be counted.
 */
final class SimulatedCorrector {

  /** A wallet of the other org that nobody else draws on. */
  static final String RICH = "rich";

  /** So many grants of the largest amount it has at first: with two more it has too much. */
  static final int RICH_GRANTS = 8;

  private static final String SOURCE = "/corrections";
  private static final int OPERATIONS = 16;

  /** It goes on with what it has begun but for one time in so many. */
  private static final int OTHERWISE_ONE_IN = 6;

  private static final long SECOND = 1_000_000;
  private static final int AHEAD_MAX_MS = 900;

  /** Of what can be given back, that which was taken last. */
  private static final int RECENT = 3;

  /** Above all keys of clients, and of those who set budgets. */
  private static final long KEYS = 0xc00000000000L;

  private final World world;
  private final Asker asker;
  private final ClientReservations reservations;
  private final ClientCredits credits;

  /** Of its own, so that what it wants changes nothing of what others want. */
  private final Random random;

  private EntityId wallet = EntityId.wallet(SimulatedClient.OTHER_ORG, OrgShape.WALLETS.getLast());
  private String creditType = OrgShape.TYPE;
  private boolean unwinding = true;
  private int left = OPERATIONS;
  private int names;

  SimulatedCorrector(World world) {
    this.world = world;
    this.asker = new Asker(world, "corrector", new Known(), this::next);
    this.reservations = new ClientReservations(asker);
    this.credits = new ClientCredits(asker);
    this.random = new Random(world.scenario.seed() * 13);
  }

  boolean isDone() {
    return left < 0;
  }

  void next() {
    if (left-- > 0) {
      world.time.after(random.nextLong(SECOND), this::act);
    }
  }

  private void act() {
    if (random.nextInt(4) == 0) {
      promise();
      return;
    }
    if (random.nextInt(OTHERWISE_ONE_IN) == 0) {
      choose();
    }
    if (unwinding) {
      unwind();
    } else {
      giveBack();
    }
  }

  /** Of what, and how, for a while. */
  private void choose() {
    String org = random.nextInt(3) == 0 ? SimulatedClient.ORG : SimulatedClient.OTHER_ORG;
    wallet = EntityId.wallet(org, OrgShape.WALLETS.get(random.nextInt(OrgShape.WALLETS.size())));
    creditType = OrgShape.TYPES.get(random.nextInt(OrgShape.TYPES.size()));
    unwinding = random.nextBoolean();
  }

  // ---- what can be counted

  /** Credits come to a wallet that has nearly all that can be counted, at once or later. */
  private void promise() {
    EntityId wallet = EntityId.wallet(SimulatedClient.OTHER_ORG, RICH);
    Credits amount =
        random.nextBoolean()
            ? Credits.MAX_INPUT
            : new Credits(1 + random.nextLong(Credits.MAX_INPUT.micros()));
    if (random.nextInt(4) == 0) {
      boolean less = random.nextBoolean();
      credits.adjust(
          new Call.Adjust(
              wallet, OrgShape.TYPE, less ? amount.negated() : amount, less ? null : "c" + names++),
          key());
      return;
    }
    Instant now = world.cluster.owner(wallet.org()).now();
    Instant begins = now.plusSeconds(random.nextInt(3) == 0 ? -1 : 1 + random.nextInt(30));
    credits.grant(
        new Call.AddGrant(
            wallet, grant(OrgShape.TYPE, amount, Grant.PRIORITY_DEFAULT, begins, now), null),
        key());
  }

  private Grant grant(
      String creditType, Credits amount, int priority, Instant effectiveAt, Instant now) {
    return new Grant(
        "c" + names++,
        creditType,
        amount,
        Grant.Category.PAID,
        priority,
        effectiveAt,
        null,
        Set.of(),
        Set.of(),
        null,
        null,
        Asker.ACTOR,
        now);
  }

  // ---- what is owed

  /** The next step of a charge that has left something owed. */
  private void unwind() {
    NaiveBooks.Owing owing = world.watch.wallet(wallet).books(creditType).owing();
    if (owing == null && wallet.org().equals(SimulatedClient.ORG)) {
      // What is reported counts in its budgets, and nobody else would be allowed anything.
      giveBack();
    } else if (owing == null) {
      owe();
    } else if (owing.isOwed() && owing.forgiven().signum() > 0) {
      pay(owing.owed());
    } else {
      Credits amount = random.nextInt(6) == 0 ? null : some(owing.owed().add(owing.paid()));
      credits.refund(new Call.Refund(wallet, owing.transaction(), amount), key());
    }
  }

  /** More has run than there are credits for. */
  private void owe() {
    BigInteger available = world.watch.wallet(wallet).figures(creditType).available();
    Credits amount = credits(available).plus(Credits.of(2 + random.nextInt(9)));
    ReserveRequest work =
        new ReserveRequest(
            Subject.ofOrg(wallet.org()),
            null,
            null,
            null,
            wallet.name(),
            null,
            amount,
            creditType,
            1,
            OveragePolicy.RECORD,
            true,
            false,
            Map.of());
    Reported event = new Reported(SOURCE, key(), world.cluster.earliestNow());
    reservations.report(new Call.Report(work, event, wallet), false);
  }

  /** All of it, or some. */
  private void pay(BigInteger owed) {
    Instant now = world.cluster.owner(wallet.org()).now();
    Credits amount = random.nextBoolean() ? some(owed) : credits(owed).plus(Credits.of(1));
    credits.grant(
        new Call.AddGrant(
            wallet,
            grant(creditType, amount, Grant.PRIORITY_DEFAULT, now.minusSeconds(1), now),
            null),
        key());
  }

  // ---- what was taken away

  private void giveBack() {
    NaiveWallet naive = world.watch.wallet(wallet);
    List<Transaction> taken = naive.taken(creditType, random.nextInt(8) == 0);
    List<String> grants = naive.books(creditType).grants();
    if (!taken.isEmpty() && random.nextInt(3) > 0) {
      Transaction last =
          taken.get(taken.size() - 1 - random.nextInt(Math.min(RECENT, taken.size())));
      credits.reverse(wallet, last, toGiveBack(naive, last), key());
    } else if (random.nextInt(3) == 0) {
      // Drawn on before what is there from the beginning: so it is taken from several.
      Instant now = world.cluster.owner(wallet.org()).now();
      Credits amount = Credits.of(1 + random.nextInt(3));
      Grant grant = grant(creditType, amount, 0, now.minusSeconds(1), now);
      credits.grant(new Call.AddGrant(wallet, grant, null), key());
    } else if (!grants.isEmpty() && random.nextInt(4) == 0) {
      String grant = grants.get(random.nextInt(grants.size()));
      credits.voidGrant(new Call.VoidGrant(wallet, grant), key());
    } else {
      Credits amount = Credits.of(2 + random.nextInt(20)).negated();
      credits.adjust(new Call.Adjust(wallet, creditType, amount, null), key());
    }
  }

  /** Some of what is left of it, or all; or more than that, so that it is refused. */
  private Credits toGiveBack(NaiveWallet naive, Transaction taking) {
    BigInteger rest = naive.notReturned(taking);
    BigInteger total = NaiveWallet.takenBy(taking);
    int how = random.nextInt(9);
    if (rest.signum() == 0 || how == 0) {
      return rest.equals(total) || random.nextBoolean()
          ? credits(rest.add(BigInteger.ONE))
          : credits(total);
    }
    return how < 4 ? credits(rest) : some(rest);
  }

  /** From the least there is up to all of it. */
  private Credits some(BigInteger of) {
    return new Credits(1 + random.nextLong(of.longValueExact()));
  }

  private static Credits credits(BigInteger micros) {
    return new Credits(micros.longValueExact());
  }

  private String key() {
    long millis = world.cluster.earliestNow().toEpochMilli() + random.nextInt(AHEAD_MAX_MS);
    return "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, KEYS + names++);
  }
}
