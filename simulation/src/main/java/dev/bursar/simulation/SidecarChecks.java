package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.sidecar.decision.Decision;
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
import java.util.stream.Stream;
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

  /** What is set aside of leases, by reservation. */
  private final Map<String, Open> open = new HashMap<>();

  /** When what was answered last about a lease was asked. */
  private final Map<String, Long> lookedAt = new LinkedHashMap<>();

  /** When each of what it asks was asked for the first time. */
  private final Map<String, Since> firstAsked = new HashMap<>();

  /** When what was answered last to a report on a lease was asked for the first time. */
  private final Map<String, Since> reportedAt = new HashMap<>();

  /** Since when it has said that it does not decide from a lease. */
  private final Map<String, Long> revokedAt = new HashMap<>();

  private Function<String, @Nullable OpenReservation> find = id -> null;
  private @Nullable Known known;
  private long changedAt = -1;
  private long acknowledgedAt;

  private record Open(String lease, long micros) {}

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
   * @param reservation what sets it aside; null where it is spent at once
   * @param feature what it is for, if that is named
   */
  void decides(String lease, @Nullable String reservation, long micros, @Nullable String feature) {
    isEntitled(feature);
    Hold hold = held(lease);
    Lease terms = hold == null ? null : hold.lease();
    Instant now = world.beginning.plusNanos(1_000 * world.time.nowMicros());
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
    expectCovered(lease);
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
  void setsAside(Entry.Opened made) {
    Duration asked = Duration.ofSeconds(made.request().ttlSeconds());
    Duration lasts = Duration.between(made.madeAt(), made.expiresAt());
    boolean isCut = lasts.compareTo(asked) < 0;
    world.watch.expect(
        lasts.equals(asked)
            || (isCut && !made.lease().isEmpty() && lasts.compareTo(SETTLED_WITHIN) >= 0),
        "model",
        "%s sets %s aside for %s, which was asked for %s",
        name,
        made.id(),
        lasts,
        asked);
    if (isCut) {
      world.watch.saw(Rarity.SIDECAR_SET_ASIDE_UNTIL_ITS_LEASE_IS_SETTLED);
    }
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

  /** A node has said that what is reported lies ahead of its clock: one of the two is wrong. */
  void isRejectedAsAhead(Use use) {
    world.watch.expect(
        use.lease() == null
            && (world.scenario.has(Fault.SIDECAR_CLOCK_WRONG) || world.watch.haveClocksJumped()),
        "model",
        "%s is told that %s lies ahead, and no clock was behind it",
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

  /** Of which source what was decided from no lease is reported. */
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
  void reopened(String reservation, @Nullable OpenReservation known) {
    late.remove(reservation);
    if (known != null) {
      open.put(reservation, new Open(known.lease().id(), known.spending().amount()));
    }
  }

  /** It starts, and finds what it has set aside; nothing else is. */
  void starts(Function<String, @Nullable OpenReservation> toFind) {
    find = toFind;
    known = null;
  }

  /** What has expired is not set aside any more. */
  private void forgetExpired() {
    open.keySet().removeIf(id -> find.apply(id) == null);
  }

  /** One of those that it was told of; null if there is none yet. */
  @Nullable String someLease(Random random) {
    List<String> all = List.copyOf(lookedAt.keySet());
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  /** What was set aside is not any more. */
  void ended(String reservation) {
    open.remove(reservation);
  }

  /** It had expired before: what it comes to is late usage. */
  void endedLate(String reservation) {
    late.add(reservation);
    open.remove(reservation);
  }

  /** All that was decided from a lease, and is set aside of it, is granted. */
  private void expectCovered(String lease) {
    Hold hold = held(lease);
    if (hold == null || hold.lease() == null) {
      return;
    }
    forgetExpired();
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
        "%s decides on %d of %s, which has %d",
        name,
        spent,
        lease,
        granted);
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

  /** Whoever was told to stop, and said that it has, has. */
  void answered(String lease, long askedAt) {
    world.watch.expect(
        askedAt < revokedAt.getOrDefault(lease, Long.MAX_VALUE),
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
  void closes(String lease) {
    forgetExpired();
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
  }

  /** It is told how a lease stands; what it is told is, or was, so. */
  void told(Ask ask, Told told, Since sent) {
    if (!(told instanceof Told.Lease it)) {
      return;
    }
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
    expectCovered(it.lease());
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
    boolean once = (ended == null) != (reported == null);
    BigInteger charged = ended == null ? reported : ended;
    world.watch.expect(
        (charged == null && isKept(reservation))
            || (once && NaiveWallet.micros(micros).equals(charged)),
        "I9",
        "%s has used %d by %s of the server's, and is charged %s for it, and by a report %s",
        name,
        micros,
        reservation,
        ended,
        reported);
    if (reported != null) {
      world.watch.saw(Rarity.SIDECAR_REPORTED_WHAT_A_RESERVATION_OF_THE_SERVER_CAME_TO);
    }
  }

  /** What lies ahead is set aside until it does not, however long that takes. */
  private boolean isKept(String id) {
    return ahead.contains(id)
        && disk.aside.stream()
            .anyMatch(each -> each instanceof Entry.Stored use && use.id().equals(id));
  }

  /** How many uses are set aside until the server's clock has come to them. */
  long keptForLater() {
    return ahead.stream()
        .filter(
            id ->
                isKept(id)
                    && Stream.of(uncheckedOf(name), RESERVATIONS)
                        .allMatch(
                            source ->
                                world.watch.reports.chargedBy(SimulatedClient.ORG, source, id)
                                    == null))
        .count();
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
          (by == null && isKept(use.id()))
              || (charged != null && charged.equals(NaiveWallet.micros(use.micros()))),
          "I9",
          "%s has used %d of %s by %s, and is charged %s",
          name,
          use.micros(),
          lease,
          use.id(),
          charged);
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
