package dev.bursar.domain.lease;

import dev.bursar.domain.lease.Listeners.End;
import dev.bursar.domain.lease.Listeners.Reached;
import dev.bursar.domain.lease.Listeners.Reader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who listens at one node, and what has yet to be acknowledged. Mutable, owned by one thread at a
 * time; it is told the time, on a clock that only runs forward, in nanoseconds.
 */
public final class ListenerHub {

  private record Ear(@Nullable String org, Reader reader) {}

  /** One notice, and how far it has come. */
  private static final class Telling {
    final Map<Listener, Wait> waits = new HashMap<>();
    final Map<Listener, Reached> reached = new HashMap<>();
    final Consumer<Map<Listener, Reached>> done;

    Telling(Consumer<Map<Listener, Reached>> done) {
      this.done = done;
    }

    void ended(Listener who, Reached how) {
      if (waits.remove(who) != null) {
        reached.put(who, how);
      }
    }
  }

  /**
   * @param silentAt when it has taken too long
   * @param overAt when the last lease is over; later than that for no lease
   */
  private record Wait(long silentAt, long overAt) {
    long until() {
      return Math.min(silentAt, overAt);
    }
  }

  private final long within;
  private final Map<Listener, Ear> ears = new HashMap<>();
  private final Map<String, Telling> tellings = new HashMap<>();

  /**
   * @param within how long a notice may go without being acknowledged before who does not is cut
   *     off
   */
  public ListenerHub(Duration within) {
    this.within = within.toNanos();
  }

  /** How many listen. */
  public int listening() {
    return ears.size();
  }

  /** Somebody listens, in the place of whoever did by its name. */
  public void listen(Listener who, @Nullable String org, Reader reader) {
    end(who, End.REPLACED, Reached.AWAY);
    ears.put(who, new Ear(org, reader));
    reader.begun();
  }

  /** This reader of somebody is gone; nothing happens if another has taken its place. */
  public void leave(Listener who, Reader reader) {
    Ear ear = ears.get(who);
    if (ear != null && ear.reader == reader) {
      ears.remove(who);
      ended(who, Reached.AWAY);
    }
  }

  /** Somebody listens elsewhere from now on. */
  public void replaced(Listener who) {
    end(who, End.REPLACED, Reached.AWAY);
  }

  /** The node stops: nobody is told anything any more. */
  public void stop() {
    for (Listener who : List.copyOf(ears.keySet())) {
      end(who, End.STOPPED, Reached.AWAY);
    }
  }

  /**
   * Tells a notice to all whom it concerns.
   *
   * @param awaited whom to wait for, in nanoseconds until their last lease ends
   * @param done told how far it came to those who listen here and are waited for; at once if there
   *     are none
   */
  public void tell(
      Notice notice, Map<Listener, Long> awaited, long now, Consumer<Map<Listener, Reached>> done) {
    Telling telling = new Telling(done);
    for (Map.Entry<Listener, Ear> each : List.copyOf(ears.entrySet())) {
      Listener who = each.getKey();
      Ear ear = each.getValue();
      Long left = awaited.get(who);
      boolean waited = left != null || notice.org() == null;
      if (!notice.concerns(ear.org) || (notice.kind() == Notice.Kind.REVOKE && left == null)) {
        continue;
      }
      if (waited) {
        telling.waits.put(
            who, new Wait(now + within, left == null ? now + 2 * within : now + left));
      }
      if (!ear.reader.take(notice, waited)) {
        telling.ended(who, Reached.AWAY);
        end(who, End.SLOW, Reached.AWAY);
      }
    }
    tellings.put(notice.id(), telling);
    settle();
  }

  /** Somebody has taken a notice in. */
  public void acknowledge(Listener who, String notice) {
    Telling telling = tellings.get(notice);
    if (telling != null) {
      telling.ended(who, Reached.ACKNOWLEDGED);
      settle();
    }
  }

  /** Gives up on those who take too long, and no longer waits for those whose leases are over. */
  public void tick(long now) {
    for (Telling telling : List.copyOf(tellings.values())) {
      for (Map.Entry<Listener, Wait> each : List.copyOf(telling.waits.entrySet())) {
        if (each.getValue().overAt - now <= 0) {
          telling.ended(each.getKey(), Reached.OVER);
        } else if (each.getValue().silentAt - now <= 0) {
          end(each.getKey(), End.SILENT, Reached.SILENT);
        }
      }
    }
    settle();
  }

  /** In how many nanoseconds {@link #tick} has something to do; below 0 for nothing to come. */
  public long dueIn(long now) {
    long least = Long.MAX_VALUE;
    for (Telling telling : tellings.values()) {
      for (Wait wait : telling.waits.values()) {
        least = Math.min(least, Math.max(0, wait.until() - now));
      }
    }
    return least == Long.MAX_VALUE ? -1 : least;
  }

  private void end(Listener who, End why, Reached how) {
    Ear ear = ears.remove(who);
    if (ear != null) {
      ear.reader.ended(why);
      ended(who, how);
    }
  }

  private void ended(Listener who, Reached how) {
    tellings.values().forEach(telling -> telling.ended(who, how));
    settle();
  }

  /** Whoever waits for nobody any more is told. */
  private void settle() {
    for (Iterator<Telling> it = tellings.values().iterator(); it.hasNext(); ) {
      Telling telling = it.next();
      if (telling.waits.isEmpty()) {
        it.remove();
        telling.done.accept(Map.copyOf(telling.reached));
      }
    }
  }
}
