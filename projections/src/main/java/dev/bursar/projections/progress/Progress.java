package dev.bursar.projections.progress;

import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.StoredPositions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** How far the read models are, and waiting for them. */
public final class Progress {

  /**
   * How new a read model is.
   *
   * @param asOf everything up to this time is shown, by the node's clock
   * @param lagMs how long ago that was known, in milliseconds of real time
   */
  public record Freshness(Instant asOf, long lagMs) {}

  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);
  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  // Qualified: xid alone would be the text that is selected, and every row would be sorted by it.
  static final String HEAD =
      """
      select j.xid::text::bigint, j.ordering from event_journal j
      order by j.xid desc, j.ordering desc limit 1
      """;

  private final ActorSystem<?> system;
  private final Jdbi jdbi;
  private final String projection;
  private final List<RangeProgress> ranges;
  private final InstantSource clock;
  private final Duration timeout;
  private final Executor blocking;

  /**
   * @param projection the name under which positions are stored
   * @param ranges all ranges, whichever node projects them
   * @param timeout how long to wait for them to catch up
   * @param blocking where blocking reads run
   */
  public Progress(
      ActorSystem<?> system,
      Jdbi jdbi,
      String projection,
      List<RangeProgress> ranges,
      InstantSource clock,
      Duration timeout,
      Executor blocking) {
    this.system = system;
    this.jdbi = jdbi;
    this.projection = projection;
    this.ranges = List.copyOf(ranges);
    this.clock = clock;
    this.timeout = timeout;
    this.blocking = blocking;
  }

  /**
   * Done once everything that was committed to the journal before this call is projected; fails
   * with a {@link CatchUpTimeout} if that takes too long.
   */
  public CompletionStage<Void> caughtUp() {
    long deadline = System.nanoTime() + timeout.toNanos();
    return CompletableFuture.supplyAsync(
            () -> Outages.asking(() -> jdbi.withHandle(Progress::head)), blocking)
        .thenCompose(head -> reached(head, deadline))
        .thenAccept(done -> {});
  }

  private static JournalPosition head(Handle handle) {
    return handle
        .createQuery(HEAD)
        .map((rs, context) -> new JournalPosition(rs.getLong(1), rs.getLong(2)))
        .findOne()
        .orElse(JournalPosition.START);
  }

  private CompletionStage<Done> reached(JournalPosition head, long deadline) {
    if (head.equals(JournalPosition.START)) {
      return CompletableFuture.completedFuture(Done.getInstance());
    }
    List<RangeProgress> missing =
        ranges.stream().filter(range -> range.isHere() && !range.isThrough(head.xid())).toList();
    List<RangeProgress> elsewhere = ranges.stream().filter(range -> !range.isHere()).toList();
    if (missing.isEmpty() && elsewhere.isEmpty()) {
      return CompletableFuture.completedFuture(Done.getInstance());
    }
    if (System.nanoTime() > deadline) {
      return CompletableFuture.failedFuture(new CatchUpTimeout(message(missing, elsewhere)));
    }
    if (missing.isEmpty()) {
      return CompletableFuture.supplyAsync(
              () -> Outages.asking(() -> projectedElsewhere(elsewhere, head)), blocking)
          .thenCompose(
              done ->
                  done
                      ? CompletableFuture.completedFuture(Done.getInstance())
                      : again(ASK_AGAIN, head, deadline));
    }
    return again(LOOK_AGAIN, head, deadline);
  }

  // Done and not null: Patterns.after never completes with null.
  private CompletionStage<Done> again(Duration wait, JournalPosition head, long deadline) {
    return Patterns.after(wait, system.classicSystem(), () -> reached(head, deadline));
  }

  /** Whether other nodes have left nothing up to the head, as far as the database tells. */
  private boolean projectedElsewhere(List<RangeProgress> elsewhere, JournalPosition head) {
    return jdbi.withHandle(
        handle -> {
          StoredPositions stored = StoredPositions.of(handle, projection);
          return elsewhere.stream()
              .noneMatch(range -> Unprojected.exists(handle, range.range(), stored, head));
        });
  }

  private String message(List<RangeProgress> missing, List<RangeProgress> elsewhere) {
    StringBuilder message =
        new StringBuilder("The read models did not catch up within ").append(timeout).append('.');
    for (RangeProgress range : missing) {
      RangeStatus status = range.status();
      message
          .append(
              " Slices %s are %s at %s".formatted(range.range(), status.state(), status.position()))
          .append(status.alarm() == null ? "." : ": " + status.alarm());
    }
    if (missing.isEmpty()) {
      elsewhere.forEach(
          range -> message.append(" Slices %s are not projected here.".formatted(range.range())));
    }
    return message.toString();
  }

  /** How new what is read of an org is. */
  public Freshness of(String org) {
    for (RangeProgress range : ranges) {
      if (range.range().contains(org)) {
        return freshness(range);
      }
    }
    throw new IllegalStateException("no range has the slice of " + org);
  }

  /** How new what is read of all orgs is. */
  public Freshness ofAll() {
    Instant asOf = clock.instant();
    long lagMs = 0;
    for (RangeProgress range : ranges) {
      Freshness one = freshness(range);
      asOf = one.asOf().isBefore(asOf) ? one.asOf() : asOf;
      lagMs = Math.max(lagMs, one.lagMs());
    }
    return new Freshness(asOf, lagMs);
  }

  private Freshness freshness(RangeProgress range) {
    if (!range.isHere()) {
      return elsewhere(range);
    }
    Instant upToDateAt = range.upToDateAt();
    return new Freshness(upToDateAt == null ? Instant.EPOCH : upToDateAt, range.lagMs());
  }

  /** Of a range that another node projects, or nobody: as the database tells. */
  private Freshness elsewhere(RangeProgress range) {
    Instant now = clock.instant();
    return jdbi.withHandle(
        handle -> {
          StoredPositions stored = StoredPositions.of(handle, projection);
          if (!Unprojected.exists(handle, range.range(), stored, head(handle))) {
            return new Freshness(now, 0);
          }
          long lagMs = Unprojected.sinceStoredMs(handle, projection, range.range());
          return new Freshness(now.minusMillis(lagMs), lagMs);
        });
  }

  /** Every range as it stands on this node. */
  public List<RangeStatus> status() {
    return ranges.stream().map(RangeProgress::status).toList();
  }
}
