package dev.bursar.entities;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.operation.Origin;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what an entity has forgotten in the entity's own journal: the last that it had done for
 * a reservation, from the newest row that it may stand in back to the oldest, some rows at a time.
 * One page is read at a time, and serves all that is looked for there; a page for each in turn, so
 * that nobody waits for who looks further back. Owned by one entity.
 *
 * <p>Whoever asks lets it read so many pages and no more. How far it came is kept: asked again, it
 * goes on from there.
 *
 * @param <E> what happens to the entity
 */
final class JournalSearch<E> {

  private static final Logger LOG = LoggerFactory.getLogger(JournalSearch.class);

  /** Rows that are read at once: at first, and at most. Most of what is sought is near. */
  private static final int PAGE_FIRST = 32;

  private static final int PAGE_MAX = 256;

  /** Pages that are read for one who asks. */
  static final int PAGES_MAX = 32;

  /** Of how many reservations it is kept how far they were looked for. */
  private static final int KEPT_MAX = 1_000;

  /** Hears what was found. */
  interface Finder<E> {

    /** This was the last. */
    void found(E event);

    /** Nothing was done. */
    void notFound();

    /** The journal could not be read, or not as far yet, or too much is looked for. */
    void failed();
  }

  private static final class Asked<E> {
    private final Origin origin;
    private final Finder<E> finder;
    private int pagesLeft = PAGES_MAX;

    Asked(Origin origin, Finder<E> finder) {
      this.origin = origin;
      this.finder = finder;
    }
  }

  /** Rows that a reservation is in none of: those after one number, up to another. */
  private record Stretch(long after, long through, Instant since) {}

  /** A reservation that is, or was, looked for. */
  private static final class Sought<E> {
    private final String reservation;
    private final List<Asked<E>> asked = new ArrayList<>(1);

    /** It is not in the rows that were read: since when they are, and of which numbers. */
    private Stretch read;

    /** The same of rows that were read before others came after them. */
    private @Nullable Stretch before;

    private int page = PAGE_FIRST;

    Sought(String reservation, long through) {
      this.reservation = reservation;
      this.read = new Stretch(through, through, Instant.MAX);
    }

    /** It may be in later rows, too. */
    void raise(long through) {
      if (through > read.through) {
        before = read.after < read.through && before == null ? read : before;
        read = new Stretch(through, through, Instant.MAX);
        page = PAGE_FIRST;
      }
    }

    /** It is in none of these rows. */
    void isNotIn(long after, long through, Instant since) {
      if (read.after > after && read.after <= through) {
        read = new Stretch(after, Math.max(read.through, through), since);
        if (before != null && read.after <= before.through) {
          Stretch further = before.after < read.after ? before : read;
          read = new Stretch(further.after, read.through, further.since);
          before = null;
        }
      }
    }

    /** Whether nothing of this origin can be in what was not read. */
    boolean isOver(Origin origin) {
      return read.after <= origin.soughtThrough() || read.since.isBefore(origin.since());
    }

    /** The row before those that are to be read next. */
    long next() {
      long end = asked.stream().mapToLong(each -> each.origin.soughtThrough()).min().orElse(0);
      long known = before == null ? 0 : before.through;
      return Math.max(Math.max(end, known), read.after - page);
    }
  }

  private final Host<?, E> host;
  private final Function<E, @Nullable String> reservation;
  private final Function<E, Instant> at;
  private final int waitingMax;

  /** By reservation, the oldest question first. */
  private final LinkedHashMap<String, Sought<E>> all = new LinkedHashMap<>();

  /** Those that somebody waits for, each in its turn. */
  private final ArrayDeque<Sought<E>> turns = new ArrayDeque<>();

  /** What is to be told, once nothing is being changed here. */
  private final ArrayDeque<Runnable> toTell = new ArrayDeque<>();

  private int waiting;
  private boolean isReading;
  private boolean isTelling;

  /**
   * @param reservation of which reservation an event is what the entity remembers; null for others
   * @param at when an event happened
   * @param waitingMax how many may wait for what they look for
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
    if (waiting >= waitingMax) {
      finder.failed();
      return;
    }
    Sought<E> known = all.remove(of);
    Sought<E> sought = known == null ? new Sought<>(of, through) : known;
    all.put(of, sought);
    sought.raise(through);
    if (sought.asked.isEmpty()) {
      turns.add(sought);
    }
    sought.asked.add(new Asked<>(origin, finder));
    waiting++;
    forgetTheOldest();
    tellWhoNeedsNoMore(sought, asked -> {});
    goOn();
  }

  private void forgetTheOldest() {
    Iterator<Sought<E>> oldest = all.values().iterator();
    while (all.size() > KEPT_MAX && oldest.hasNext()) {
      if (oldest.next().asked.isEmpty()) {
        oldest.remove();
      }
    }
  }

  /** Tells what is to be told, which may lead to further questions; then the next page is read. */
  private void goOn() {
    if (isTelling) {
      return;
    }
    isTelling = true;
    while (!toTell.isEmpty()) {
      toTell.remove().run();
    }
    isTelling = false;
    if (!isReading && !turns.isEmpty()) {
      Sought<E> next = turns.remove();
      turns.add(next);
      read(next);
    }
  }

  private void read(Sought<E> sought) {
    long after = sought.next();
    long through = sought.read.after;
    sought.page = Math.min(PAGE_MAX, 2 * sought.page);
    isReading = true;
    host.readRows(after, through, rows -> take(rows, after, through), fault -> fail());
  }

  private void fail() {
    isReading = false;
    for (Sought<E> each : List.copyOf(turns)) {
      tell(each, each.asked, Finder::failed);
    }
    goOn();
  }

  private void take(List<Batch<E>> rows, long after, long through) {
    if (!areAll(rows, after, through)) {
      // What can't be looked at may hold what is looked for.
      fail();
      return;
    }
    isReading = false;
    Map<String, E> last = new HashMap<>();
    for (Batch<E> row : rows) {
      for (Recorded<E> recorded : row.recorded()) {
        String of = reservation.apply(recorded.event());
        if (of != null) {
          last.put(of, recorded.event());
        }
      }
    }
    Instant since = at.apply(rows.getFirst().recorded().getFirst().event());
    for (Sought<E> each : List.copyOf(turns)) {
      if (each.read.after > after && each.read.after <= through) {
        E event = last.get(each.reservation);
        if (event == null) {
          each.isNotIn(after, through, since);
          tellWhoNeedsNoMore(each, asked -> asked.pagesLeft--);
        } else {
          all.remove(each.reservation);
          tell(each, each.asked, finder -> finder.found(event));
        }
      }
    }
    goOn();
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

  private void tellWhoNeedsNoMore(Sought<E> sought, Consumer<Asked<E>> each) {
    sought.asked.forEach(each);
    tell(
        sought,
        sought.asked.stream().filter(a -> sought.isOver(a.origin)).toList(),
        Finder::notFound);
    List<Asked<E>> tired = sought.asked.stream().filter(a -> a.pagesLeft <= 0).toList();
    if (!tired.isEmpty()) {
      LOG.info(
          "a reservation is looked for far back in the journal: {}, so far to row {}",
          sought.reservation,
          sought.read.after);
      tell(sought, tired, Finder::failed);
    }
  }

  private void tell(Sought<E> sought, List<Asked<E>> whom, Consumer<Finder<E>> what) {
    List<Asked<E>> told = List.copyOf(whom);
    told.forEach(each -> toTell.add(() -> what.accept(each.finder)));
    sought.asked.removeAll(told);
    waiting -= told.size();
    if (sought.asked.isEmpty()) {
      turns.remove(sought);
    }
  }
}
