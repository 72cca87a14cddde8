package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row of {@code usage_event} while a page is taken in: as it stands there, and as it will. */
final class Tracked {

  /** By what it was reported. */
  record Report(String source, String id, Instant happenedAt) {}

  final String org;
  final Instant countedAt;
  final Place place;
  final Group group;
  final @Nullable String user;
  final Map<String, Long> asked;
  final @Nullable Report report;

  /** What is to be written; null if it is stored. */
  final @Nullable Fresh fresh;

  /** As it is stored; null if it is not. */
  private final @Nullable EventState before;

  EventState state;

  /** In which group it is summed up. */
  Group summedAs;

  private Tracked(
      String org,
      Instant countedAt,
      Place place,
      Group group,
      @Nullable String user,
      Map<String, Long> asked,
      @Nullable Report report,
      @Nullable Fresh fresh,
      @Nullable EventState before) {
    this.org = org;
    this.countedAt = countedAt;
    this.place = place;
    this.group = group;
    this.user = user;
    this.asked = asked;
    this.report = report;
    this.fresh = fresh;
    this.before = before;
    this.state = before == null ? EventState.OPEN : before;
    this.summedAs = group;
  }

  static Tracked fresh(Fresh fresh) {
    Reported reported = fresh.plan().request().reported();
    return new Tracked(
        fresh.org(),
        fresh.countedAt(),
        fresh.place(),
        Group.of(fresh.org(), fresh.plan()),
        fresh.plan().request().subject().user(),
        fresh.plan().quantities().usage(),
        reported == null
            ? null
            : new Report(reported.source(), reported.id(), reported.happenedAt()),
        fresh,
        null);
  }

  static Tracked stored(
      Instant countedAt,
      Place place,
      Group group,
      @Nullable String user,
      Map<String, Long> asked,
      @Nullable Report report,
      EventState before) {
    return new Tracked(group.org(), countedAt, place, group, user, asked, report, null, before);
  }

  /** By how much that changes what counts. */
  Usage change() {
    Usage after = state.usage(asked);
    return before == null ? after : after.minus(before.usage(asked));
  }

  /** What was reported and has come to be charged just now. */
  @Nullable Report charged() {
    return hasRun(state) && (before == null || !hasRun(before)) ? report : null;
  }

  private static boolean hasRun(EventState state) {
    EventState.End end = state.end();
    return end != null && end.hasRun();
  }
}
