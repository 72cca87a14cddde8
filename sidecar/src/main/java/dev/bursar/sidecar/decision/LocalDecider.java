package dev.bursar.sidecar.decision;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.sidecar.decision.Decision.Allowed;
import dev.bursar.sidecar.decision.Decision.Denied;
import dev.bursar.sidecar.decision.Decision.Elsewhere;
import dev.bursar.sidecar.decision.Decision.Wait;
import dev.bursar.sidecar.decision.Ended.Done;
import dev.bursar.sidecar.decision.Ended.Fault;
import dev.bursar.sidecar.decision.Ended.Prolonged;
import dev.bursar.sidecar.decision.Ended.Refused;
import dev.bursar.sidecar.lease.HeldLease;
import dev.bursar.sidecar.lease.LeaseBook;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Rooms;
import dev.bursar.sidecar.lease.Spending;
import dev.bursar.sidecar.terms.Terms;
import dev.bursar.sidecar.usage.Use;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one org: by its terms what it may use and what that costs, by its leases how much.
 * Mutable, owned by one thread at a time; told the time twice, on a clock that only runs forward,
 * in nanoseconds, and by the wall.
 */
public final class LocalDecider {

  private static final long SECOND = 1_000_000_000L;
  private static final long GRACE = 3_600 * SECOND;
  private static final long TTL_SECONDS_MAX = 600;

  /** What one that has ended takes of the heap, about, besides its name. */
  private static final long PAST_BYTES = 200;

  /**
   * What has ended, while somebody may yet say something about it.
   *
   * @param reservation only if it has expired: it may be charged yet
   */
  private record Past(@Nullable OpenReservation reservation, String status, long at) {

    long bytes(String id) {
      return PAST_BYTES + id.length() + (reservation == null ? 0 : reservation.bytes());
    }
  }

  private final LeaseBook leases;
  private final Rooms rooms;
  private final OpenReservations open;

  /** The first to have ended is the first. */
  private final Map<String, Past> past = new LinkedHashMap<>();

  private @Nullable Terms terms;

  public LocalDecider(LeaseBook leases) {
    this.leases = leases;
    this.rooms = leases.rooms();
    this.open = new OpenReservations(rooms.open());
  }

  /** Whether nothing would be lost if it were forgotten: all has ended, and can't be charged. */
  public boolean isIdle(long now) {
    return open.isEmpty()
        && leases.isIdle()
        && past.values().stream()
            .noneMatch(each -> each.reservation() != null && now - each.at() < GRACE);
  }

  /** Nothing of it is needed any more: it takes no room. */
  public void end() {
    past.forEach((id, each) -> rooms.past().give(each.bytes(id)));
    past.clear();
    leases.end();
  }

  /** Forgets what had ended so long ago. */
  public void forget(long now, long age) {
    for (Iterator<Map.Entry<String, Past>> all = past.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Past> eldest = all.next();
      if (now - eldest.getValue().at() < age) {
        return;
      }
      rooms.past().give(eldest.getValue().bytes(eldest.getKey()));
      all.remove();
    }
  }

  private void remember(String id, Past it) {
    forgetOne(id);
    past.put(id, it);
    rooms.past().take(it.bytes(id));
  }

  private @Nullable Past forgetOne(String id) {
    Past was = past.remove(id);
    if (was != null) {
      rooms.past().give(was.bytes(id));
    }
    return was;
  }

  /** The org's terms, from now on. */
  public void terms(Terms told, long now) {
    terms = told;
    leases.entitled(feature -> told.fault(feature) == null);
    leases.prices(told.version(), now);
  }

  /** Nothing is known of the org's terms any more: nothing is decided. */
  public void termsGone() {
    terms = null;
    leases.revokeAll();
  }

  /** The terms that it decides by; null while there are none. */
  public @Nullable Terms terms() {
    return terms;
  }

  /** The leases that it decides from. */
  public LeaseBook leases() {
    return leases;
  }

  /** A reservation that is open; null if there is none. */
  public @Nullable OpenReservation open(String id) {
    return open.get(id);
  }

  /**
   * How a reservation has ended, {@code committed}, {@code released} or {@code expired}; null if
   * that is not known, or not yet so.
   */
  public @Nullable String ended(String id, long now) {
    unexpired(id, now);
    Past was = past.get(id);
    return was == null ? null : was.status();
  }

  /** One that has expired, and may be charged yet; else null. */
  public @Nullable OpenReservation expired(String id) {
    Past was = past.get(id);
    return was == null ? null : was.reservation();
  }

  /** What is set aside. */
  public Collection<OpenReservation> open() {
    return open.all();
  }

  /**
   * Decides a request.
   *
   * @param id what the reservation is to be called, or what is used at once
   */
  public Decision reserve(ReserveRequest request, String id, long now, Instant wall) {
    Terms known = terms;
    if (known == null) {
      return Elsewhere.IT_IS;
    }
    String fault = known.fault(request.feature());
    if (fault != null) {
      return new Denied(DenialCode.NOT_ENTITLED.word(), fault);
    }
    if (request.ttlSeconds() > TTL_SECONDS_MAX || policy(request, known) != OveragePolicy.RECORD) {
      return Elsewhere.IT_IS;
    }
    Map<String, Long> usage = request.usage();
    Credits amount = request.amount();
    Price price = null;
    String creditType = request.creditType();
    if (usage != null) {
      price = known.prices().price(request.feature(), request.model(), wall);
      if (price == null || price.unpriced(usage) != null) {
        // The server may know of a newer list, and tells what is wrong if it does not.
        return Elsewhere.IT_IS;
      }
      creditType = price.creditType();
      amount = cost(price, usage);
    }
    if (amount == null || creditType == null || !known.isCreditType(creditType)) {
      return Elsewhere.IT_IS;
    }
    Spending spending = new Spending(amount.micros(), usage == null ? Map.of() : usage);
    LeaseKey key = new LeaseKey(request.subject(), request.feature(), request.wallet(), creditType);
    HeldLease lease = leases.fitting(key, spending, now);
    if (lease == null) {
      LeaseKey awaited =
          request.dryRun()
              ? leases.givenBack(key, spending, now)
              : leases.lacking(key, spending, now);
      return awaited == null ? Elsewhere.IT_IS : new Wait(awaited);
    }
    if (request.dryRun()) {
      return new Allowed(null, amount.micros(), creditType, 0, null);
    }
    if (request.commit()) {
      lease.spend(spending);
      Use use = use(id, lease, wall, request, usage, amount, creditType, amount.micros());
      return new Allowed(id, amount.micros(), creditType, 0, use);
    }
    if (rooms.open().isFull()) {
      return Elsewhere.IT_IS;
    }
    lease.hold(spending);
    long expiresAt = expiry(lease, now, request.ttlSeconds());
    open.put(new OpenReservation(id, request, price, creditType, lease, spending, wall, expiresAt));
    return new Allowed(id, amount.micros(), creditType, expiresAt - now, null);
  }

  /**
   * Allows a request that nobody can be asked about, unless the terms say that it may not be, or
   * can't be charged; what it costs is told later, if no terms are known.
   *
   * @throws Unchargeable if the server would refuse it, by the terms
   */
  public Decision unchecked(ReserveRequest request, String id, long now, Instant wall) {
    Terms known = terms;
    String frozen = known == null ? null : known.entitled().frozen();
    String fault = known == null ? null : known.fault(request.feature());
    if (frozen != null) {
      return new Denied(DenialCode.FROZEN.word(), frozen);
    }
    if (fault != null) {
      return new Denied(DenialCode.NOT_ENTITLED.word(), fault);
    }
    Map<String, Long> usage = request.usage();
    Price price =
        usage == null || known == null
            ? null
            : known.prices().price(request.feature(), request.model(), wall);
    String noRate = usage == null || known == null ? null : noRate(request, usage, price);
    if (noRate != null) {
      return new Denied(DenialCode.NO_RATE.word(), noRate);
    }
    if (known != null) {
      requireCreditType(request.creditType(), known);
    }
    Credits amount =
        usage == null || price == null ? orNothing(request.amount()) : chargeable(price, usage);
    String type = price == null ? request.creditType() : price.creditType();
    String creditType = type == null ? "" : type;
    Spending spending = new Spending(amount.micros(), usage == null ? Map.of() : usage);
    HeldLease none = leases.held().none();
    if (request.commit()) {
      none.spend(spending);
      Use use = use(id, none, wall, request, usage, amount, creditType, amount.micros());
      return new Allowed(id, amount.micros(), creditType, 0, use);
    }
    if (rooms.open().isFull()) {
      return new Denied("server_away", "nobody can be asked, and too much is set aside already");
    }
    none.hold(spending);
    long expiresAt = now + request.ttlSeconds() * SECOND;
    open.put(new OpenReservation(id, request, price, creditType, none, spending, wall, expiresAt));
    return new Allowed(id, amount.micros(), creditType, expiresAt - now, null);
  }

  /** What of its usage has no price; null if all has one. */
  private static @Nullable String noRate(
      ReserveRequest request, Map<String, Long> usage, @Nullable Price price) {
    String of = "feature %s and model %s".formatted(request.feature(), request.model());
    if (price == null) {
      return "the catalog has no rate for " + of;
    }
    String meter = price.unpriced(usage);
    return meter == null
        ? null
        : "the catalog has no rate for the meter %s of %s".formatted(meter, of);
  }

  private static void requireCreditType(@Nullable String creditType, Terms known) {
    if (creditType != null && !known.isCreditType(creditType)) {
      throw new Unchargeable(
          new Refusal(
              Refusal.Code.UNKNOWN_CREDIT_TYPE,
              "credit_type",
              creditType + " is no credit type of the catalog"));
    }
  }

  private static Credits chargeable(Price price, Map<String, Long> usage) {
    Credits cost = price.chargeable(usage);
    if (cost == null) {
      throw new Unchargeable(
          new Refusal(Refusal.Code.AMOUNT_OVERFLOW, "usage", "costs more than can be counted"));
    }
    return cost;
  }

  private static Credits orNothing(@Nullable Credits amount) {
    return amount == null ? Credits.ZERO : amount;
  }

  /** What was allowed or ended could not be kept: it was not. */
  public void undo(Decision decision, @Nullable Done ended) {
    if (decision instanceof Allowed it && it.use() != null) {
      HeldLease lease = lease(it.use());
      if (lease != null) {
        lease.unspend(spent(it.use(), Map.of()));
      }
    } else if (decision instanceof Allowed it && it.reservation() != null) {
      OpenReservation made = open.get(it.reservation());
      if (made != null) {
        made.lease().release(made.spending());
        open.remove(made.id());
      }
    }
    OpenReservation reservation = ended == null ? null : ended.before();
    if (ended != null && reservation != null) {
      forgetOne(ended.reservation());
      if (ended.use() != null) {
        reservation.lease().unspend(spent(ended.use(), reservation.spending().usage()));
      }
      if (ended.late()) {
        remember(reservation.id(), new Past(reservation, "expired", reservation.expiresAt()));
      } else {
        reservation.lease().hold(reservation.spending());
        open.put(reservation);
      }
    }
  }

  /**
   * That it was prolonged could not be kept: it lives as long as before, unless something else has
   * become of it since.
   */
  public void undo(OpenReservation before, OpenReservation prolonged) {
    if (open.get(prolonged.id()) == prolonged) {
      open.put(before);
    }
  }

  private @Nullable HeldLease lease(Use use) {
    return use.lease() == null ? leases.held().none() : leases.held().find(use.lease());
  }

  private static Spending spent(Use use, Map<String, Long> otherwise) {
    return new Spending(use.micros(), use.usage() == null ? otherwise : use.usage());
  }

  private static OveragePolicy policy(ReserveRequest request, Terms known) {
    return known.overagePolicy() == OveragePolicy.RECORD
        ? request.overagePolicy()
        : request.withDefault(known.overagePolicy()).overagePolicy();
  }

  /** As long as it asks for, but no longer than what is held for it can be settled. */
  private static long expiry(HeldLease lease, long now, long ttlSeconds) {
    long asked = now + ttlSeconds * SECOND;
    return lease.id().isEmpty() || asked - lease.settleUntil() < 0 ? asked : lease.settleUntil();
  }

  private static @Nullable Credits cost(Price price, Map<String, Long> usage) {
    try {
      return price.of(usage);
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static Use use(
      String id,
      HeldLease lease,
      Instant at,
      ReserveRequest request,
      @Nullable Map<String, Long> usage,
      Credits amount,
      String creditType,
      long micros) {
    boolean byUsage = usage != null;
    return new Use(
        id,
        lease.id().isEmpty() ? null : lease.id(),
        at,
        request,
        usage,
        byUsage ? null : amount,
        byUsage ? null : creditType,
        micros);
  }

  /**
   * Charges what the work came to; one of the two is given. What it came to beyond what was set
   * aside is charged all the same.
   */
  public Ended commit(
      String id, @Nullable Credits amount, @Nullable Map<String, Long> usage, long now) {
    OpenReservation reservation = unexpired(id, now);
    Past ended = reservation == null ? past.get(id) : null;
    boolean late = ended != null && ended.status().equals("expired") && now - ended.at() < GRACE;
    if (reservation == null) {
      if (!late || ended == null || ended.reservation() == null) {
        return over(id, ended);
      }
      reservation = ended.reservation();
    }
    Credits actual = amount;
    if (usage != null) {
      boolean byUsage = reservation.request().usage() != null;
      boolean unchecked = reservation.lease() == leases.held().none();
      Price price = byUsage ? price(reservation) : null;
      if (!byUsage) {
        return new Refused(
            Fault.INVALID,
            "the reservation was made by amount, and can only be committed by amount");
      }
      String unpriced = price == null ? null : price.unpriced(usage);
      if (unpriced != null && !unchecked) {
        return new Refused(Fault.INVALID, "there is no rate for " + unpriced);
      }
      // Where no price is known, nobody says what it costs but the server: it counts as estimated.
      actual =
          price == null || unpriced != null
              ? new Credits(reservation.spending().amount())
              : cost(price, usage);
    }
    if (actual == null) {
      return new Refused(Fault.INVALID, "costs more than can be counted");
    }
    // By amount, meters are charged as they were held.
    Spending spent =
        new Spending(actual.micros(), usage == null ? reservation.spending().usage() : usage);
    HeldLease lease = reservation.lease();
    if (late) {
      lease.spend(spent);
    } else {
      lease.commit(reservation.spending(), spent);
    }
    Use use =
        use(
            id,
            lease,
            reservation.madeAt(),
            reservation.request(),
            usage,
            actual,
            reservation.creditType(),
            actual.micros());
    long released = late ? 0 : Math.max(0, reservation.spending().amount() - actual.micros());
    end(reservation, "committed", now);
    return new Done(
        id,
        "committed",
        actual.micros(),
        released,
        reservation.creditType(),
        late,
        use,
        reservation);
  }

  /**
   * One that was found after a restart is priced by what its lease is charged by, if that still
   * counts; else nobody knows but the server.
   */
  private @Nullable Price price(OpenReservation of) {
    Terms known = terms;
    ReserveRequest request = of.request();
    return of.price() != null || known == null || !of.lease().isPricedBy(known.version())
        ? of.price()
        : known.prices().price(request.feature(), request.model(), of.madeAt());
  }

  /** Gives everything back. */
  public Ended release(String id, long now) {
    OpenReservation reservation = unexpired(id, now);
    if (reservation == null) {
      return over(id, past.get(id));
    }
    reservation.lease().release(reservation.spending());
    end(reservation, "released", now);
    return new Done(
        id,
        "released",
        0,
        reservation.spending().amount(),
        reservation.creditType(),
        false,
        null,
        reservation);
  }

  /** Lets it live for so many seconds from now, if what is held for it can be settled so late. */
  public Ended extend(String id, long ttlSeconds, long now, Instant wall) {
    OpenReservation reservation = unexpired(id, now);
    if (reservation == null) {
      return over(id, past.get(id));
    }
    OpenReservation longer = reservation.until(expiry(reservation.lease(), now, ttlSeconds));
    if (longer.expiresAt() != reservation.expiresAt()) {
      open.put(longer);
    }
    return new Prolonged(id, wall.plusNanos(longer.expiresAt() - now));
  }

  private static Refused over(String id, @Nullable Past ended) {
    if (ended == null) {
      return new Refused(Fault.NOT_FOUND, "there is no reservation " + id);
    }
    return ended.status().equals("expired")
        ? new Refused(Fault.EXPIRED, "it has expired")
        : Refused.finalized(ended.status());
  }

  private void end(OpenReservation reservation, String status, long now) {
    open.remove(reservation.id());
    boolean expired = status.equals("expired");
    remember(reservation.id(), new Past(expired ? reservation : null, status, now));
    leases.held().closeIfDone(reservation.lease());
  }

  /** The reservation, if it has not expired by now. */
  private @Nullable OpenReservation unexpired(String id, long now) {
    OpenReservation reservation = open.get(id);
    if (reservation == null || now - reservation.expiresAt() < 0) {
      return reservation;
    }
    expire(reservation, now);
    return null;
  }

  private void expire(OpenReservation reservation, long now) {
    reservation.lease().release(reservation.spending());
    end(reservation, "expired", now);
  }

  /** Does what is due by now. */
  public void tick(long now) {
    for (OpenReservation each : open.expired(now)) {
      expire(each, now);
    }
    forget(now, GRACE);
    leases.tick(now);
  }

  /** What was set aside in an earlier life, and may yet be ended. */
  public void restored(
      String id,
      ReserveRequest request,
      String creditType,
      String lease,
      int version,
      long amount,
      Instant madeAt,
      long expiresAt,
      long now) {
    HeldLease held = leases.held().restored(lease, version);
    Spending spending = new Spending(amount, Map.of());
    OpenReservation reservation =
        new OpenReservation(id, request, null, creditType, held, spending, madeAt, expiresAt);
    if (now - expiresAt >= 0) {
      remember(id, new Past(reservation, "expired", expiresAt));
      return;
    }
    held.hold(spending);
    open.put(reservation);
  }
}
