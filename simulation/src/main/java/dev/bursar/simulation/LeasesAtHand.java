package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.usage.Use;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From which leases a sidecar has to decide, as far as that is certain from without: who has just
 * been let through by a lease is so again, as long as what is asked for fits into what is left of
 * it, and nothing has come in between by which the sidecar may have given it up.
 */
final class LeasesAtHand {

  /** A lease is kept for longer than this after it was last used. */
  private static final long USED_MICROS = 4_000_000;

  /** By how much sooner than it may a sidecar stops to decide, at most. */
  private static final long MARGIN_MICROS = 6_000_000;

  /**
   * So long before its end a sidecar does not decide from a lease any more, whatever its clocks.
   */
  private static final long STOPS_MICROS = 3_000_000;

  private static final long SECOND = 1_000_000;

  /** Whom a lease is asked for. */
  private record For(
      Subject subject, @Nullable String feature, @Nullable String wallet, @Nullable String type) {

    static For of(ReserveRequest request) {
      return new For(request.subject(), request.feature(), request.wallet(), request.creditType());
    }
  }

  private record LetThrough(String lease, long micros) {}

  private final World world;
  private final SidecarDisk disk;
  private final long lastingMicros;

  private final Map<For, LetThrough> last = new HashMap<>();

  /** What a sidecar was told to be granted, by lease. */
  private final Map<String, Long> granted = new HashMap<>();

  private final Map<String, Map<String, Long>> units = new HashMap<>();

  /** Until when they last, in microseconds since the beginning. */
  private final Map<String, Long> until = new HashMap<>();

  /** What is set aside and was not ended, by reservation: what has expired may count yet. */
  private final Map<String, SetAside> setAside = new HashMap<>();

  private record SetAside(String lease, long micros) {}

  /** When each of what it asks was asked for first, and what is not answered yet. */
  private final Map<String, Long> asked = new HashMap<>();

  private final Set<Ask> underWay = new HashSet<>();
  private int decided;

  LeasesAtHand(World world, SidecarDisk disk, long lastingMicros) {
    this.world = world;
    this.disk = disk;
    this.lastingMicros = lastingMicros;
  }

  /** A sidecar starts: it decides from no lease of before. */
  void starts() {
    mayChange();
    setAside.clear();
    underWay.clear();
  }

  /** It may have given up any lease, or has no reason to decide. */
  void mayChange() {
    last.clear();
  }

  void letsThrough(String lease, ReserveRequest request) {
    decided++;
    last.put(For.of(request), new LetThrough(lease, world.time.nowMicros()));
  }

  /** How often it has let something through. */
  int decided() {
    return decided;
  }

  void setsAside(String reservation, String lease, long micros) {
    setAside.put(reservation, new SetAside(lease, micros));
  }

  void ended(String reservation) {
    setAside.remove(reservation);
  }

  void asks(Ask ask) {
    asked.putIfAbsent(ask.callId(), world.time.nowMicros());
    underWay.add(ask);
    if (!(ask instanceof Ask.Settle it) || it.handBack() > 0) {
      mayChange();
    }
    if (ask instanceof Ask.Settle it) {
      granted.merge(it.lease(), -it.handBack(), Long::sum);
    }
  }

  /** By whatever it is told it may give up what it has. */
  void told(Ask ask, Told told, long sentMicros) {
    mayChange();
    underWay.remove(ask);
    if (!(told instanceof Told.Lease it)) {
      return;
    }
    granted.put(it.lease(), it.granted());
    Map<String, Long> all = units.computeIfAbsent(it.lease(), lease -> new HashMap<>());
    it.meters().forEach((meter, more) -> all.merge(meter, more, Long::sum));
    if (ask instanceof Ask.Acquire || (ask instanceof Ask.Settle settle && settle.topUp() >= 0)) {
      until.put(
          it.lease(),
          Math.min(
              asked.getOrDefault(ask.callId(), sentMicros) + lastingMicros,
              sentMicros + it.lastsNanos() / 1_000));
    }
  }

  /**
   * Until when it lasts, as was told last, in microseconds since the beginning; 0 if nothing was.
   */
  long until(String lease) {
    return until.getOrDefault(lease, 0L);
  }

  /** Whether nobody decides from it any more: it is over, or is in less than that. */
  boolean isTooLate(String lease) {
    return until(lease) > 0 && world.time.nowMicros() >= until(lease) - STOPS_MICROS;
  }

  /** Whether nobody decides from it any more, though it is not over. */
  boolean isAboutToEnd(String lease) {
    return isTooLate(lease) && world.time.nowMicros() < until(lease);
  }

  /** Whether it is over, or is in less than by a second more than that. */
  boolean isInItsLastSecond(String lease) {
    return until(lease) - world.time.nowMicros() < STOPS_MICROS + SECOND;
  }

  /** Whether it has to decide on this by itself, and at once. */
  boolean isToDecide(ReserveRequest request) {
    LetThrough before = last.get(For.of(request));
    long now = world.time.nowMicros();
    return before != null
        && !request.dryRun()
        && now - before.micros < USED_MICROS
        && now < until.getOrDefault(before.lease, 0L) - MARGIN_MICROS
        && underWay.stream()
            .allMatch(ask -> ask instanceof Ask.Settle it && it.lease().equals(before.lease))
        && fits(request, before.lease);
  }

  private boolean fits(ReserveRequest request, String lease) {
    long spent = request.amount() == null ? 0 : request.amount().micros();
    long requests = 1;
    long open = 1;
    for (Use use : disk.uses.values()) {
      if (lease.equals(use.lease())) {
        spent += use.micros();
        requests++;
      }
    }
    for (SetAside each : setAside.values()) {
      if (lease.equals(each.lease)) {
        spent += each.micros;
        requests++;
        open++;
      }
    }
    Map<String, Long> of = units.getOrDefault(lease, Map.of());
    return spent <= granted.getOrDefault(lease, 0L)
        && requests <= of.getOrDefault(Quantities.REQUESTS, Long.MAX_VALUE)
        && open <= of.getOrDefault(Quantities.OPEN_RESERVATIONS, Long.MAX_VALUE);
  }
}
