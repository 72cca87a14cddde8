package dev.bursar.benchmarks.history;

import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.simulation.history.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was told of reservations is still true once everything is at rest. */
final class ReservationChecks {

  private final Memory memory;
  private final Map<String, Shown> shown;
  private final Findings findings;
  private final Duration grace;

  /** When each reservation ends, as the last answer about that says. */
  private final Map<String, Instant> ends = new HashMap<>();

  /**
   * @param shown every reservation of the memory's, as the node shows it in the end
   * @param grace how long after an expiry a commit is still recorded
   */
  ReservationChecks(Memory memory, Map<String, Shown> shown, Findings findings, Duration grace) {
    this.grace = grace;
    this.memory = memory;
    this.shown = shown;
    this.findings = findings;
  }

  void run() {
    memory.courses().forEach(this::allowed);
    memory
        .denied()
        .forEach(
            (reservation, told) ->
                findings.expect(
                    // What the wallet had set aside may have expired before it was taken back.
                    Set.of("denied", "expired").contains(shown(reservation).status())
                        && shown(reservation).charged().signum() == 0,
                    "was denied, and is %s in the end: %s",
                    shown(reservation),
                    told));
    memory.all().forEach(this::ends);
    memory.all().forEach(this::refused);
    frozen();
  }

  private Shown shown(String reservation) {
    Shown there = shown.get(reservation);
    if (there == null) {
      throw new IllegalArgumentException("not shown: " + reservation);
    }
    return there;
  }

  /** What was allowed is never taken back, and ends once, as it was told. */
  private void allowed(Course course) {
    Shown now = shown(course.reservation());
    Course.End end = course.end();
    if (end == null) {
      findings.expect(
          now.status().equals("expired"),
          "was allowed, nobody was told that it has ended, and it is %s in the end: %s",
          now,
          course.told);
      return;
    }
    findings.expect(
        now.status().equals(end.status())
            && Amounts.same(now.charged(), end.charged())
            && now.late() == end.late(),
        "ended as %s, and is %s in the end: %s",
        end,
        now,
        course.told);
  }

  /** An extension never makes it end sooner. */
  private void ends(Told told) {
    boolean says = told.isAllowed() || (told.isDone() && told.call() instanceof Call.Extend);
    if (says && told.body().hasNonNull("expires_at")) {
      ends.merge(
          told.text("reservation_id"),
          Instant.parse(told.text("expires_at")),
          (one, other) -> one.isAfter(other) ? one : other);
    }
  }

  /** Work that has run is recorded as long as there is grace. */
  private void tooLate(String reservation, Told told) {
    Instant end = ends.get(reservation);
    findings.expect(
        end != null && !told.toldAt().isBefore(end.plus(grace)),
        "refused as expired, and could be committed until %s and for another %s: %s",
        end,
        grace,
        told);
  }

  /** Who was told that it is too late was too late. */
  private void refused(Told told) {
    if (told.isDone() || !(told.call() instanceof Call.OfReserved call)) {
      return;
    }
    Set<String> possible =
        switch (told.code()) {
          case "reservation_finalized" -> Set.of("committed", "released");
          // Somebody may have committed it in the time of grace, before or after.
          case "reservation_expired" -> Set.of("expired", "committed");
          default -> Set.of("committed", "released", "expired");
        };
    if (call instanceof Call.Commit && told.code().equals("reservation_expired")) {
      tooLate(call.of().id(), told);
    }
    Shown now = shown(call.of().id());
    findings.expect(
        possible.contains(now.status())
            && (!told.code().equals("reservation_expired") || now.late() == now.isCommitted()),
        "refused, and the reservation is %s in the end: %s",
        now,
        told);
  }

  // ---- freezes

  /** Nothing that was asked for after a freeze was answered is allowed while it is in force. */
  private void frozen() {
    Map<Scope, List<Told>> freezes = new HashMap<>();
    for (Told told : memory.all()) {
      if (told.isDone() && told.call() instanceof Call.FreezeScope call) {
        freezes.computeIfAbsent(call.freeze().scope(), f -> new ArrayList<>()).add(told);
      }
    }
    for (Course course : memory.courses()) {
      freezes.values().forEach(ofOneScope -> frozen(course, ofOneScope));
    }
  }

  private void frozen(Course course, List<Told> freezes) {
    for (Told told : freezes) {
      Call.FreezeScope call = (Call.FreezeScope) told.call();
      Freeze freeze = call.freeze();
      Instant until = freeze.until();
      boolean inForce =
          call.org().equals(course.asked.org())
              && isCovered(freeze.scope(), course)
              && course.earliest().isAfter(told.toldAt())
              && (until == null || course.latest().isBefore(until))
              && freezes.stream().noneMatch(other -> mayHaveReplaced(other, told, course.told));
      findings.expect(!inForce, "allowed in spite of a freeze: %s; %s", told, course.told);
    }
  }

  private boolean isCovered(Scope scope, Course course) {
    return memory.hierarchy().cover(scope, course.subject(), course.earliest(), course.latest())
        == Hierarchy.Cover.YES;
  }

  /** The last freeze of a scope counts, and it may end sooner. */
  private static boolean mayHaveReplaced(Told other, Told freeze, Told allowed) {
    return other != freeze
        && other.toldAt().isAfter(freeze.askedAt())
        && other.askedAt().isBefore(allowed.toldAt());
  }
}
