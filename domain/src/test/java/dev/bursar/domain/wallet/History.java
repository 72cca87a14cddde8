package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What is asked of a wallet, and when, drawn by lot: the same seed asks the same. */
final class History {

  private static final int RESERVATIONS = 12;
  private static final int GRANTS = 10;
  private static final int TRANSFERS = 6;
  private static final Predicate<Transaction> CHARGES =
      of -> ChargeTrace.of(of, List.of(of)).total().isPositive();
  private static final Predicate<Transaction> TAKINGS =
      of -> of.postings().stream().anyMatch(each -> Taken.takes(each.type(), each.amount()));
  private static final String RATE = "0.0015005";
  private static final int TENTHS_OF_MICROS_PER_UNIT = 15_005;

  private final Random random;
  private final List<Request<WalletCommand>> asked = new ArrayList<>();
  private final Map<Integer, Transfer> incoming = new HashMap<>();
  private final List<Transaction> ledger;
  private final List<String> sent;
  private Instant clock = WalletWords.START;
  private long readFrom;

  /**
   * @param ledger the wallet's transactions so far; may grow meanwhile
   * @param sent the names of the transfers that have left it so far; may grow meanwhile
   */
  History(long seed, List<Transaction> ledger, List<String> sent) {
    this.ledger = ledger;
    this.sent = sent;
    this.random = new Random(seed);
  }

  /** What the usage costs: whole millionths, a half counting as one. */
  static BigInteger cost(Map<String, Long> usage) {
    BigInteger tenths = BigInteger.valueOf(usage.get("tokens") * TENTHS_OF_MICROS_PER_UNIT);
    return tenths.add(BigInteger.valueOf(5)).divide(BigInteger.TEN);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  /** The time of the next batch: mostly a little later, often just when something falls due. */
  Instant nextTime(Instant nextDue) {
    int lot = random.nextInt(20);
    if (lot < 5 && nextDue != null && nextDue.isAfter(clock)) {
      clock = nextDue.plusNanos(1_000L * (random.nextInt(3) - 1));
    } else if (lot == 17 && oneIn(4)) {
      clock = clock.plusSeconds(random.nextInt(300_000));
    } else if (lot == 18) {
      clock = clock.plusSeconds(random.nextInt(8_000));
    } else if (lot == 19) {
      clock = clock.minusSeconds(random.nextInt(4_000));
    } else {
      clock = clock.plusSeconds(random.nextInt(100));
    }
    return clock;
  }

  /** The requests of the next batch; some of them retries, some with a key that was used. */
  List<Request<WalletCommand>> nextBatch() {
    List<Request<WalletCommand>> batch = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      batch.add(request());
    }
    return batch;
  }

  private Request<WalletCommand> request() {
    if (!asked.isEmpty() && oneIn(8)) {
      Request<WalletCommand> before = asked.get(random.nextInt(asked.size()));
      return oneIn(4)
          ? new Request<>(command(), new Operation(before.operation().key(), 0))
          : new Request<>(readAgain(before.command()), before.operation());
    }
    long fingerprint = 1 + random.nextInt(1_000);
    var request = new Request<>(command(), new Operation("k" + asked.size(), fingerprint));
    asked.add(request);
    return request;
  }

  private WalletCommand command() {
    String reservation = "r" + random.nextInt(RESERVATIONS);
    String grant = "g" + random.nextInt(GRANTS);
    return switch (random.nextInt(36)) {
      case 0, 1, 2, 3 ->
          new WalletCommand.AddGrant(
              grant(grant), oneIn(4) ? recurrence() : null, WalletWords.who(null, null));
      case 4 -> WalletWords.voiding(oneIn(4) ? grant + "#2" : grant);
      case 5, 6, 7, 8, 9, 10 -> hold(reservation);
      case 11, 12, 13, 14 ->
          new WalletCommand.Commit(reservation, amount(oneIn(4) ? 9 : 0), null, "key1", null);
      case 15 ->
          WalletWords.commitUsage(reservation, Map.of("tokens", (long) random.nextInt(9_000)));
      case 16 -> WalletWords.release(reservation);
      case 17 ->
          oneIn(2) ? new WalletCommand.Cancel(reservation, Origin.of(clock)) : hold(reservation);
      case 18 -> new WalletCommand.Extend(reservation, 1 + random.nextInt(600));
      case 19 -> new WalletCommand.Wake();
      case 20 ->
          oneIn(2) ? new WalletCommand.Find(reservation) : new WalletCommand.Bar(reservation, null);
      case 21 -> new WalletCommand.CheckCredits(type(), amount(0), feature(), model(), false);
      case 22 -> oneIn(2) ? new WalletCommand.View() : new WalletCommand.ListOpen();
      case 23, 24, 25 -> correction(CHARGES, () -> hold(reservation), this::refund);
      case 26 -> adjust(grant);
      case 34, 35 -> correction(TAKINGS, () -> adjust(grant), this::reverse);
      case 27 ->
          new WalletCommand.TransferOut(
              oneIn(20) ? "main" : "research", type(), amount(0), who(null, null));
      case 28 ->
          oneIn(4)
              ? new WalletCommand.BarTransfer(incoming())
              : new WalletCommand.TransferIn(incoming());
      case 32, 33 -> chargeUsage("u" + random.nextInt(RESERVATIONS));
      case 29, 30 ->
          oneIn(2)
              ? new WalletCommand.SettleTransfer(outgoing())
              : new WalletCommand.ReturnTransfer(outgoing());
      default ->
          oneIn(3)
              ? new WalletCommand.ListTransfers()
              : oneIn(4)
                  ? new WalletCommand.Open(new WalletOwner(oneIn(2) ? null : "research"))
                  : new WalletCommand.ListGrants(null, 99);
    };
  }

  private WalletCommand hold(String reservation) {
    return new WalletCommand.HoldCredits(
        reservation,
        type(),
        amount(0),
        oneIn(2) ? WalletWords.price("tokens", RATE) : null,
        1 + random.nextInt(400),
        OveragePolicy.values()[random.nextInt(3)],
        oneIn(8),
        oneIn(2),
        who(feature(), model()),
        Origin.of(clock));
  }

  private WalletCommand chargeUsage(String reservation) {
    Instant ran = clock.minusSeconds(random.nextInt(7_000));
    return new WalletCommand.ChargeUsage(
        reservation,
        type(),
        amount(0),
        OveragePolicy.values()[random.nextInt(3)],
        new Reported("/test", reservation, ran),
        clock,
        oneIn(2),
        who(feature(), model()),
        Origin.of(clock));
  }

  private static Attribution who(String feature, String model) {
    return WalletWords.who(feature, model);
  }

  private Recurrence.Terms recurrence() {
    Recurrence.Interval often = Recurrence.Interval.DAY;
    Credits least = oneIn(2) ? Credits.ZERO : amount(0);
    return new Recurrence.Terms(
        oneIn(4) ? Recurrence.Interval.values()[random.nextInt(5)] : often,
        oneIn(3) ? null : around(600),
        least,
        least.plus(oneIn(2) ? Credits.ZERO : amount(0)));
  }

  /** Of one of the transactions of this kind; of another now and then, which is of no use. */
  private WalletCommand correction(
      Predicate<Transaction> kind,
      Supplier<WalletCommand> without,
      Function<Transaction, WalletCommand> with) {
    List<Transaction> of = ledger.stream().filter(oneIn(50) ? kind.negate() : kind).toList();
    return of.isEmpty() ? without.get() : with.apply(of.get(random.nextInt(of.size())));
  }

  /** Whoever reads the ledger is now and then a little behind, though not behind the twin. */
  private List<Transaction> read(String transaction) {
    int size = ledger.size();
    if (oneIn(3)) {
      size -= random.nextInt(Math.min(size, 6) + 1);
    }
    while (size < ledger.size()
        && (size == 0
            || ledger.get(size - 1).lastSequence() < readFrom
            || ledger.subList(0, size).stream().noneMatch(t -> t.id().equals(transaction)))) {
      size++;
    }
    return List.copyOf(ledger.subList(0, size));
  }

  /** From now on the ledger is always read up to this entry at least. */
  void readFrom(long sequence) {
    readFrom = sequence;
  }

  private WalletCommand refund(Transaction of) {
    return new WalletCommand.Refund(
        ChargeTrace.of(of, read(of.id())), oneIn(3) ? null : amount(0), who(null, null));
  }

  private WalletCommand readAgain(WalletCommand command) {
    return switch (command) {
      case WalletCommand.Refund it ->
          new WalletCommand.Refund(
              ChargeTrace.of(named(it.charge().transaction()), read(it.charge().transaction())),
              it.amount(),
              it.attribution());
      case WalletCommand.Reverse it ->
          new WalletCommand.Reverse(
              it.creditType(),
              it.amount(),
              Taken.of(named(it.taken().transaction()), read(it.taken().transaction())),
              it.attribution());
      case WalletCommand other -> other;
    };
  }

  private Transaction named(String transaction) {
    return ledger.stream().filter(t -> t.id().equals(transaction)).findFirst().orElseThrow();
  }

  private WalletCommand adjust(String grant) {
    boolean up = oneIn(3);
    Credits amount = up ? amount(0) : amount(0).negated();
    return new WalletCommand.Adjust(type(), amount, up || oneIn(2) ? grant : null, who(null, null));
  }

  private WalletCommand reverse(Transaction of) {
    Taken taken = Taken.of(of, read(of.id()));
    boolean whole = oneIn(2) && taken.total().isPositive();
    return new WalletCommand.Reverse(
        oneIn(20) ? type() : taken.creditType(),
        whole ? taken.total() : amount(0),
        taken,
        who(null, null));
  }

  private String outgoing() {
    return sent.isEmpty() ? "trf_unknown" : sent.get(random.nextInt(sent.size()));
  }

  /** One of the transfers that another wallet sends, again and again the same. */
  private Transfer incoming() {
    return incoming.computeIfAbsent(random.nextInt(TRANSFERS), this::anotherTransfer);
  }

  private Transfer anotherTransfer(int number) {
    String id = "trf_" + number;
    String type = type();
    List<Grant> grants = new ArrayList<>();
    List<Draw> draws = new ArrayList<>();
    Credits sum = Credits.ZERO;
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      Grant grant = grant(id + "_" + i, type, WalletWords.START);
      grants.add(grant);
      draws.add(new Draw("there" + i, grant.amount()));
      sum = sum.plus(grant.amount());
    }
    return new Transfer(
        id,
        "research",
        "main",
        type,
        sum,
        draws,
        grants,
        oneIn(4) ? null : WalletWords.who(null, null));
  }

  private Grant grant(String id) {
    return grant(id, type(), oneIn(3) ? around(300) : WalletWords.START);
  }

  private Grant grant(String id, String type, Instant from) {
    return new Grant(
        id,
        type,
        amount(1),
        Grant.Category.values()[random.nextInt(3)],
        10 * random.nextInt(3),
        from,
        oneIn(2) ? around(600) : null,
        oneIn(3) ? someOf("chat", "search", "voice") : Set.of(),
        oneIn(4) ? someOf("big", "small") : Set.of(),
        oneIn(2) ? new Money(new Credits(random.nextInt(9_000_000)), currency()) : null,
        null,
        "test",
        WalletWords.START);
  }

  /** One of these names or more. */
  private Set<String> someOf(String... names) {
    Set<String> some = new TreeSet<>();
    some.add(names[random.nextInt(names.length)]);
    for (String name : names) {
      if (oneIn(3)) {
        some.add(name);
      }
    }
    return some;
  }

  private String currency() {
    return oneIn(3) ? "USD" : "EUR";
  }

  private Instant around(int seconds) {
    return clock.plusSeconds(random.nextInt(-50, seconds));
  }

  private Credits amount(int least) {
    int whole = least + random.nextInt(10);
    return new Credits(whole * 1_000_000L + (oneIn(3) ? random.nextInt(1_000_000) : 0));
  }

  private String type() {
    return oneIn(5) ? "image" : WalletWords.CREDITS;
  }

  private String feature() {
    return oneIn(3) ? null : oneIn(2) ? "chat" : "search";
  }

  private String model() {
    return oneIn(2) ? null : oneIn(3) ? "small" : "big";
  }
}
