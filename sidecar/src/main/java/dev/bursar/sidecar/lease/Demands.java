package dev.bursar.sidecar.lease;

import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.lease.Demand.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that is wanted of one org, and what limits count of it, as far as there is room. Mutable,
 * owned by one thread at a time.
 */
final class Demands {

  /** What one takes, about, with its lease. */
  private static final long DEMAND_BYTES = 1_200;

  private static final long KIND_BYTES = 400;
  private static final long SUBJECT_BYTES = 300;

  /** So many subjects are remembered. */
  private static final int SUBJECTS_MAX = 64;

  /** So much is leased ahead at once, at most. */
  private static final int AHEAD_MAX = 16;

  private final Room room;
  private final Map<LeaseKey, Kind> kinds = new HashMap<>();
  private final Map<LeaseKey, Demand> demands = new HashMap<>();

  /** Whom the server has told of, since limits count each of them. */
  private final Set<Subject> subjects = new LinkedHashSet<>();

  Demands(Room room) {
    this.room = room;
  }

  /** What a request comes under; null if nothing like it was wanted before. */
  @Nullable Demand of(LeaseKey request) {
    LeaseKey wide = request.widest();
    Kind kind = kinds.get(wide);
    return kind == null
        ? null
        : demands.get(kind.named.isEmpty() ? wide : request.naming(kind.named));
  }

  /**
   * The same, from now on if there was none.
   *
   * @return null if there is no room for it, or the request does not name what limits count
   */
  @Nullable Demand ofNow(LeaseKey request, long now) {
    Kind kind = kind(request);
    if (kind == null || !request.names(kind.named)) {
      return null;
    }
    LeaseKey of = request.naming(kind.named);
    Demand demand = demands.get(of);
    if (demand == null && !room.isFull()) {
      demand = add(of, kind, now);
      demand.isAwaited = true;
    }
    return demand;
  }

  /**
   * What limits count of such requests; null if there is no room to know. Limits that count one
   * feature of a team by itself are likely to count its others so, too.
   */
  private @Nullable Kind kind(LeaseKey request) {
    LeaseKey wide = request.widest();
    Kind known = kinds.get(wide);
    if (known != null || room.isFull()) {
      return known;
    }
    Kind kind = new Kind();
    kinds.forEach(
        (other, its) -> {
          if (other.isAkinTo(wide) && request.names(its.named)) {
            kind.named.addAll(its.named);
          }
        });
    kinds.put(wide, kind);
    room.take(KIND_BYTES);
    return kind;
  }

  /**
   * What is likely to be wanted next, now that somebody wants something for the first time: the
   * other features that are in use, and this one by the others of the team who use any, and by all
   * whom the server has told of.
   */
  List<Demand> ahead(Demand first, long now) {
    Map<LeaseKey, Demand> likely = new LinkedHashMap<>();
    for (Demand other : demands.values()) {
      if (other.isUsed() && other.key.isPaidAs(first.key)) {
        likely.putIfAbsent(first.key.of(other.key.feature()), other);
        if (other.key.isAkinTo(first.key)) {
          likely.putIfAbsent(other.key.of(first.key.feature()), other);
        }
      }
    }
    for (Subject subject : subjects) {
      likely.putIfAbsent(first.key.of(subject), first);
    }
    List<Demand> ahead = new ArrayList<>();
    likely.forEach(
        (key, like) -> {
          Kind kind =
              ahead.size() == AHEAD_MAX || room.isShort()
                  ? null
                  : subjects.contains(key.subject()) ? kindLike(first, key) : kind(key);
          if (kind != null
              && key.names(kind.named)
              && key.equals(key.naming(kind.named))
              && !demands.containsKey(key)) {
            Demand demand = add(key, kind, now);
            demand.like(like);
            ahead.add(demand);
          }
        });
    return ahead;
  }

  /** Limits that count one of those whom the server has told of count the others so, too. */
  private @Nullable Kind kindLike(Demand first, LeaseKey key) {
    boolean isNew = !kinds.containsKey(key.widest());
    Kind kind = kind(key);
    if (kind != null && isNew) {
      kind.named.addAll(first.kind.named);
      kind.meters.addAll(first.kind.meters);
    }
    return kind;
  }

  /** Limits count each of these. */
  void told(List<Subject> all) {
    for (Subject subject : all) {
      if (subjects.size() < SUBJECTS_MAX && !room.isFull() && subjects.add(subject)) {
        room.take(SUBJECT_BYTES);
      }
    }
  }

  private Demand add(LeaseKey key, Kind kind, long now) {
    Demand demand = new Demand(key, kind, now);
    for (Demand other : demands.values()) {
      if (other.isUsed() && other.key.isPaidAs(key)) {
        demand.beside(other);
      }
    }
    demands.put(key, demand);
    room.take(DEMAND_BYTES);
    return demand;
  }

  /** What is leased under a key; null if nothing is wanted any more. */
  @Nullable Demand get(@Nullable LeaseKey key) {
    return key == null ? null : demands.get(key);
  }

  Collection<Demand> all() {
    return demands.values();
  }

  /** Forgets those that are over. */
  void forget(Predicate<Demand> isOver) {
    for (Iterator<Demand> all = demands.values().iterator(); all.hasNext(); ) {
      Demand demand = all.next();
      if (isOver.test(demand)) {
        all.remove();
        room.give(DEMAND_BYTES);
        if (demand.kind.isEmpty() && kinds.remove(demand.key) != null) {
          room.give(KIND_BYTES);
        }
      }
    }
    if (demands.isEmpty()) {
      end();
    }
  }

  /** Nothing is wanted any more: they take no room. */
  void end() {
    room.give(
        DEMAND_BYTES * demands.size()
            + KIND_BYTES * kinds.size()
            + SUBJECT_BYTES * subjects.size());
    subjects.clear();
    demands.clear();
    kinds.clear();
  }
}
