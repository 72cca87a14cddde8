package dev.bursar.sidecar.lease;

import dev.bursar.sidecar.lease.Demand.Kind;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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

  private final Room room;
  private final Map<LeaseKey, Kind> kinds = new HashMap<>();
  private final Map<LeaseKey, Demand> demands = new HashMap<>();

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
    LeaseKey wide = request.widest();
    Kind kind = kinds.get(wide);
    if (kind == null) {
      if (room.isFull()) {
        return null;
      }
      kind = new Kind();
      kinds.put(wide, kind);
      room.take(KIND_BYTES);
    }
    if (!request.names(kind.named)) {
      return null;
    }
    LeaseKey of = kind.named.isEmpty() ? wide : request.naming(kind.named);
    Demand demand = demands.get(of);
    if (demand == null && !room.isFull()) {
      demand = add(of, kind, now);
      demand.isAwaited = true;
    }
    return demand;
  }

  /** What is likely to be wanted next, now that somebody wants something for the first time. */
  List<Demand> ahead(Demand first, long now) {
    return room.isShort()
        ? List.of()
        : Foresight.of(first.key, kinds, demands).stream()
            .map(
                likely -> {
                  Demand demand = add(likely.key(), likely.kind(), now);
                  demand.like(likely.like());
                  return demand;
                })
            .toList();
  }

  private Demand add(LeaseKey key, Kind kind, long now) {
    Demand demand = new Demand(key, kind, now);
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
    room.give(DEMAND_BYTES * demands.size() + KIND_BYTES * kinds.size());
    demands.clear();
    kinds.clear();
  }
}
