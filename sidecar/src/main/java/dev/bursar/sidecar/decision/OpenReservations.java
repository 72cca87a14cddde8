package dev.bursar.sidecar.decision;

import dev.bursar.sidecar.lease.Room;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is set aside, by name, and by the second in which it expires: what has ended costs nothing.
 */
final class OpenReservations {

  private static final long SECOND = 1_000_000_000L;

  private final Room room;
  private final Map<String, OpenReservation> all = new HashMap<>();
  private final TreeMap<Long, Set<String>> bySecond = new TreeMap<>();

  OpenReservations(Room room) {
    this.room = room;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  @Nullable OpenReservation get(String id) {
    return all.get(id);
  }

  Collection<OpenReservation> all() {
    return all.values();
  }

  void put(OpenReservation reservation) {
    remove(reservation.id());
    all.put(reservation.id(), reservation);
    room.take(reservation.bytes());
    bySecond
        .computeIfAbsent(second(reservation.expiresAt()), s -> new HashSet<>())
        .add(reservation.id());
  }

  void remove(String id) {
    OpenReservation before = all.remove(id);
    if (before != null) {
      room.give(before.bytes());
      Long second = second(before.expiresAt());
      Set<String> ids = bySecond.get(second);
      if (ids != null && ids.remove(id) && ids.isEmpty()) {
        bySecond.remove(second);
      }
    }
  }

  /** Those that have expired by then, but for those that have only just. */
  List<OpenReservation> expired(long now) {
    SortedMap<Long, Set<String>> due = bySecond.headMap(Math.floorDiv(now, SECOND));
    if (due.isEmpty()) {
      return List.of();
    }
    List<OpenReservation> expired = new ArrayList<>();
    for (Set<String> ids : due.values()) {
      for (String id : ids) {
        OpenReservation each = all.get(id);
        if (each != null) {
          expired.add(each);
        }
      }
    }
    return expired;
  }

  private static long second(long at) {
    return Math.floorDiv(at, SECOND);
  }
}
