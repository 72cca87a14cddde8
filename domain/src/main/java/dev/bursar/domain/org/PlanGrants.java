package dev.bursar.domain.org;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an org's plan and add-ons have given to its wallet, and what of that the wallet has yet to
 * be told. Mutable, owned by its org, changed by events alone.
 */
public final class PlanGrants {

  /** When the subscription began; null while there is none, or if that is not known. */
  private @Nullable Instant subscribedAt;

  /** When the subscription began whose grants these are; null before any. */
  private @Nullable Instant settledFor;

  private long number;
  private final TreeMap<String, GivenGrant> given = new TreeMap<>();

  /** What is not given any more, and may have something left until its interval ends. */
  private final TreeMap<String, GivenGrant> left = new TreeMap<>();

  /** What this subscription has given once: it does not give that again. */
  private final TreeSet<String> once = new TreeSet<>();

  /** What was given once, and taken back before its time: no subscription gives that again. */
  private final TreeSet<String> takenBack = new TreeSet<>();

  private final TreeMap<Long, PlanGrantChange> untold = new TreeMap<>();

  PlanGrants() {}

  /** By what a grant is known: no name has a line's end in it. */
  static String key(String source, String grant) {
    return source + '\n' + grant;
  }

  private static String key(GivenGrant grant) {
    return key(grant.source(), grant.terms().id());
  }

  @Nullable Instant subscribedAt() {
    return subscribedAt;
  }

  @Nullable Instant settledFor() {
    return settledFor;
  }

  /** Whether a subscription has begun of which nothing was given yet. */
  boolean areNew() {
    return settledFor == null || !settledFor.equals(subscribedAt);
  }

  /** The number of the last change. */
  long number() {
    return number;
  }

  /** What was given, and not taken back, by its key. */
  TreeMap<String, GivenGrant> given() {
    return given;
  }

  /** Whether there is nothing that could have to end. */
  boolean areNone() {
    return given.isEmpty() && left.isEmpty();
  }

  /** What is not given any more, and may have something left, by its name. */
  TreeMap<String, GivenGrant> left() {
    return left;
  }

  /** Whether this subscription gives it once, and has done so. */
  boolean wasGivenOnce(String key) {
    return once.contains(key);
  }

  /** Whether it was given once, and taken back before its time. */
  boolean wasTakenBack(String key) {
    return takenBack.contains(key);
  }

  /** The number of the last change that the wallet may not have heard of; 0 if it has of all. */
  long lastUntold() {
    return untold.isEmpty() ? 0 : untold.lastKey();
  }

  /** Whether the wallet may not have heard of this change. */
  boolean isUntold(long number) {
    return untold.containsKey(number);
  }

  /** What the wallet may not have heard of, in its order. */
  Collection<PlanGrantChange> untold() {
    return untold.values();
  }

  // ---- changes, by events alone

  /** A subscription begins where there was none, or where it had ended. */
  void subscribe(@Nullable OrgSettings before, OrgSettings after, Instant at) {
    boolean goesOn = before != null && before.status(at).goesOn();
    if (after.plan() == null) {
      subscribedAt = null;
    } else if (!goesOn) {
      subscribedAt = at;
    }
  }

  void settle(OrgEvent.PlanGrantsSettled event) {
    if (!Objects.equals(event.subscribedAt(), settledFor)) {
      given.clear();
      left.clear();
      once.clear();
    }
    left.values().removeIf(grant -> grant.isGone(event.at()));
    subscribedAt = event.subscribedAt();
    settledFor = event.subscribedAt();
    for (PlanGrantChange change : event.changes()) {
      number = change.number();
      untold.put(number, change);
      GivenGrant grant = change.grant();
      switch (change.kind()) {
        case GIVE -> {
          given.put(key(grant), grant);
          if (!grant.recurs()) {
            once.add(key(grant));
          }
        }
        case MOVE_END -> {
          if (left.containsKey(grant.id())) {
            left.put(grant.id(), grant);
          } else {
            GivenGrant before = given.put(key(grant), grant);
            if (before != null && grant.endsBefore(before)) {
              beTakenBack(grant, event.at());
            }
          }
        }
        case LEAVE -> {
          takeBack(grant, event.at());
          if (grant.recurs()) {
            left.put(grant.id(), grant);
          }
        }
        case END -> {
          takeBack(grant, event.at());
          left.remove(grant.id());
          once.remove(key(grant));
        }
      }
    }
  }

  private void beTakenBack(GivenGrant grant, Instant at) {
    if (!grant.recurs() && !grant.from().isAfter(at)) {
      takenBack.add(key(grant));
    }
  }

  private void takeBack(GivenGrant grant, Instant at) {
    beTakenBack(grant, at);
    given.computeIfPresent(key(grant), (key, had) -> had.id().equals(grant.id()) ? null : had);
  }

  void told(OrgEvent.PlanGrantTold event) {
    untold.remove(event.number());
    if (event.over()) {
      given.values().removeIf(grant -> grant.id().equals(event.grant()));
    }
  }

  // ---- snapshots

  @Nullable Snapshot snapshot() {
    return subscribedAt == null && settledFor == null
        ? null
        : new Snapshot(
            subscribedAt,
            settledFor,
            number,
            List.copyOf(given.values()),
            List.copyOf(left.values()),
            List.copyOf(once),
            List.copyOf(takenBack),
            List.copyOf(untold.values()));
  }

  void restore(@Nullable Snapshot from) {
    if (from != null) {
      subscribedAt = from.subscribedAt();
      settledFor = from.settledFor();
      number = from.number();
      from.given().forEach(grant -> given.put(key(grant), grant));
      from.left().forEach(grant -> left.put(grant.id(), grant));
      once.addAll(from.once());
      takenBack.addAll(from.takenBack());
      from.untold().forEach(change -> untold.put(change.number(), change));
    }
  }

  /** All of it as plain, immutable data. */
  public record Snapshot(
      @Nullable Instant subscribedAt,
      @Nullable Instant settledFor,
      long number,
      List<GivenGrant> given,
      List<GivenGrant> left,
      List<String> once,
      List<String> takenBack,
      List<PlanGrantChange> untold) {}
}
