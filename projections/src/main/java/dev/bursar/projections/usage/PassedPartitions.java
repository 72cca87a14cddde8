package dev.bursar.projections.usage;

import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.usage.PartitionedTable.Partition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Drops the partitions of usage that have passed their retention. Any number of nodes may do so;
 * one at a time does. While the read models are behind, nothing that they may still need is
 * dropped: what has passed is reckoned from the time that they reflect.
 */
public final class PassedPartitions {

  private static final Logger LOG = LoggerFactory.getLogger(PassedPartitions.class);

  /** Any number that nothing else locks. */
  private static final long LOCK = 0x6275_7273_6172_0002L;

  /** Nobody who reads usage waits for longer than this, behind a drop that waits for a reader. */
  private static final String LOCK_TIMEOUT = "set local lock_timeout = '100ms'";

  /** When what somebody was reading is tried again. */
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final ActorSystem<?> system;
  private final Jdbi jdbi;
  private final Retention retention;
  private final Duration interval;
  private final InstantSource clock;
  private final Progress progress;
  private final Executor blocking;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile @Nullable Cancellable timer;
  private volatile @Nullable Cancellable again;

  /** After so long, that something is in the way is no matter of course. */
  private static final Duration ALARM = Duration.ofDays(1);

  /** Whether something that has passed is still there, since somebody was in the way. */
  private volatile boolean left;

  private volatile @Nullable Instant leftSince;

  /** Whether groups may be left of which no usage is kept. */
  private volatile boolean groupsLeft;

  /**
   * @param interval how often to look
   * @param progress how far the read models are
   * @param blocking where blocking reads and writes run
   */
  public PassedPartitions(
      ActorSystem<?> system,
      Jdbi jdbi,
      Retention retention,
      Duration interval,
      InstantSource clock,
      Progress progress,
      Executor blocking) {
    this.system = system;
    this.jdbi = jdbi;
    this.retention = retention;
    this.interval = interval;
    this.clock = clock;
    this.progress = progress;
    this.blocking = blocking;
  }

  /** Begins to look for what has passed, again and again. */
  public void start() {
    timer =
        system
            .scheduler()
            .scheduleWithFixedDelay(interval, interval, this::tick, system.executionContext());
  }

  /** Looks no more; what is under way ends by itself. */
  public void stop() {
    for (Cancellable scheduled : new Cancellable[] {timer, again}) {
      if (scheduled != null) {
        scheduled.cancel();
      }
    }
  }

  private void tick() {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    CompletableFuture.runAsync(this::drop, blocking)
        .whenComplete(
            (done, failure) -> {
              running.set(false);
              if (failure != null) {
                LOG.warn(
                    "Usage that has passed could not be dropped and is tried again: {}",
                    failure.toString());
              } else if (left && AGAIN.compareTo(interval) < 0) {
                again =
                    system.scheduler().scheduleOnce(AGAIN, this::tick, system.executionContext());
              }
            });
  }

  /**
   * Drops what has passed by now, and what is left over of it, and says what; blocks. What somebody
   * is reading is left for the next time.
   */
  public List<String> drop() {
    Instant asOf = progress.ofAll().asOf();
    Instant now = clock.instant().isBefore(asOf) ? clock.instant() : asOf;
    List<String> dropped = new ArrayList<>();
    left = false;
    for (PartitionedTable table : PartitionedTable.values()) {
      List<Partition> there = jdbi.withHandle(handle -> Partitions.existing(handle, table));
      for (Partition each : there) {
        if (!retention.hasPassed(each, now)) {
          continue;
        }
        Boolean done = unlessInTheWay(each.name(), () -> dropped(each));
        if (done == null) {
          // Whoever reads the table as a whole is in the way of its other partitions, too, and each
          // try makes others wait.
          break;
        }
        if (done) {
          dropped.add(each.name());
          LOG.info(
              "Usage that has passed was dropped: table={} from={} to={}",
              each.name(),
              each.start(),
              each.end());
        }
      }
    }
    groupsLeft |= !dropped.isEmpty();
    if (groupsLeft) {
      Integer removed =
          unlessInTheWay("usage_group", () -> UnusedGroups.remove(jdbi, LOCK_TIMEOUT));
      if (removed != null) {
        groupsLeft = false;
        LOG.info("Groups of which no usage is kept any more were removed: groups={}", removed);
      }
    }
    Instant since = leftSince;
    leftSince = !left ? null : since == null ? clock.instant() : since;
    return dropped;
  }

  /** What comes of it; null if somebody was in the way for longer than others may wait behind. */
  private <T> @Nullable T unlessInTheWay(String table, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      if (!Outages.tookTooLong(e)) {
        throw e;
      }
      left = true;
      Instant since = leftSince;
      boolean isLong = since != null && since.plus(ALARM).isBefore(clock.instant());
      LOG.atLevel(isLong ? Level.WARN : Level.INFO)
          .setMessage("usage that has passed is being read, and is dropped later")
          .addKeyValue("table", table)
          .addKeyValue("since", since == null ? "now" : since)
          .log();
      return null;
    }
  }

  private boolean dropped(Partition each) {
    return jdbi.inTransaction(
        handle -> {
          boolean alone =
              handle
                  .createQuery("select pg_try_advisory_xact_lock(:lock)")
                  .bind("lock", LOCK)
                  .mapTo(Boolean.class)
                  .one();
          if (!alone || !Partitions.existing(handle, each.of()).contains(each)) {
            return false;
          }
          handle.execute(LOCK_TIMEOUT);
          handle.execute("drop table " + each.name());
          return true;
        });
  }
}
