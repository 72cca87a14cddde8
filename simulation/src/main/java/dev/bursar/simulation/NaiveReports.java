package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.operation.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The events that were reported: each is charged once, however often it is sent. */
final class NaiveReports {

  private final Watch watch;

  /** What clients have asked for by reports, by reservation, whether or not it ever begins. */
  private final Map<String, ReserveRequest> asked = new HashMap<>();

  /** The reservations by which each event was reported, by org and name. */
  private final Map<String, List<String>> attempts = new HashMap<>();

  /** The events on their way or charged, by org and name, with the reservation. */
  private final Map<String, String> begun = new HashMap<>();

  private final Map<String, TreeSet<Instant>> askedOfTeam = new HashMap<>();
  private final Map<String, Reported> events = new HashMap<>();
  private final Map<String, String> charged = new HashMap<>();
  private final Map<String, Set<String>> chargedOf = new HashMap<>();
  private final Set<String> rejected = new HashSet<>();

  /** Where in its org's journal a charge was settled: from there on it is found in the table. */
  private final Map<String, Long> onRecord = new HashMap<>();

  NaiveReports(Watch watch) {
    this.watch = watch;
  }

  private static String name(String org, Reported event) {
    return org + ' ' + event.source() + ' ' + event.id();
  }

  /** A client reports something by this reservation, if it comes to that. */
  void asks(String org, Reported event, String reservation, ReserveRequest work) {
    asked.put(reservation, work);
    attempts.computeIfAbsent(name(org, event), n -> new ArrayList<>()).add(reservation);
  }

  /**
   * An org asks a team to count work as of a time. It may ask for an attempt whose row never comes
   * into its journal, and decide anew, at another time.
   */
  void asksTeam(String reservation, Instant countsAt) {
    askedOfTeam.computeIfAbsent(reservation, r -> new TreeSet<>()).add(countsAt);
  }

  /**
   * The times as of which a team may have been asked to count work that ran then: each is when it
   * ran, unless that was in the future of who asks, or too long ago.
   */
  List<Instant> askedOfTeam(String reservation, Reported reported) {
    Instant ran = reported.happenedAt();
    return askedOfTeam.getOrDefault(reservation, new TreeSet<>()).stream()
        .filter(
            at ->
                // What was decided from a lease counts while that lasts, whatever its clock says.
                reported.lease() != null
                    || at.equals(ran)
                    || ran.isAfter(at)
                    || ran.isBefore(at.minus(World.CORRECTION)))
        .toList();
  }

  /** What was reported by a reservation; null if nothing was. */
  @Nullable ReserveRequest work(String reservation) {
    return asked.get(reservation);
  }

  /** The reservations by which an event was reported. */
  List<String> attempts(String org, Reported event) {
    return attempts.getOrDefault(name(org, event), List.of());
  }

  /** Whether a reservation is for work that has run. */
  boolean hasRun(String reservation) {
    return asked.containsKey(reservation);
  }

  boolean isCharged(String org, Reported event) {
    return charged.containsKey(name(org, event));
  }

  void begins(String org, Reported event, String reservation) {
    String name = name(org, event);
    watch.expect(begun.put(name, reservation) == null, "I4", "%s is on its way twice", name);
    events.put(reservation, event);
    if (rejected.contains(name)) {
      watch.saw(Rarity.REPORTED_AFTER_A_REJECTION);
    }
  }

  /**
   * It comes to nothing, and may be reported again.
   *
   * @return its identity, which may come to something again; null if it was no report
   */
  @Nullable Operation endsUncharged(String org, String reservation) {
    Reported event = events.get(reservation);
    if (event == null) {
      return null;
    }
    rejected.add(name(org, event));
    begun.remove(name(org, event), reservation);
    return Operation.ofReport(event);
  }

  void charges(String org, Reported event, String reservation) {
    String before = charged.put(name(org, event), reservation);
    watch.expect(
        before == null, "I4", "%s is charged by %s, and before by %s", event, reservation, before);
    chargedOf
        .computeIfAbsent(org + ' ' + event.source(), source -> new HashSet<>())
        .add(event.id());
  }

  /** The reservation by which an event was charged; null if it was not. */
  @Nullable String chargedBy(String org, String source, String id) {
    return charged.get(org + ' ' + source + ' ' + id);
  }

  /** The events of a source that were charged. */
  Set<String> chargedOf(String org, String source) {
    return chargedOf.getOrDefault(org + ' ' + source, Set.of());
  }

  /** An org has settled a charge, with this row. */
  void onRecord(String org, String reservation, long sequence) {
    Reported event = events.get(reservation);
    if (event != null) {
      onRecord.putIfAbsent(name(org, event), sequence);
    }
  }

  /** Whether an event is found in the table when that has come to this row of its org. */
  boolean isOnRecord(String org, Reported event, long through) {
    return onRecord.getOrDefault(name(org, event), Long.MAX_VALUE) <= through;
  }

  /** The events that are on record, in the order in which they came there. */
  List<Reported> recorded(String org) {
    return onRecord.entrySet().stream()
        .filter(each -> each.getKey().startsWith(org + ' ') && charged.containsKey(each.getKey()))
        .sorted(Map.Entry.comparingByValue())
        .map(each -> events.get(charged.get(each.getKey())))
        .filter(Objects::nonNull)
        .toList();
  }

  /** In which row of its org an event came on record. */
  long recordedIn(String org, Reported event) {
    return Objects.requireNonNull(onRecord.get(name(org, event)));
  }

  /** What an event was of that has been charged. */
  ReserveRequest chargedWork(String org, Reported event) {
    return Objects.requireNonNull(asked.get(charged.get(name(org, event))));
  }

  /** The last row up to which an event is not found there. */
  long notOnRecordThrough(String org, Reported event, long through) {
    return Math.min(through, onRecord.getOrDefault(name(org, event), Long.MAX_VALUE) - 1);
  }
}
