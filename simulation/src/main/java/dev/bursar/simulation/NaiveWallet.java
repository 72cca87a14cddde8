package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaivePots.Part;
import dev.bursar.simulation.NaivePots.Share;
import dev.bursar.simulation.NaivePots.Use;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A wallet as somebody would keep it with pen and paper: recounts every event in whole millionths,
 * and says what can't be. It knows nothing of how the wallet itself keeps its figures.
 */
final class NaiveWallet {

  /** What has become of a reservation. */
  enum Fate {
    OPEN,
    COMMITTED,
    RELEASED,
    EXPIRED,
    CANCELLED,
    LATE,
    BARRED
  }

  /**
   * What there was of a credit type at one time.
   *
   * @param shares what could be drawn, by what it may pay for
   */
  record Figures(BigInteger balance, BigInteger held, BigInteger debt, List<Share> shares) {
    static final Figures NOTHING =
        new Figures(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, List.of());

    @Override
    public String toString() {
      return "Figures[balance=%s, held=%s, debt=%s, shares=%s]"
          .formatted(
              PlainWords.amount(balance), PlainWords.amount(held), PlainWords.amount(debt), shares);
    }

    /** What could be drawn, whatever for. */
    BigInteger available() {
      return balance.subtract(held);
    }

    /** What could be drawn for something. */
    BigInteger available(Use use) {
      return shares.stream()
          .filter(share -> use.isPaidFrom(share.features(), share.models()))
          .map(Share::free)
          .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** Whether some could be drawn for some features only. */
    boolean hasOfOneFeature(@Nullable String model) {
      return shares.stream()
          .anyMatch(
              share ->
                  !share.features().isEmpty()
                      && (share.models().isEmpty()
                          || (model != null && share.models().contains(model))));
    }

    /** The same with so much more held. */
    Figures with(BigInteger moreHeld) {
      return new Figures(balance, held.add(moreHeld), debt, shares);
    }

    boolean isLike(Balance told) {
      return balance.equals(micros(told.balance().micros()))
          && held.equals(micros(told.held().micros()))
          && debt.equals(micros(told.debt().micros()));
    }
  }

  /** The most that can be counted. */
  private static final BigInteger COUNTED_MAX = micros(Long.MAX_VALUE);

  private final String name;
  private final Watch watch;

  /** By credit type. */
  private final Map<String, NaiveBooks> books = new TreeMap<>();

  final NaiveTransfers transfers;
  private final NaiveCharges costs;
  private final LeasedHolds leases = new LeasedHolds();
  private final Map<String, Hold> open = new HashMap<>();
  private final Map<String, Hold> lapsed = new HashMap<>();

  /** Every hold as it was made, whatever has become of it. */
  private final Map<String, Hold> made = new HashMap<>();

  /** When each lease was granted, or last added to, in microseconds since the beginning. */
  private final Map<String, Long> prolonged = new HashMap<>();

  /** In which moment each lease was revoked. */
  private final Map<String, Long> revoked = new HashMap<>();

  /** All that had been handed back of a lease, each time that some was. */
  private final Map<String, Set<BigInteger>> handedBack = new HashMap<>();

  /**
   * What a reservation has to do with a lease.
   *
   * @param lease the one that it was, that it was drawn from, or that it was added to
   * @param covered how much was drawn from that
   */
  private record OfLease(String lease, BigInteger covered) {}

  private final Map<String, OfLease> ofLeases = new HashMap<>();

  /** When each hold was to end before it was extended. */
  private final Map<String, Set<Instant>> ends = new HashMap<>();

  /** When each hold that was extended is to end by now. */
  private final Map<String, Instant> extendedTo = new HashMap<>();

  final Map<String, Fate> fates = new HashMap<>();

  /** All that have a fate, as they came. */
  private final Set<String> seen = new LinkedHashSet<>();

  private final Map<String, Since> endedSince = new HashMap<>();
  final Map<String, BigInteger> charged = new HashMap<>();
  final Map<String, Transaction> charges = new LinkedHashMap<>();

  /** All that has entries, in the order of the ledger. */
  final List<Transaction> ledger = new ArrayList<>();

  /** The figures of each credit type from each moment on, the first before any. */
  private final Map<String, TreeMap<Long, Figures>> past = new TreeMap<>();

  private Instant lastAt = Instant.MIN;
  private @Nullable WalletOwner owner;

  /** By what each reservation has ended, from each moment on. */
  private final Map<String, TreeMap<Long, WalletEvent>> endings = new LinkedHashMap<>();

  /** What is to be told of it from each moment on, the first before any. */
  private final TreeMap<Long, WalletPicture> pictures =
      new TreeMap<>(Map.of(0L, WalletPicture.UNOPENED));

  NaiveWallet(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
    this.transfers = new NaiveTransfers(name, watch, this::books);
    this.costs = new NaiveCharges(name, watch, this::books);
  }

  NaiveBooks books(String creditType) {
    return books.computeIfAbsent(creditType, type -> new NaiveBooks(name, watch));
  }

  private TreeMap<Long, Figures> past(String creditType) {
    return past.computeIfAbsent(creditType, type -> new TreeMap<>(Map.of(0L, Figures.NOTHING)));
  }

  static BigInteger micros(long micros) {
    return BigInteger.valueOf(micros);
  }

  static BigInteger micros(Credits credits) {
    return BigInteger.valueOf(credits.micros());
  }

  boolean hasOpen() {
    return !open.isEmpty();
  }

  /**
   * Whether with so much more there would be more than can be counted, what is promised included.
   */
  boolean hasNoRoomFor(String creditType, Credits more) {
    NaivePots pots = books(creditType).pots;
    BigInteger sum = pots.balance().add(micros(more));
    boolean none = sum.add(pots.promised()).compareTo(COUNTED_MAX) > 0;
    if (none && sum.compareTo(COUNTED_MAX) <= 0) {
      watch.saw(Rarity.NO_ROOM_BESIDE_WHAT_IS_PROMISED);
    }
    return none;
  }

  /** Whether a reservation has ended so long ago, in microseconds. */
  boolean hasEndedBy(String reservation, long micros) {
    Since since = endedSince.get(reservation);
    return since != null && since.micros() <= micros;
  }

  /** A hold as it was when it expired; null if it has not. */
  @Nullable Hold lapsed(String reservation) {
    return lapsed.get(reservation);
  }

  /** A hold as it was made; null if there never was one. */
  @Nullable Hold made(String reservation) {
    return made.get(reservation);
  }

  /** Whether it was made as a lease. */
  boolean isLease(String reservation) {
    Hold hold = made.get(reservation);
    return hold != null && hold.lease() != null;
  }

  /** What may yet be used of a lease, in some measure; nothing where it is not open. */
  BigInteger leftOf(String lease, String measure) {
    Hold hold = open.get(lease);
    Lease terms = hold == null ? null : hold.lease();
    if (hold == null || terms == null) {
      return BigInteger.ZERO;
    }
    long units = terms.meters().getOrDefault(measure, 0L);
    return switch (measure) {
      case Quantities.REQUESTS -> micros(Credits.of(Math.max(0, units - usesOf(lease))));
      case Quantities.OPEN_RESERVATIONS -> micros(Credits.of(units));
      default -> micros(hold.amount());
    };
  }

  private long usesOf(String lease) {
    return ofLeases.entrySet().stream()
        .filter(each -> each.getValue().lease.equals(lease) && charged.containsKey(each.getKey()))
        .count();
  }

  /** Whether a hold was to end then at some time before it was extended. */
  boolean wasToEndAt(String reservation, Instant at) {
    return ends.getOrDefault(reservation, Set.of()).contains(at);
  }

  /** All figures of a credit type that there were from a moment on. */
  List<Figures> since(String creditType, long moment) {
    TreeMap<Long, Figures> all = past(creditType);
    return List.copyOf(all.tailMap(all.floorKey(moment), true).values());
  }

  /** What is held for a reservation, or leased; null if it is not open. */
  @Nullable Hold open(String reservation) {
    return open.get(reservation);
  }

  /**
   * When it came on record that a lease is granted, or last that something is added to it, in
   * microseconds since the beginning; null if there never was one.
   */
  @Nullable Long prolongedAt(String lease) {
    return prolonged.get(lease);
  }

  /**
   * Whether what is told of an end tells which lease it has to do with, and how much of that; or,
   * of one that goes on with less, how much has come back of it.
   */
  boolean isOfLeaseAsTold(Closure told) {
    if (told.kind() == Closure.Kind.SHRUNK) {
      return handedBack.getOrDefault(told.reservation(), Set.of()).contains(micros(told.charged()));
    }
    OfLease known = ofLeases.get(told.reservation());
    return known == null
        ? told.lease() == null
        : known.lease.equals(told.lease()) && known.covered.equals(micros(told.fromLease()));
  }

  /** Whether a lease was revoked by some moment. */
  boolean isRevokedBy(String lease, long moment) {
    return revoked.getOrDefault(lease, Long.MAX_VALUE) <= moment;
  }

  /** The leases that are open. */
  List<String> leases() {
    return open.values().stream()
        .filter(hold -> hold.lease() != null)
        .map(Hold::reservation)
        .toList();
  }

  /** Whether an open lease is in a later epoch than this. */
  boolean isInLaterEpoch(String lease, long epoch) {
    Hold hold = open.get(lease);
    return hold != null && hold.lease() != null && hold.lease().epoch() > epoch;
  }

  /** Whether a grant has ended, or was voided, at any time. */
  boolean wasOver(String grant) {
    return books.values().stream().anyMatch(each -> each.pots.wasOver(grant));
  }

  /**
   * What has taken something away without charging it, of grants of no plan.
   *
   * @param whole whether also that of which all has gone back
   */
  List<Transaction> taken(String creditType, boolean whole) {
    return ledger.stream()
        .filter(each -> each.creditType().equals(creditType))
        .filter(each -> (whole ? takenBy(each) : notReturned(each)).signum() > 0)
        .filter(
            each ->
                NaiveBooks.taken(each).stream()
                    .noneMatch(part -> part.grant().startsWith(Grant.OF_PLANS)))
        .toList();
  }

  /** What is left of what a transaction took away without charging it. */
  BigInteger notReturned(Transaction taking) {
    return takenBy(taking).subtract(books(taking.creditType()).returned(taking.id()));
  }

  /** What a transaction took away without charging it. */
  static BigInteger takenBy(Transaction taking) {
    return NaiveBooks.taken(taking).stream()
        .map(Part::amount)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** What a charge came to, whatever was given back since. */
  BigInteger charged(String transaction) {
    Transaction charge = charges.get(transaction);
    return charge == null ? BigInteger.ZERO : NaiveCharges.charged(charge);
  }

  /** Whether a grant is known that has yet to take effect. */
  boolean isPromised(String grant) {
    return books.values().stream().anyMatch(each -> each.pots.waits(grant));
  }

  /** Whether it has grants of a plan that have not ended. */
  boolean hasPlanGrants() {
    return !planGrants().isEmpty();
  }

  /** Those of a plan that have not ended. */
  List<String> planGrants() {
    return books.values().stream().flatMap(each -> each.pots.allOf(Grant.OF_PLANS)).toList();
  }

  /** Whether the last interval of a grant, or it itself if it has none, was voided. */
  boolean wasVoided(String series) {
    return books.values().stream().anyMatch(each -> each.pots.wasVoided(series));
  }

  /** By which transaction a reservation was charged; null if it has no entries. */
  @Nullable Transaction chargeOf(String reservation) {
    return charges.values().stream()
        .filter(each -> reservation.equals(each.reservation()))
        .findFirst()
        .orElse(null);
  }

  /** Whether a charge came to nothing at all. */
  boolean chargedNothing(String transaction) {
    Transaction charge = charges.get(transaction);
    return charge != null && NaiveCharges.charged(charge).signum() == 0;
  }

  /** What is left of a charge, all that was given back taken off. */
  BigInteger notRefunded(String transaction) {
    Transaction charge = charges.get(transaction);
    return charge == null
        ? BigInteger.ZERO
        : NaiveCharges.charged(charge).subtract(books(charge.creditType()).refunded(transaction));
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  void take(WalletEvent event) {
    expect(!event.at().isBefore(lastAt), "I5", "time goes back to %s in %s", event.at(), event);
    lastAt = event.at();
    nothingIsDue(event);
    Transaction transaction = event.transaction();
    NaiveBooks of = books(transaction == null ? OrgShape.TYPE : transaction.creditType());
    switch (event) {
      case WalletEvent.GrantScheduled it -> {
        NaivePots pots = books(it.grant().creditType()).pots;
        pots.schedule(it.grant(), it.at());
        expect(
            pots.balance().add(pots.promised()).compareTo(COUNTED_MAX) <= 0,
            "model",
            "%s is promised, and with it there is more than can be counted: %s, and %s promised",
            it.grant().id(),
            pots.balance(),
            pots.promised());
      }
      case WalletEvent.Granted it -> {
        of.pots.start(it.grant(), it.at());
        of.entered(it.transaction(), it.grant().amount(), EntryType.GRANT);
        of.makesUp(it.transaction(), it.grant(), it.at());
        of.comes(it.transaction(), it.at());
      }
      case WalletEvent.GrantRenewed it -> of.renewed(it);
      case WalletEvent.CreditsHeld it -> hold(it.hold(), it.at());
      case WalletEvent.HoldExtended it -> extended(it);
      case WalletEvent.Committed it -> committed(it);
      case WalletEvent.Charged it -> {
        end(it.reservation(), null, Fate.COMMITTED);
        charged(it.reservation(), it.amount().micros(), it.transaction());
        Use use = NaiveCharges.use(it.transaction().attribution());
        expect(
            figures(it.transaction().creditType()).debt().signum() == 0,
            "model",
            "%s is charged at once by a wallet that owes %s",
            it.reservation(),
            figures(it.transaction().creditType()).debt());
        costs.charged(it, use);
        if (figures(it.transaction().creditType()).available(use).equals(micros(it.amount()))) {
          watch.saw(Rarity.CREDITS_MET_EXACTLY);
        }
      }
      case WalletEvent.UsageCharged it -> {
        end(it.reservation(), null, Fate.COMMITTED);
        charged(it.reservation(), it.amount().micros(), it.transaction());
        leases.used(it);
      }
      case WalletEvent.LeaseSettled it -> leases.settled(it);
      case WalletEvent.LeaseRevoked it -> leases.revoked(it);
      case WalletEvent.Released it -> released(it);
      case WalletEvent.HoldBarred it -> {
        end(it.reservation(), null, Fate.BARRED);
        watch.saw(Rarity.HOLD_BARRED_BEFORE_IT_CAME);
      }
      case WalletEvent.GrantExpired it ->
          of.over(it.grant(), it.transaction(), EntryType.EXPIRE, it.at());
      case WalletEvent.GrantVoided it -> {
        Long change = it.change();
        of.over(it.grant(), it.transaction(), EntryType.VOID, it.at());
        of.takenBack(
            it, change == null ? null : watch.plans.change(EntityId.parse(name).org(), change));
      }
      case WalletEvent.GrantTermsChanged it ->
          of.changed(it, watch.plans.change(EntityId.parse(name).org(), it.number()));
      case WalletEvent.Adjusted it -> adjusted(it, of);
      case WalletEvent.Refunded it -> refunded(it, of);
      case WalletEvent.TransferredOut it -> transfers.out(it);
      case WalletEvent.TransferredIn it -> transfers.in(it);
      case WalletEvent.TransferReturned it -> transfers.back(it);
      case WalletEvent.TransferSettled it -> transfers.settled(it);
      case WalletEvent.Opened it -> owner = it.owner();
      case WalletEvent other -> {}
    }
    if (transaction != null) {
      of.post(transaction);
      if (!transaction.postings().isEmpty()) {
        ledger.add(transaction);
      }
    }
    books.keySet().forEach(type -> past(type).put(watch.moment(), figures(type)));
    pictures.put(watch.moment(), picture());
    String ended = ended(event);
    if (ended != null) {
      endings.computeIfAbsent(ended, r -> new TreeMap<>()).put(watch.moment(), event);
    }
    Balance told = event.balance();
    expect(
        told == null || figures(told.creditType()).isLike(told),
        "model",
        "%s tells %s, counted %s",
        event.getClass().getSimpleName(),
        told,
        told == null ? null : figures(told.creditType()));
  }

  /** What falls due by itself is done first: grants start, end and come again, and holds end. */
  private void nothingIsDue(WalletEvent event) {
    boolean itself =
        switch (event) {
          case WalletEvent.Granted it -> it.grant().effectiveAt().equals(it.at());
          case WalletEvent.GrantExpired it -> true;
          case WalletEvent.GrantRenewed it -> true;
          case WalletEvent.Released it -> it.cause() == WalletEvent.Cause.EXPIRED;
          case WalletEvent other -> false;
        };
    books.values().forEach(each -> each.pots.nothingIsDue(event.at(), itself, event));
    for (Hold hold : open.values()) {
      expect(
          itself ? !hold.expiresAt().isBefore(event.at()) : hold.expiresAt().isAfter(event.at()),
          "model",
          "%s was due at %s, and first comes %s",
          hold.reservation(),
          hold.expiresAt(),
          event);
    }
  }

  /** What fell due by itself before a time is done. */
  void expectNothingDue(Instant by) {
    books.values().forEach(each -> each.pots.expectNothingDue(by));
    for (Hold hold : open.values()) {
      expect(
          !hold.expiresAt().isBefore(by),
          "model",
          "%s was due at %s, and nobody was woken for it by %s",
          hold.reservation(),
          hold.expiresAt(),
          by);
    }
  }

  private void adjusted(WalletEvent.Adjusted event, NaiveBooks books) {
    Grant grant = event.grant();
    Transaction transaction = event.transaction();
    String corrects = transaction.corrects();
    if (corrects != null) {
      ledger.stream()
          .filter(each -> each.id().equals(corrects))
          .findFirst()
          .ifPresentOrElse(
              taking -> books.reversed(event, taking),
              () -> expect(false, "I1", "what goes back was never taken away: %s", event));
    } else if (grant != null) {
      books.pots.add(grant, event.at());
      books.entered(transaction, grant.amount(), EntryType.ADJUST);
      books.comes(transaction, event.at());
    } else {
      books.isBurnt(
          transaction.id(),
          NaiveBooks.sum(transaction, EntryType.ADJUST).negate(),
          null,
          NaiveBooks.entries(transaction, EntryType.ADJUST),
          event.at());
    }
  }

  private void refunded(WalletEvent.Refunded event, NaiveBooks books) {
    Transaction charge = charges.get(event.corrects());
    expect(charge != null, "I1", "what is given back was never charged: %s", event);
    if (charge != null) {
      books.refund(event, charge, NaiveCharges.charged(charge));
    }
    watch.saw(Rarity.REFUNDED);
  }

  private WalletPicture picture() {
    Map<String, Figures> figures = new TreeMap<>();
    past.forEach((type, all) -> figures.put(type, all.lastEntry().getValue()));
    return WalletPicture.of(
        owner,
        figures,
        ledger.isEmpty() ? null : ledger.getLast().postings().getLast(),
        books.values().stream().flatMap(each -> each.pots.all()).toList(),
        Map.copyOf(open));
  }

  /** All that was to be told of it from a moment on. */
  List<WalletPicture> pictures(long moment) {
    return List.copyOf(pictures.tailMap(pictures.floorKey(moment), true).values());
  }

  /** All that was ever held, or has ended, the first that was made first. */
  List<String> reservations() {
    return List.copyOf(seen);
  }

  private static @Nullable String ended(WalletEvent event) {
    return switch (event) {
      case WalletEvent.Committed it -> it.reservation();
      case WalletEvent.Charged it -> it.reservation();
      case WalletEvent.UsageCharged it -> it.reservation();
      case WalletEvent.Released it -> it.reservation();
      case WalletEvent.HoldBarred it -> it.reservation();
      case WalletEvent.LeaseSettled it -> it.added();
      case WalletEvent other -> null;
    };
  }

  /**
   * Whether that is what had become of a reservation by a moment.
   *
   * @param told null if there is said to be none
   * @param isForgotten whether it may not be known any more that it has ended
   */
  boolean isFound(
      String reservation, @Nullable WalletReply told, boolean isForgotten, long moment) {
    WalletPicture then = Objects.requireNonNull(pictures.floorEntry(moment)).getValue();
    if (then.open().containsKey(reservation)) {
      return told instanceof WalletReply.Open open && then.isTold(open);
    }
    Map.Entry<Long, WalletEvent> last =
        endings.getOrDefault(reservation, new TreeMap<>()).floorEntry(moment);
    if (last == null || told == null) {
      return told == null && (last == null || isForgotten);
    }
    return switch (last.getValue()) {
      case WalletEvent.LeaseSettled it ->
          told instanceof WalletReply.LeaseSettled settled
              && settled.lease().equals(it.lease())
              && reservation.equals(settled.added());
      case WalletEvent.HoldBarred it ->
          told instanceof WalletReply.Barred barred && barred.reservation().equals(reservation);
      case WalletEvent it -> isEnded(told, it);
    };
  }

  /** What is to be told of how a reservation has ended. */
  private record End(
      String status,
      Credits amount,
      Credits released,
      Credits debt,
      Credits uncharged,
      boolean late) {

    static @Nullable End of(WalletEvent event) {
      Credits none = Credits.ZERO;
      return switch (event) {
        case WalletEvent.Released it ->
            new End(it.cause().word(), none, it.released(), none, none, false);
        case WalletEvent.Committed it ->
            new End("committed", it.amount(), it.released(), it.debt(), it.uncharged(), it.late());
        case WalletEvent.Charged it -> new End("committed", it.amount(), none, none, none, false);
        case WalletEvent.UsageCharged it ->
            new End("committed", it.amount(), none, it.debt(), it.uncharged(), it.late());
        case WalletEvent other -> null;
      };
    }

    static End told(WalletReply.Ended it) {
      return new End(it.status(), it.amount(), it.released(), it.debt(), it.uncharged(), it.late());
    }
  }

  /** Whether that is told of how it has ended, all of its figures with it. */
  static boolean isEnded(@Nullable WalletReply told, WalletEvent event) {
    Transaction transaction = event.transaction();
    return told instanceof WalletReply.Ended it
        && it.reservation().equals(ended(event))
        && End.told(it).equals(End.of(event))
        && it.balance().equals(event.balance())
        && transaction != null
        && it.transaction().id().equals(transaction.id());
  }

  /** Whether it was held so: as it was made, until any of the times that it was to end at. */
  boolean isHeldAsTold(Hold told) {
    Hold hold = made.get(told.reservation());
    if (hold == null) {
      return false;
    }
    boolean isUntilThen =
        told.expiresAt().equals(hold.expiresAt())
            || told.expiresAt().equals(extendedTo.get(told.reservation()))
            || wasToEndAt(told.reservation(), told.expiresAt());
    return hold.lease() == null
        ? isUntilThen && told.equals(until(told.expiresAt(), hold))
        : told.lease() != null
            && told.creditType().equals(hold.creditType())
            && told.attribution().equals(hold.attribution());
  }

  /** Whether that is told of how the last that is known of a reservation has ended it. */
  boolean isEndedAsTold(String reservation, @Nullable WalletReply told) {
    TreeMap<Long, WalletEvent> all = endings.get(reservation);
    return all != null && isEnded(told, all.lastEntry().getValue());
  }

  Figures figures(String creditType) {
    BigInteger held = BigInteger.ZERO;
    for (Hold hold : open.values()) {
      if (hold.creditType().equals(creditType)) {
        held = held.add(micros(hold.amount()));
      }
    }
    NaiveBooks of = books(creditType);
    return new Figures(of.pots.balance(), held, of.debt(), of.pots.shares());
  }

  private void hold(Hold hold, Instant at) {
    isOfThis(hold.reservation());
    BigInteger amount = micros(hold.amount());
    Use use = NaiveCharges.use(hold.attribution());
    NaivePots pots = books(hold.creditType()).pots;
    expect(
        figures(hold.creditType()).available(use).compareTo(amount) >= 0,
        "I2",
        "%s holds %s of %s",
        hold.reservation(),
        amount,
        figures(hold.creditType()));
    expect(
        fates.put(hold.reservation(), Fate.OPEN) == null,
        "I12",
        "%s is held a second time",
        hold.reservation());
    expect(hold.expiresAt().isAfter(at), "I12", "%s expires when it is made", hold.reservation());
    expect(
        hold.madeAt().equals(at),
        "model",
        "%s is made at %s, and said to be of %s",
        hold.reservation(),
        at,
        hold.madeAt());
    expect(
        figures(hold.creditType()).debt().signum() == 0,
        "model",
        "%s is held by a wallet that owes %s",
        hold.reservation(),
        figures(hold.creditType()).debt());
    books(hold.creditType()).isBurnt(hold.reservation(), amount, use, Part.of(hold.draws()), at);
    pots.hold(hold.draws(), 1);
    open.put(hold.reservation(), hold);
    seen.add(hold.reservation());
    made.put(hold.reservation(), hold);
    leases.made(hold);
    if (figures(hold.creditType()).available(use).signum() == 0) {
      watch.saw(Rarity.CREDITS_MET_EXACTLY);
    }
  }

  /** Holds from which somebody else decides. */
  private final class LeasedHolds {

    private @Nullable Lease terms(@Nullable Hold hold) {
      return hold == null ? null : hold.lease();
    }

    void made(Hold hold) {
      Lease terms = hold.lease();
      if (terms != null) {
        prolonged.put(hold.reservation(), watch.nowMicros());
        ofLeases.put(hold.reservation(), new OfLease(hold.reservation(), BigInteger.ZERO));
        expect(
            terms.epoch() == 1
                && terms.granted().equals(hold.amount())
                && terms.reported().isZero()
                && terms.returned().isZero()
                && !terms.revoked()
                && isLeasedAsAsked(hold, terms)
                && !hold.expiresAt().isBefore(terms.expiresAt().plusSeconds(World.LEASE_SETTLE)),
            "I9",
            "%s is leased as %s, until %s",
            hold.reservation(),
            terms,
            hold.expiresAt());
        watch.saw(Rarity.LEASED);
      }
    }

    /** It is for whoever has asked for it, and grants besides credits what was asked for. */
    private boolean isLeasedAsAsked(Hold hold, Lease terms) {
      ReserveRequest request = watch.asked(hold.reservation());
      LeaseTerms asked = request == null ? null : request.lease();
      return asked != null
          && asked.more() == null
          && asked.sidecar().equals(terms.sidecar())
          && asked.canName().equals(terms.canName())
          && positive(asked.allowances()).equals(positive(terms.meters()))
          && hold.attribution().actor().equals(terms.holder());
    }

    private Map<String, Long> positive(Map<String, Long> units) {
      Map<String, Long> found = new HashMap<>(units);
      found.values().removeIf(each -> each <= 0);
      return found;
    }

    /** What is reported of an open lease, in its epoch, is drawn on what was held for that. */
    void used(WalletEvent.UsageCharged event) {
      String name = event.reported().lease();
      Hold hold = name == null ? null : open.get(name);
      Lease terms = terms(hold);
      boolean covered =
          terms != null
              && hold != null
              && Objects.equals(event.reported().epoch(), terms.epoch())
              && hold.creditType().equals(event.transaction().creditType())
              && covers(hold.attribution(), event.transaction().attribution());
      expect(
          covered == (event.covered() != null),
          "I9",
          "%s of %s in epoch %s: %s is drawn from it, which is %s",
          event.reported(),
          name,
          event.reported().epoch(),
          event.covered(),
          terms);
      if (name != null) {
        watch.saw(
            covered
                ? Rarity.LEASE_REPORTED
                : hold != null && !covers(hold.attribution(), event.transaction().attribution())
                    ? Rarity.LEASE_DID_NOT_COVER
                    : Rarity.LEASE_REPORTED_LATE);
      }
      if (!covered || hold == null || terms == null || event.covered() == null) {
        costs.usage(event, null, name == null ? null : (Boolean) (hold == null));
        return;
      }
      costs.usage(event, hold, false);
      ofLeases.put(event.reservation(), new OfLease(String.valueOf(name), micros(event.covered())));
      expect(
          terms.reported().plus(event.covered()).compareTo(terms.granted()) <= 0,
          "I9",
          "%s: %s more is reported of %s",
          name,
          event.covered(),
          terms);
      keep(
          hold,
          cut(hold, event.covered()),
          terms.reporting(event.covered()),
          hold.expiresAt(),
          hold.teamHolds());
    }

    /** A lease is for whom and what it names; whatever it does not name it is for. */
    private boolean covers(Attribution lease, Attribution work) {
      return isOf(lease.subject().team(), work.subject().team())
          && isOf(lease.subject().user(), work.subject().user())
          && isOf(lease.feature(), work.feature())
          && isOf(lease.model(), work.model());
    }

    private boolean isOf(@Nullable String named, @Nullable String of) {
      return named == null || named.equals(of);
    }

    /** Until when a lease is to last with what is added to it. */
    private @Nullable Instant leaseUntil(WalletEvent.LeaseSettled event) {
      Plan added = event.added() == null ? null : watch.begun(event.added());
      return added == null ? null : added.leaseUntil();
    }

    void settled(WalletEvent.LeaseSettled event) {
      Hold hold = open.get(event.lease());
      Lease before = terms(hold);
      if (hold == null || before == null) {
        expect(false, "I9", "%s is settled, and no open lease", event.lease());
        return;
      }
      Hold all = hold;
      Credits more = Credits.ZERO;
      Hold added = event.added() == null ? null : open.get(event.added());
      if (event.added() != null) {
        expect(added != null && added.lease() == null, "I12", "%s is not open", event.added());
        expect(!before.revoked(), "I9", "%s is revoked, and is added to", event.lease());
        expect(
            event.at().isBefore(before.expiresAt()),
            "I9",
            "%s has expired, and is added to",
            event.lease());
      }
      if (event.added() != null && added != null) {
        end(event.added(), Fate.OPEN, Fate.RELEASED);
        books(added.creditType()).pots.hold(added.draws(), 1);
        more = added.amount();
        all = together(hold, added);
        prolonged.put(event.lease(), watch.nowMicros());
        ofLeases.put(event.added(), new OfLease(event.lease(), BigInteger.ZERO));
        watch.saw(Rarity.LEASE_TOPPED_UP);
      }
      Lease after = event.terms();
      expect(
          after.epoch() == before.epoch() + 1
              && after.revoked() == before.revoked()
              && after.reported().equals(before.reported())
              && after.granted().equals(before.granted().plus(more).minus(event.returned()))
              && after.returned().equals(before.returned().plus(event.returned()))
              && after.left().compareTo(Credits.ZERO) >= 0
              && after.expiresAt().equals(added == null ? before.expiresAt() : leaseUntil(event))
              && unitsAreGranted(before, event)
              && !event.settleBy().isBefore(hold.expiresAt())
              && !event.settleBy().isBefore(after.expiresAt().plusSeconds(World.LEASE_SETTLE)),
          "I9",
          "%s is settled from %s to %s",
          event.lease(),
          before,
          event);
      if (event.returned().isPositive()) {
        handedBack
            .computeIfAbsent(event.lease(), lease -> new HashSet<>())
            .add(micros(before.returned().plus(event.returned())));
        watch.saw(Rarity.LEASE_HANDED_BACK);
      }
      List<Draw> left = new ArrayList<>();
      List<Draw> back = new ArrayList<>();
      split(all.draws(), after.left(), left, back);
      books(hold.creditType()).goesBack(event.lease(), Part.of(back), event.transaction());
      books(hold.creditType()).pots.hold(back, -1);
      keep(all, left, after, event.settleBy(), event.teamHolds());
    }

    /** Of no meter there is more than there was, and was granted with what is added. */
    private boolean unitsAreGranted(Lease before, WalletEvent.LeaseSettled event) {
      Plan added = event.added() == null ? null : watch.begun(event.added());
      LeaseTerms terms = added == null ? null : added.request().lease();
      Map<String, Long> more = terms == null ? Map.of() : terms.allowances();
      return event.terms().meters().keySet().containsAll(before.meters().keySet())
          && event.terms().meters().entrySet().stream()
              .allMatch(
                  each ->
                      each.getValue() >= before.meters().getOrDefault(each.getKey(), 0L)
                          && each.getValue()
                              <= before.meters().getOrDefault(each.getKey(), 0L)
                                  + more.getOrDefault(each.getKey(), 0L));
    }

    void revoked(WalletEvent.LeaseRevoked event) {
      Hold hold = open.get(event.lease());
      Lease terms = terms(hold);
      expect(terms != null, "I9", "%s is revoked, and no open lease", event.lease());
      revoked.putIfAbsent(event.lease(), watch.moment());
      if (hold != null && terms != null) {
        keep(hold, hold.draws(), terms.revoking(), hold.expiresAt(), hold.teamHolds());
      }
    }

    private List<Draw> cut(Hold hold, Credits used) {
      List<Draw> from = new ArrayList<>();
      List<Draw> left = new ArrayList<>();
      split(hold.draws(), used, from, left);
      books(hold.creditType()).pots.hold(from, -1);
      return left;
    }

    private void split(List<Draw> draws, Credits at, List<Draw> first, List<Draw> rest) {
      Credits wanted = at;
      for (Draw draw : draws) {
        Credits part = draw.amount().min(wanted);
        wanted = wanted.minus(part);
        if (part.isPositive()) {
          first.add(new Draw(draw.grant(), part));
        }
        if (part.compareTo(draw.amount()) < 0) {
          rest.add(new Draw(draw.grant(), draw.amount().minus(part)));
        }
      }
    }

    private Hold together(Hold hold, Hold added) {
      Map<String, Credits> draws = new LinkedHashMap<>();
      hold.draws().forEach(draw -> draws.put(draw.grant(), draw.amount()));
      added.draws().forEach(draw -> draws.merge(draw.grant(), draw.amount(), Credits::plus));
      List<Draw> all = new ArrayList<>();
      draws.forEach((grant, amount) -> all.add(new Draw(grant, amount)));
      return with(hold, all, hold.lease(), hold.expiresAt(), hold.teamHolds());
    }

    private void keep(
        Hold hold, List<Draw> draws, Lease terms, Instant settleBy, boolean teamHolds) {
      open.put(hold.reservation(), with(hold, draws, terms, settleBy, teamHolds));
    }

    private Hold with(
        Hold hold, List<Draw> draws, @Nullable Lease terms, Instant settleBy, boolean teamHolds) {
      return new Hold(
          hold.reservation(),
          hold.creditType(),
          terms == null ? hold.amount() : terms.left(),
          draws,
          hold.price(),
          hold.madeAt(),
          settleBy,
          hold.overagePolicy(),
          teamHolds,
          hold.attribution(),
          terms);
    }
  }

  private void extended(WalletEvent.HoldExtended event) {
    Hold hold = open.get(event.reservation());
    expect(hold != null, "I12", "%s is extended and not open", event.reservation());
    if (hold != null) {
      expect(hold.lease() == null, "I9", "%s is a lease, and is extended", event.reservation());
      expect(
          event.at().isBefore(hold.expiresAt()),
          "model",
          "%s is extended after its end",
          event.reservation());
      expect(
          !event.expiresAt().isBefore(hold.expiresAt()),
          "model",
          "%s is extended, and ends at %s in place of %s",
          event.reservation(),
          event.expiresAt(),
          hold.expiresAt());
      ends.computeIfAbsent(event.reservation(), r -> new HashSet<>()).add(hold.expiresAt());
      extendedTo.put(event.reservation(), event.expiresAt());
      open.put(event.reservation(), until(event.expiresAt(), hold));
      watch.saw(Rarity.EXTENDED);
    }
  }

  /** The same hold, of one request, with another end. */
  static Hold until(Instant at, Hold hold) {
    return new Hold(
        hold.reservation(),
        hold.creditType(),
        hold.amount(),
        hold.draws(),
        hold.price(),
        hold.madeAt(),
        at,
        hold.overagePolicy(),
        hold.teamHolds(),
        hold.attribution());
  }

  /** A wallet has to do with reservations that name it, and with no others. */
  private void isOfThis(String reservation) {
    ReservationId id = ReservationId.parse(reservation);
    expect(
        id != null && EntityId.wallet(id.org(), id.wallet()).toString().equals(name),
        "I10",
        "%s is of another wallet",
        reservation);
  }

  /** Ends a hold, of which there has to be one, or none. */
  private void end(String reservation, @Nullable Fate from, Fate to) {
    isOfThis(reservation);
    seen.add(reservation);
    Fate before = fates.put(reservation, to);
    endedSince.put(reservation, watch.since());
    expect(before == from, "I12", "%s was %s and becomes %s", reservation, before, to);
    Hold hold = open.remove(reservation);
    if (hold != null) {
      books(hold.creditType()).pots.hold(hold.draws(), -1);
      if (to == Fate.EXPIRED) {
        lapsed.put(reservation, hold);
      }
    }
  }

  private void charged(String reservation, long amount, Transaction transaction) {
    expect(
        charged.put(reservation, micros(amount)) == null,
        "I12",
        "%s is charged twice",
        reservation);
    if (!transaction.postings().isEmpty()) {
      // What has no entries is not in the ledger, and its name is that of the next that has.
      charges.put(transaction.id(), transaction);
    }
  }

  private void committed(WalletEvent.Committed event) {
    String reservation = event.reservation();
    Hold hold = event.late() ? lapsed.get(reservation) : open.get(reservation);
    if (hold != null) {
      expect(hold.lease() == null, "I9", "%s is a lease, and is committed", reservation);
      costs.committed(event, hold);
    }
    end(
        reservation,
        event.late() ? Fate.EXPIRED : Fate.OPEN,
        event.late() ? Fate.LATE : Fate.COMMITTED);
    charged(reservation, event.amount().micros(), event.transaction());
    costs.comesTo(event.transaction(), reservation, event.amount());
  }

  private void released(WalletEvent.Released event) {
    Hold hold = open.get(event.reservation());
    Fate to =
        switch (event.cause()) {
          case RELEASED -> Fate.RELEASED;
          case EXPIRED -> Fate.EXPIRED;
          case CANCELLED -> Fate.CANCELLED;
        };
    watch.saw(
        switch (event.cause()) {
          case RELEASED -> Rarity.RELEASED;
          case EXPIRED -> Rarity.EXPIRED;
          case CANCELLED -> Rarity.HOLD_TAKEN_BACK;
        });
    if (hold != null) {
      boolean over = !event.at().isBefore(hold.expiresAt());
      expect(
          event.cause() != WalletEvent.Cause.EXPIRED || event.at().equals(hold.expiresAt()),
          "model",
          "%s ends at %s and expires at %s",
          event.reservation(),
          hold.expiresAt(),
          event.at());
      expect(
          over == (event.cause() == WalletEvent.Cause.EXPIRED),
          "model",
          "%s, which ends at %s, is %s at %s",
          event.reservation(),
          hold.expiresAt(),
          to,
          event.at());
      expect(
          event.released().equals(hold.amount()),
          "I12",
          "%s gives back %s of %s",
          event.reservation(),
          event.released(),
          hold.amount());
      books(hold.creditType())
          .goesBack(event.reservation(), Part.of(hold.draws()), event.transaction());
    }
    end(event.reservation(), Fate.OPEN, to);
  }
}
