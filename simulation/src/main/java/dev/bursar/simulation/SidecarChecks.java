package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Use;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of what a sidecar decides: it spends what the server holds for it, as long as that
 * is held, and all of it comes on record, once.
 */
final class SidecarChecks {

  /** The source of what reservations came to that the server has made. */
  private static final String RESERVATIONS = "bursar/reservations";

  /** Nothing stands in the way. */
  private static final String MAY = "";

  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(World.LEASE_SETTLE / 2);

  /** A clock shows whole seconds, and goes a little wrong. */
  private static final Duration ROUNDED = Duration.ofSeconds(2);

  /** By how much sooner than it may a sidecar stops to decide, at most. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  /** What is found after a crash expires by the other clock, which is a little apart by then. */
  private static final long APART_NANOS = 100_000_000;

  private final World world;
  private final String name;
  private final SidecarDisk disk;
  private final Duration lasting;

  /** What was charged to a reservation after it had expired: no lease was held for that. */
  private final Set<String> late = new HashSet<>();

  /** What was ahead of a node's clock when it was reported. */
  private final Set<String> ahead = new HashSet<>();

  /** The orgs of which it was told, in any of its lives. */
  private final Set<String> toldOf = new HashSet<>();

  /** What reservations came to that the server has made, and which is known to be kept. */
  private final Map<String, Long> owed = new LinkedHashMap<>();

  /** What is set aside of leases and has not expired, by reservation. */
  private final Map<String, Open> open = new HashMap<>();

  /** All that was ever set aside. */
  private final Map<String, Open> made = new HashMap<>();

  /** The same by what may be kept of it. */
  private final Map<Entry.Opened, Open> madeFor = new HashMap<>();

  /** Until when a lease lasts, as was told when it was granted or added to last. */
  private final Map<String, Instant> knownUntil = new HashMap<>();

  /** When what was answered last about a lease was asked. */
  private final Map<String, Long> lookedAt = new LinkedHashMap<>();

  /** When each of what it asks was asked for the first time. */
  private final Map<String, Since> firstAsked = new HashMap<>();

  /** When what was answered last to a report on a lease was asked for the first time. */
  private final Map<String, Since> reportedAt = new HashMap<>();

  /** Since when it has said that it does not decide from a lease. */
  private final Map<String, Long> revokedAt = new HashMap<>();

  /** From which leases it has to decide. */
  final LeasesAtHand atHand;

  private Function<String, @Nullable OpenReservation> find = id -> null;
  private @Nullable Known known;
  private long changedAt = -1;
  private long acknowledgedAt;

  /**
   * What is set aside.
   *
   * @param lease of which; empty where nobody could be asked
   * @param until when it expires, by the sidecar's own clock that only runs forward, in nanoseconds
   */
  private record Open(String lease, long micros, long until) {}

  /**
   * What its org may use, as it was told last.
   *
   * @param since when that was asked
   * @param earliest what no clock was behind by then
   */
  private record Known(Since since, Instant earliest) {}

  /**
   * @param lasting how long the leases are that it asks for
   */
  SidecarChecks(World world, String name, SidecarDisk disk, Duration lasting) {
    this.world = world;
    this.name = name;
    this.disk = disk;
    this.lasting = lasting;
    this.atHand = new LeasesAtHand(world, disk, lasting.toNanos() / 1_000);
  }

  /**
   * It is asked for something, and has said, or has begun to look, what becomes of that.
   *
   * @param isToDecide whether a lease at hand had room for it
   * @param before how often it had let something through before that
   */
  void hasBegun(ReserveRequest request, boolean isToDecide, int before) {
    boolean decided = atHand.decided() > before;
    world.watch.expect(
        !isToDecide || decided,
        "I9",
        "%s does not decide on %s by itself, for which it has room in a lease",
        name,
        request);
    if (isToDecide) {
      world.watch.saw(Rarity.SIDECAR_HAD_TO_DECIDE);
    }
    if (!decided) {
      atHand.mayChange();
    }
  }

  private static EntityId wallet(String lease) {
    ReservationId id = ReservationId.parse(lease);
    if (id == null) {
      throw new IllegalArgumentException(lease);
    }
    return EntityId.wallet(id.org(), id.wallet());
  }

  private @Nullable Hold held(String lease) {
    return world.watch.wallet(wallet(lease)).open(lease);
  }

  /** The nodes' clocks are as the guarantee assumes them to be. */
  private boolean areClocksRight() {
    return !world.scenario.has(Fault.CLOCK_JUMPS) && !world.scenario.has(Fault.CLOCK_DRIFTS);
  }

  // ---- what is decided

  /**
   * It is decided now that somebody may spend so much of a lease: while it is held, by right
   * clocks; and whatever the nodes' clocks show, no longer after it was granted, or last added to,
   * than was asked for.
   *
   * @param feature what it is for, if that is named
   */
  void decides(String lease, @Nullable String feature, long nanos) {
    isEntitled(feature);
    Hold hold = held(lease);
    Lease terms = hold == null ? null : hold.lease();
    Instant now = now();
    world.watch.expect(
        !areClocksRight() || (terms != null && now.isBefore(terms.expiresAt())),
        "I9",
        "%s decides at %s from %s, which is %s",
        name,
        now,
        lease,
        terms);
    Long prolongedAt = world.watch.wallet(wallet(lease)).prolongedAt(lease);
    world.watch.expect(
        prolongedAt != null && world.time.nowMicros() - prolongedAt < lasting.toNanos() / 1_000,
        "I9",
        "%s decides at %d µs from %s, which it has had since %s µs for %s, whatever clocks show",
        name,
        world.time.nowMicros(),
        lease,
        prolongedAt,
        lasting);
    world.watch.expect(
        !atHand.isTooLate(lease),
        "I9",
        "%s stops too late: at %d µs it decides from %s, which ends at %d µs as it was told",
        name,
        world.time.nowMicros(),
        lease,
        atHand.until(lease));
    if (atHand.isInItsLastSecond(lease)) {
      world.watch.saw(Rarity.SIDECAR_DECIDED_JUST_BEFORE_IT_HAD_TO_STOP);
    }
    expectCovered(lease, nanos);
    isNotFrozen(lease);
  }

  /** Whoever reports on a lease is told that it is frozen whom it is for, and stops. */
  private void isNotFrozen(String lease) {
    Hold hold = held(lease);
    Since reported = reportedAt.get(lease);
    EntityId id = EntityId.org(SimulatedClient.ORG);
    if (hold == null || reported == null || world.wasBehind(reported, id)) {
      return;
    }
    NaiveBudgets budgets = world.watch.org(id).budgets;
    Subject subject = hold.attribution().subject();
    Instant latest = world.watch.latestSince(reported);
    boolean stays =
        LongStream.rangeClosed(reported.moment(), world.watch.moment())
            .allMatch(moment -> budgets.isStopped(subject, latest, moment));
    world.watch.expect(
        !stays,
        "I9",
        "%s decides from %s, and %s has been frozen since before it reported on it",
        name,
        lease,
        subject);
  }

  private void isEntitled(@Nullable String feature) {
    Known told = known;
    Instant earliest = told == null || world.watch.haveClocksJumped() ? Instant.MIN : told.earliest;
    world.watch.expect(
        told != null && faults(feature, told, earliest).contains(MAY),
        "I2",
        "%s lets %s be used, which its org may not as it was told last",
        name,
        feature);
  }

  /**
   * It is set aside for as long as it was asked for; or until its lease can't be reported on any
   * more, by whatever clock: half of the time before that is left for clocks to be apart.
   */
  void setsAside(Entry.Opened it, long nanos) {
    Duration lasts = Duration.between(it.madeAt(), it.expiresAt());
    Duration asked = Duration.ofSeconds(it.request().ttlSeconds());
    world.watch.expect(
        lasts.compareTo(asked) >= 0 || lasts.compareTo(SETTLED_WITHIN) >= 0,
        "model",
        "%s sets %s aside for %s, which was asked for %s",
        name,
        it.id(),
        lasts,
        asked);
    if (lasts.compareTo(asked) < 0) {
      world.watch.saw(Rarity.SIDECAR_SET_ASIDE_UNTIL_ITS_LEASE_IS_SETTLED);
    }
    isSetAside(it, lasts, asked, nanos);
  }

  /** Whether something of this name was set aside before. */
  boolean hasMade(String reservation) {
    return made.containsKey(reservation);
  }

  /** It lives for so long from now, and never less than it had. */
  void isExtended(Entry.Opened it, Duration lasts, Duration asked, long nanos) {
    Open was = made.get(it.id());
    long left = was == null ? 0 : was.until - nanos;
    world.watch.expect(
        lasts.toNanos() >= left - APART_NANOS,
        "model",
        "%s has %s set aside for %s, and had for %d ns, before it was extended",
        name,
        it.id(),
        lasts,
        left);
    if (was == null || Math.abs(lasts.toNanos() - left) > APART_NANOS) {
      isSetAside(it, lasts, asked, nanos);
    } else {
      madeFor.put(it, was);
    }
  }

  /** It would be allowed by itself: there is a lease that has so much left. */
  void wouldAllow(ReserveRequest request, long nanos) {
    isEntitled(request.feature());
    forgetExpired(nanos);
    long amount = request.amount() == null ? 0 : request.amount().micros();
    world.watch.expect(
        lookedAt.keySet().stream().anyMatch(lease -> left(lease) >= amount),
        "model",
        "%s would allow %s, and has no lease that has so much left",
        name,
        request);
  }

  /** How much there is left of a lease; below 0 for none. */
  private long left(String lease) {
    Hold hold = held(lease);
    return hold == null || hold.lease() == null
        ? -1
        : hold.lease().granted().micros() - spent(lease);
  }

  private long spent(String lease) {
    return disk.uses.values().stream()
            .filter(use -> lease.equals(use.lease()) && !late.contains(use.id()))
            .mapToLong(Use::micros)
            .sum()
        + open.values().stream()
            .filter(each -> lease.equals(each.lease))
            .mapToLong(Open::micros)
            .sum();
  }

  private void isSetAside(Entry.Opened entry, Duration lasts, Duration asked, long nanos) {
    String id = entry.id();
    String lease = entry.lease();
    boolean isCut = lasts.compareTo(asked) < 0;
    Instant until = now().plus(lasts);
    Hold hold = lease.isEmpty() ? null : held(lease);
    Lease terms = hold == null ? null : hold.lease();
    boolean isTooLong =
        terms != null
            && areClocksRight()
            && until.isAfter(terms.expiresAt().plus(SETTLED_WITHIN).plus(ROUNDED));
    Instant known = knownUntil.get(lease);
    boolean isTooShort =
        isCut
            && known != null
            && world.scenario.faults().isEmpty()
            && until.isBefore(known.plus(SETTLED_WITHIN).minus(MARGIN).minus(ROUNDED));
    world.watch.expect(
        (lasts.equals(asked) || (isCut && !lease.isEmpty())) && !isTooLong && !isTooShort,
        "model",
        "%s has %s set aside for %s, which was asked for %s, of %s",
        name,
        id,
        lasts,
        asked,
        terms);
    Open it = new Open(lease, entry.micros(), nanos + lasts.toNanos());
    made.put(id, it);
    madeFor.put(entry, it);
    if (!lease.isEmpty()) {
      open.put(id, it);
      atHand.setsAside(id, lease, entry.micros());
      expectCovered(lease, nanos);
    }
  }

  private Instant now() {
    return world.beginning.plusNanos(1_000 * world.time.nowMicros());
  }

  /** It is let through though nobody was asked: only where its feature's fail mode says so. */
  void decidesUnchecked(@Nullable String feature) {
    world.watch.expect(
        known == null || isFrozen(known, false),
        "I2",
        "%s lets %s be used unchecked, and all of its org was frozen as it was told last",
        name,
        feature);
    world.watch.expect(
        SimulatedSidecar.UNCHECKED.equals(feature),
        "I2",
        "%s lets %s be used unchecked, which is not to be",
        name,
        feature);
    world.watch.saw(Rarity.SIDECAR_DECIDED_UNCHECKED);
  }

  /**
   * Nobody could be asked: so its feature's fail mode has it, as long as that can be kept, and only
   * for an org of which the server has told it.
   */
  void unasked(ReserveRequest request, SidecarServer.Unasked was, boolean allowed) {
    boolean lets = SimulatedSidecar.UNCHECKED.equals(request.feature());
    world.watch.expect(
        allowed == (was.told() && lets && !was.full()),
        "model",
        "%s could ask nobody whether %s may be used, as %s, and allows it: %s",
        name,
        request,
        was,
        allowed);
    if (allowed && known != null) {
      isEntitled(request.feature());
    }
    world.watch.expect(
        !request.commit(),
        "I4",
        "%s lets %s be used unchecked, which the server may have charged",
        name,
        request);
    if (lets && !was.told()) {
      world.watch.saw(Rarity.SIDECAR_DENIED_AS_IT_WAS_NEVER_TOLD_OF_THE_ORG);
    } else if (lets && was.full()) {
      world.watch.saw(Rarity.SIDECAR_DENIED_AS_ITS_FILE_WAS_FULL);
    } else if (!allowed) {
      world.watch.saw(Rarity.SIDECAR_DENIED_AS_NOBODY_COULD_BE_ASKED);
    }
  }

  /** Whether it was ever told of an org. */
  boolean isToldOf(String org) {
    return toldOf.contains(org);
  }

  /** The server, or its file, has what a reservation came to that the server has made. */
  void owes(String reservation, long micros) {
    owed.put(reservation, micros);
  }

  /**
   * A node has said that what is reported lies ahead of its clock: so far behind one was.
   *
   * @param since when that was asked
   */
  void isRejectedAsAhead(Use use, Since since) {
    world.watch.expect(
        use.lease() == null
            && use.at().isAfter(world.cluster.earliestSince(since).plus(World.AHEAD_MAX)),
        "model",
        "%s is told that %s lies ahead, and no clock was so far behind it",
        name,
        use);
    ahead.add(use.id());
    world.watch.saw(Rarity.USAGE_WAS_AHEAD_OF_THE_SERVER);
  }

  /** Of which source what was used is reported, if it is by itself. */
  String source(Use use) {
    String lease = use.lease();
    return lease != null
        ? lease
        : disk.owed.containsKey(use.id()) ? RESERVATIONS : uncheckedOf(name);
  }

  /**
   * Of which source what was decided from no lease is reported: one of its own here, by which it is
   * known whose it was.
   */
  static String uncheckedOf(String sidecar) {
    return "sidecar/" + sidecar;
  }

  /** It is told what its org may use. */
  void knows(Since since, Instant earliest) {
    known = new Known(since, earliest);
    toldOf.add(SimulatedClient.ORG);
  }

  /** It denies by itself what its org may not use: so it was when it was told of that last. */
  void denies(@Nullable String feature, Decision.Denied denied, long askedAt) {
    Known told = known;
    if (denied.code().equals(DenialCode.FROZEN.word())) {
      world.watch.expect(
          told != null && isFrozen(told, true),
          "model",
          "%s denies %s, which was not so as it was told last",
          name,
          denied);
      hasAskedSinceChange(askedAt);
      return;
    }
    boolean ended = denied.detail().endsWith(" is not in force");
    Instant latest = latest(world.cluster.latestClock(), world.watch.shadows.latestAt());
    Instant at =
        world.watch.haveClocksJumped()
            ? (ended ? Instant.MAX : Instant.MIN)
            : ended || told == null ? latest : told.earliest;
    String fault =
        ended ? NaiveEntitlements.ENDED : NaiveEntitlements.lacks(String.valueOf(feature));
    world.watch.expect(
        told != null
            && denied.code().equals(DenialCode.NOT_ENTITLED.word())
            && faults(feature, told, at).contains(fault),
        "model",
        "%s denies %s: %s, which was not so as it was told last",
        name,
        feature,
        denied);
    hasAskedSinceChange(askedAt);
    world.watch.saw(
        ended
            ? Rarity.SIDECAR_DENIED_AS_THE_PLAN_HAD_ENDED
            : Rarity.SIDECAR_DENIED_AS_THE_PLAN_LACKS_THE_FEATURE);
  }

  /** Whether all of its org was frozen, or was not, at some time since that was asked. */
  private boolean isFrozen(Known told, boolean really) {
    EntityId org = EntityId.org(SimulatedClient.ORG);
    long first = world.wasBehind(told.since, org) ? 0 : told.since.moment();
    Instant earliest = world.watch.haveClocksJumped() ? Instant.MIN : told.earliest;
    Instant latest =
        world.watch.haveClocksJumped() ? Instant.MAX : world.watch.latestSince(told.since);
    return world
        .watch
        .org(org)
        .budgets
        .freezes(new Scope(Scope.Type.ORG, null, null), first, world.watch.moment())
        .stream()
        .anyMatch(
            freeze -> {
              Instant until = freeze == null ? Instant.MIN : freeze.until();
              return until == null
                  ? really
                  : really ? earliest.isBefore(until) : !latest.isBefore(until);
            });
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /**
   * What stood in the way of a feature at some time since that was asked; {@link #MAY} for nothing.
   */
  private Set<String> faults(@Nullable String feature, Known told, Instant at) {
    EntityId org = EntityId.org(SimulatedClient.ORG);
    NaiveEntitlements entitlements = world.watch.org(org).entitlements;
    long first = world.wasBehind(told.since, org) ? 0 : told.since.moment();
    Set<String> found = new HashSet<>();
    for (Catalog catalog : world.watch.plans.catalogs(told.since)) {
      for (long moment : entitlements.changes(first)) {
        String fault = entitlements.fault(feature, at, moment, catalog);
        found.add(fault == null ? MAY : fault);
      }
    }
    return found;
  }

  /** It could not be kept that it ended: it has not. */
  void reopened(String reservation) {
    late.remove(reservation);
    Open was = made.get(reservation);
    if (was != null && !was.lease.isEmpty()) {
      open.put(reservation, was);
      atHand.setsAside(reservation, was.lease, was.micros);
    }
  }

  /** It starts, and finds what it has set aside; nothing else is. */
  void starts(Function<String, @Nullable OpenReservation> toFind, long nanos) {
    find = toFind;
    known = null;
    atHand.starts();
    Map<String, Entry.Opened> kept = disk.open();
    open.clear();
    kept.forEach(
        (id, entry) -> {
          // That it was extended may be lost with the crash.
          Open was = madeFor.get(entry);
          if (was != null) {
            made.put(id, was);
          }
          if (was != null && !was.lease.isEmpty()) {
            open.put(id, was);
          }
        });
    expectFound(nanos);
  }

  /** What is set aside is known as long as it has not expired, by the time of its making. */
  private void expectFound(long nanos) {
    forgetExpired(nanos);
    open.forEach(
        (id, each) ->
            world.watch.expect(
                each.until - nanos <= APART_NANOS || find.apply(id) != null,
                "I3",
                "%s has set %s aside for %d ns yet, and does not know it",
                name,
                id,
                each.until - nanos));
  }

  /** What has expired is not set aside any more. */
  private void forgetExpired(long nanos) {
    open.values().removeIf(each -> each.until - nanos <= 0);
  }

  /** One of those that it was told of; null if there is none yet. */
  @Nullable String someLease(Random random) {
    List<String> all = List.copyOf(lookedAt.keySet());
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  /** What was set aside is not any more. */
  void ended(String reservation) {
    open.remove(reservation);
    atHand.ended(reservation);
  }

  /**
   * It comes to something: in time, or, where it has expired before, as late usage. In time it is
   * held for it yet.
   *
   * @param saysLate whether the sidecar takes it for late
   */
  void endsWith(String reservation, boolean saysLate, long nanos) {
    Open was = made.get(reservation);
    long left = was == null ? 0 : was.until - nanos;
    world.watch.expect(
        was != null && (Math.abs(left) <= APART_NANOS || saysLate == left < 0),
        "model",
        "%s takes what %s comes to for late: %s, and has set it aside for %d ns yet",
        name,
        reservation,
        saysLate,
        left);
    if (saysLate) {
      late.add(reservation);
    } else if (was != null && !was.lease.isEmpty()) {
      world.watch.expect(
          !areClocksRight() || held(was.lease) != null,
          "I3",
          "%s has %s come to something in time, and its lease %s is not held any more",
          name,
          reservation,
          was.lease);
    }
    open.remove(reservation);
  }

  /**
   * It tells what a reservation of its own came to, and what is left of what it had set aside: of
   * what had expired before nothing is.
   *
   * @param actual null where it is given back
   */
  void tells(String reservation, @Nullable Credits actual, Ended.Done told) {
    Open was = made.get(reservation);
    long came = actual == null ? 0 : actual.micros();
    world.watch.expect(
        was != null
            && told.amount() == came
            && told.released() == (told.late() ? 0 : Math.max(0, was.micros - came)),
        "model",
        "%s tells of %s, which came to %s: %s, and had set aside %s",
        name,
        reservation,
        NaiveWallet.micros(came),
        told,
        was);
  }

  /** The server tells how a reservation of its own has ended. */
  void isTold(String reservation, WalletReply.Ended told) {
    world.watch.expect(
        world.watch.wallet(wallet(reservation)).isEndedAsTold(reservation, told),
        "model",
        "%s is told of the end of %s what is not so: %s",
        name,
        reservation,
        told);
  }

  /** It can't end any more: it has expired. */
  void doesNotEnd(String reservation, Ended.Refused refused, long nanos) {
    Open was = made.get(reservation);
    world.watch.expect(
        was != null && refused.fault() == Ended.Fault.EXPIRED && was.until - nanos <= APART_NANOS,
        "model",
        "%s does not end %s, which it has set aside, by %d ns: %s",
        name,
        reservation,
        nanos,
        refused);
    open.remove(reservation);
  }

  /** All that was decided from a lease, and is set aside of it, is granted. */
  private void expectCovered(String lease, long nanos) {
    Hold hold = held(lease);
    if (hold == null || hold.lease() == null) {
      return;
    }
    forgetExpired(nanos);
    long spent = 0;
    long requests = 0;
    long atOnce = 0;
    for (Use use : disk.uses.values()) {
      if (lease.equals(use.lease()) && !late.contains(use.id())) {
        spent += use.micros();
        requests++;
      }
    }
    for (Open each : open.values()) {
      if (lease.equals(each.lease)) {
        spent += each.micros;
        atOnce++;
      }
    }
    expectUnits(lease, hold.lease(), Quantities.REQUESTS, requests + atOnce);
    expectUnits(lease, hold.lease(), Quantities.OPEN_RESERVATIONS, atOnce);
    long granted = hold.lease().granted().micros();
    world.watch.expect(
        spent <= granted,
        "I2",
        "%s decides on %s of %s, which has %s",
        name,
        NaiveWallet.micros(spent),
        lease,
        NaiveWallet.micros(granted));
  }

  /** What no limit counts, a lease does not name. */
  private void expectUnits(String lease, Lease terms, String meter, long units) {
    Long granted = terms.meters().get(meter);
    world.watch.expect(
        granted == null || units <= granted,
        "I2",
        "%s decides on %d %s of %s, which has %d of them",
        name,
        units,
        meter,
        lease,
        granted);
  }

  /**
   * Whoever was told to stop, and said that it has, has. What was asked in that very instant, as
   * after it stood still, may have come before.
   */
  void answered(String lease, long askedAt) {
    world.watch.expect(
        askedAt <= revokedAt.getOrDefault(lease, Long.MAX_VALUE),
        "I9",
        "%s decides from %s, of which it has said that it does not",
        name,
        lease);
    if (changedAt >= 0 && askedAt >= acknowledgedAt) {
      world.watch.expect(
          lookedAt.getOrDefault(lease, -1L) >= changedAt,
          "I9",
          "%s decides from %s, at which it has not looked since a change that it has acknowledged",
          name,
          lease);
    }
    hasAskedSinceChange(askedAt);
  }

  /**
   * What is asked after it has said that it knows of a change is decided by what it asked since.
   */
  private void hasAskedSinceChange(long askedAt) {
    Known told = known;
    world.watch.expect(
        changedAt < 0
            || askedAt < acknowledgedAt
            || (told != null && told.since.micros() >= changedAt),
        "I9",
        "%s decides by what its org might use before a change that it has acknowledged",
        name);
  }

  /** A lease is said to be revoked: so it is, or over; it can't be only where it is over. */
  void isRevoked(String lease, Answer<Leases.View> answer, Since asked) {
    Hold hold = held(lease);
    Lease terms = hold == null ? null : hold.lease();
    boolean wasBehind = world.wasBehind(asked, wallet(lease));
    boolean isRight =
        switch (answer) {
          // How it stands is told once it is revoked, and perhaps by one that is behind.
          case Answer.Done<Leases.View>(Leases.View told, boolean again) ->
              told.lease().equals(lease)
                  && (terms == null || (terms.revoked() && (told.terms().revoked() || wasBehind)));
          case Answer.Refused<Leases.View> refused -> terms == null || wasBehind;
          case Answer<Leases.View> other -> true;
        };
    world.watch.expect(
        isRight, "model", "it is answered to the revoking of %s, %s: %s", lease, hold, answer);
  }

  /** It has said that it decides from a lease no more. */
  void acknowledgesRevoke(String lease) {
    revokedAt.putIfAbsent(lease, world.time.nowMicros());
    world.watch.saw(Rarity.SIDECAR_ACKNOWLEDGED);
  }

  /** It has said that it knows of a change, of which it was told then. */
  void acknowledgesChange(long toldAt) {
    if (toldAt > changedAt) {
      changedAt = toldAt;
      acknowledgedAt = world.time.nowMicros();
    }
    world.watch.saw(Rarity.SIDECAR_ACKNOWLEDGED);
  }

  // ---- what it asks

  /** It gives a lease back: nothing is set aside of it, and all that was used is on record. */
  void closes(String lease, long nanos) {
    forgetExpired(nanos);
    world.watch.expect(
        open.values().stream().noneMatch(each -> each.lease.equals(lease)),
        "I3",
        "%s closes %s, of which something is set aside",
        name,
        lease);
    for (Use use : disk.uses.values()) {
      if (lease.equals(use.lease()) && !late.contains(use.id())) {
        world.watch.expect(
            world.watch.reports.chargedBy(wallet(lease).org(), lease, use.id()) != null,
            "I3",
            "%s closes %s, and %s is not on record",
            name,
            lease,
            use.id());
      }
    }
  }

  /** It asks, perhaps for something that it has asked before. */
  void asks(Ask ask) {
    firstAsked.putIfAbsent(ask.callId(), world.since());
    atHand.asks(ask);
  }

  /** It is told how a lease stands; what it is told is, or was, so. */
  void told(Ask ask, Told told, Since sent, long nanos) {
    atHand.told(ask, told, sent.micros());
    if (!(told instanceof Told.Lease it)) {
      return;
    }
    if (ask instanceof Ask.Acquire || (ask instanceof Ask.Settle settle && settle.topUp() >= 0)) {
      knownUntil.put(
          it.lease(),
          world.beginning.plusNanos(1_000 * sent.micros() + Math.max(0, it.lastsNanos())));
    }
    expectFound(nanos);
    lookedAt.merge(it.lease(), sent.micros(), Math::max);
    if (ask instanceof Ask.Settle) {
      Since first = firstAsked.getOrDefault(ask.callId(), sent);
      reportedAt.merge(
          it.lease(), first, (one, other) -> one.moment() > other.moment() ? one : other);
      sawStopped(it, sent);
    }
    Hold hold = held(it.lease());
    Lease terms = hold == null ? null : hold.lease();
    world.watch.expect(
        terms == null
            || (it.epoch() <= terms.epoch() && it.reported() <= terms.reported().micros()),
        "I9",
        "%s is told of %s as %s, which is %s",
        name,
        it.lease(),
        it,
        terms);
    expectCovered(it.lease(), nanos);
  }

  private void sawStopped(Told.Lease told, Since sent) {
    Hold hold = held(told.lease());
    NaiveBudgets budgets = world.watch.org(EntityId.org(SimulatedClient.ORG)).budgets;
    Instant latest = world.watch.latestSince(sent);
    if (told.over()
        && hold != null
        && budgets.isStopped(hold.attribution().subject(), latest, world.watch.moment())) {
      world.watch.saw(Rarity.SIDECAR_STOPPED_AS_IT_WAS_FROZEN);
    }
  }

  // ---- the end

  /** By its reservation, or by a report once that is over. */
  private void isChargedOnce(String reservation, long micros) {
    String by = world.watch.reports.chargedBy(SimulatedClient.ORG, RESERVATIONS, reservation);
    BigInteger ended = world.watch.wallet(wallet(reservation)).charged.get(reservation);
    BigInteger reported = by == null ? null : world.watch.wallet(wallet(by)).charged.get(by);
    // A clock that was far ahead may have had it expire, and went back before it came to be asked.
    boolean isAlsoReported = ended != null && ended.equals(reported);
    boolean once =
        (ended == null) != (reported == null) || (isAlsoReported && world.watch.haveClocksJumped());
    BigInteger charged = ended == null ? reported : ended;
    world.watch.expect(
        once && NaiveWallet.micros(micros).equals(charged),
        "I9",
        "%s has used %s by %s of the server's, and is charged %s for it, and by a report %s",
        name,
        NaiveWallet.micros(micros),
        reservation,
        ended,
        reported);
    if (reported != null) {
      isCharged(reservation);
      world.watch.saw(Rarity.SIDECAR_REPORTED_WHAT_A_RESERVATION_OF_THE_SERVER_CAME_TO);
    }
  }

  /** The latest time of what is set aside as it lies ahead; null where nothing is. */
  @Nullable Instant waitsFor() {
    return disk.leftAside().stream()
        .filter(each -> ahead.contains(each.id()))
        .map(Entry.Stored::at)
        .max(Instant::compareTo)
        .orElse(null);
  }

  /** What lay ahead is charged since no node's clock is behind it any more. */
  private void isCharged(String id) {
    if (ahead.contains(id)) {
      world.watch.saw(Rarity.CHARGED_ONCE_THE_SERVERS_CLOCK_HAD_COME);
    }
  }

  /** What a crash does not lose is on record, as it was used, and nothing else is. */
  void judge() {
    owed.forEach(this::isChargedOnce);
    Map<String, Set<String>> ids = new TreeMap<>();
    for (Use use : disk.forced.values()) {
      String lease = use.lease() == null ? uncheckedOf(name) : use.lease();
      ids.computeIfAbsent(lease, l -> new HashSet<>()).add(use.id());
      String by = world.watch.reports.chargedBy(SimulatedClient.ORG, lease, use.id());
      BigInteger charged = by == null ? null : world.watch.wallet(wallet(by)).charged.get(by);
      world.watch.expect(
          charged != null && charged.equals(NaiveWallet.micros(use.micros())),
          "I9",
          "%s has used %s of %s by %s, and is charged %s",
          name,
          NaiveWallet.micros(use.micros()),
          lease,
          use.id(),
          charged);
      isCharged(use.id());
    }
    ids.forEach(
        (lease, used) ->
            world.watch.expect(
                used.containsAll(world.watch.reports.chargedOf(SimulatedClient.ORG, lease)),
                "I9",
                "%s is charged for %s, and has used %s",
                name,
                world.watch.reports.chargedOf(SimulatedClient.ORG, lease),
                used));
  }
}
