package dev.bursar.entities;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.operation.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what an entity has forgotten in the entity's own journal: the last that it had done for
 * a reservation, from the newest row that it may stand in back to the oldest, some rows at a time.
 * All that is looked for at one time is looked for in one go. Owned by one entity.
 *
 * @param <E> what happens to the entity
 */
final class JournalSearch<E> {

  /** Rows that are read at once. */
  private static final int PAGE = 32;

  /** Hears what was found. */
  interface Finder<E> {

    /** This was the last. */
    void found(E event);

    /** Nothing was done. */
    void notFound();

    /** The journal could not be read, or too much is looked for. */
    void failed();
  }

  private record Wanted<E>(String reservation, Origin origin, long through, Finder<E> finder) {}

  private final Host<?, E> host;
  private final Function<E, @Nullable String> reservation;
  private final Function<E, Instant> at;
  private final int waitingMax;
  private List<Wanted<E>> waiting = new ArrayList<>(0);

  /** What is being looked for, by its reservation. */
  private final Map<String, List<Wanted<E>>> sought = new HashMap<>(0);

  /**
   * @param reservation of which reservation an event is what the entity remembers; null for others
   * @param at when an event happened
   * @param waitingMax how much may wait until what is looked for before is found or not
   */
  JournalSearch(
      Host<?, E> host,
      Function<E, @Nullable String> reservation,
      Function<E, Instant> at,
      int waitingMax) {
    this.host = host;
    this.reservation = reservation;
    this.at = at;
    this.waitingMax = waitingMax;
  }

  /**
   * Looks for the last that was done for a reservation.
   *
   * @param origin since when it may have been done
   * @param through the last row that it may stand in
   */
  void find(String of, Origin origin, long through, Finder<E> finder) {
    if (waiting.size() >= waitingMax) {
      finder.failed();
      return;
    }
    waiting.add(new Wanted<>(of, origin, through, finder));
    startIfIdle();
  }

  private void startIfIdle() {
    if (sought.isEmpty() && !waiting.isEmpty()) {
      long through = 0;
      for (Wanted<E> each : waiting) {
        sought.computeIfAbsent(each.reservation, of -> new ArrayList<>(1)).add(each);
        through = Math.max(through, each.through);
      }
      waiting = new ArrayList<>(0);
      read(through);
    }
  }

  private void read(long through) {
    long after = Math.max(0, through - PAGE);
    host.readRows(after, through, rows -> take(rows, after, through), fault -> fail());
  }

  private void fail() {
    List<Wanted<E>> all = take(each -> true);
    all.forEach(each -> each.finder.failed());
    startIfIdle();
  }

  private void take(List<Batch<E>> rows, long after, long through) {
    if (!areAll(rows, after, through)) {
      // What can't be looked at may hold what is looked for.
      fail();
      return;
    }
    for (Batch<E> row : rows.reversed()) {
      for (Recorded<E> recorded : row.recorded().reversed()) {
        look(row.sequence(), recorded.event());
      }
    }
    long first = after + 1;
    Instant since =
        rows.isEmpty() ? Instant.MIN : at.apply(rows.getFirst().recorded().getFirst().event());
    take(each -> first <= each.origin.soughtThrough() + 1 || since.isBefore(each.origin.madeAt()))
        .forEach(each -> each.finder.notFound());
    if (sought.isEmpty()) {
      startIfIdle();
    } else {
      read(first - 1);
    }
  }

  private static <E> boolean areAll(List<Batch<E>> rows, long after, long through) {
    long next = after;
    for (Batch<E> row : rows) {
      if (row.sequence() != ++next) {
        return false;
      }
    }
    return next == through;
  }

  /** Takes out of what is looked for what need not be any more. */
  private List<Wanted<E>> take(Predicate<Wanted<E>> over) {
    List<Wanted<E>> taken = new ArrayList<>();
    sought
        .values()
        .removeIf(
            alike -> {
              alike.stream().filter(over).forEach(taken::add);
              alike.removeIf(over);
              return alike.isEmpty();
            });
    return taken;
  }

  private void look(long row, E event) {
    String of = reservation.apply(event);
    List<Wanted<E>> alike = of == null ? null : sought.get(of);
    if (of == null || alike == null) {
      return;
    }
    List<Wanted<E>> found = alike.stream().filter(each -> row <= each.through).toList();
    alike.removeAll(found);
    if (alike.isEmpty()) {
      sought.remove(of);
    }
    found.forEach(each -> each.finder.found(event));
  }
}
