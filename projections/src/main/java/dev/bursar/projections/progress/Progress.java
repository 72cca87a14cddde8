package dev.bursar.projections.progress;

import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.journal.Unprojected;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** How far the read models are, and waiting for them. */
public final class Progress {

  /** Slices of a range, of which something is asked. */
  private record Part(RangeProgress range, SliceRange slices) {
    List<StoredPositions.Leg> legs(StoredPositions stored) {
      return stored.legs(range.range(), slices);
    }
  }

  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);
  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  /** Who looks for the last time tells best why it was in vain, if the database lets him look. */
  private static final Duration LAST_LOOK = Duration.ofMillis(500);

  // Qualified: xid alone would be the text that is selected, and every row would be sorted by it.
  static final String HEAD =
      """
      select j.xid::text::bigint, j.ordering from event_journal j
      order by j.xid desc, j.ordering desc limit 1
      """;

  private final ActorSystem<?> system;
  private final Jdbi jdbi;
  private final List<RangeProgress> ranges;
  private final InstantSource clock;
  private final Duration timeout;
  private final FreshWaits waits;
  private final Executor blocking;

  /**
   * @param ranges all ranges, whichever node projects them
   * @param timeout how long to wait for them to catch up
   * @param waits measures those who wait for an org's
   * @param blocking where blocking reads run
   */
  public Progress(
      ActorSystem<?> system,
      Jdbi jdbi,
      List<RangeProgress> ranges,
      InstantSource clock,
      Duration timeout,
      FreshWaits waits,
      Executor blocking) {
    this.system = system;
    this.jdbi = jdbi;
    this.ranges = List.copyOf(ranges);
    this.clock = clock;
    this.timeout = timeout;
    this.waits = waits;
    this.blocking = blocking;
  }

  /**
   * Done once everything that was committed to the journal before this call is projected; fails
   * with a {@link CatchUpTimeout} if that takes too long.
   */
  public CompletionStage<Void> caughtUp() {
    return caughtUp(all(), Deadline.after(timeout));
  }

  /** Done once that is so of the org; what stands still elsewhere is in nobody's way. */
  public CompletionStage<Void> caughtUp(String org) {
    return caughtUp(org, Deadline.after(timeout));
  }

  /** The same, by a deadline if that comes before the usual one. */
  public CompletionStage<Void> caughtUp(String org, Deadline deadline) {
    return waits.measured(
        () -> caughtUp(List.of(part(org)), Deadline.after(timeout).orEarlier(deadline)),
        done -> true);
  }

  private CompletionStage<Void> caughtUp(List<Part> parts, Deadline deadline) {
    return CompletableFuture.supplyAsync(
            () -> Outages.asking(() -> jdbi.withHandle(Progress::head)), blocking)
        .thenCompose(
            head ->
                head.equals(JournalPosition.START)
                    ? CompletableFuture.<Void>completedFuture(null)
                    : Polling.until(system, () -> left(parts, head, deadline)))
        .orTimeout(deadline.remaining().plus(LAST_LOOK).toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            fault -> {
              throw fault instanceof TimeoutException
                  ? new CatchUpTimeout(message(parts, List.of()))
                  : fault instanceof CompletionException known
                      ? known
                      : new CompletionException(fault);
            });
  }

  private List<Part> all() {
    return ranges.stream().map(range -> new Part(range, range.range())).toList();
  }

  private Part part(String org) {
    for (RangeProgress range : ranges) {
      if (range.range().contains(org)) {
        return new Part(range, SliceRange.of(org));
      }
    }
    throw new IllegalStateException("no range has the slice of " + org);
  }

  private static JournalPosition head(Handle handle) {
    return handle
        .createQuery(HEAD)
        .map((rs, context) -> new JournalPosition(rs.getLong(1), rs.getLong(2)))
        .findOne()
        .orElse(JournalPosition.START);
  }

  /** For how long to wait before the next look; empty once all of it is projected. */
  private CompletionStage<Optional<Duration>> left(
      List<Part> parts, JournalPosition head, Deadline deadline) {
    List<Part> missing =
        parts.stream().filter(part -> isRunning(part) && !isThrough(part, head)).toList();
    List<Part> unknown = parts.stream().filter(part -> !isRunning(part)).toList();
    if (missing.isEmpty() && unknown.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (deadline.hasPassed()) {
      return CompletableFuture.failedFuture(new CatchUpTimeout(message(missing, unknown)));
    }
    return missing.isEmpty()
        ? CompletableFuture.supplyAsync(
            () ->
                Outages.asking(() -> isStored(unknown, head))
                    ? Optional.empty()
                    : Optional.of(ASK_AGAIN),
            blocking)
        : CompletableFuture.completedFuture(Optional.of(LOOK_AGAIN));
  }

  private static boolean isRunning(Part part) {
    return part.range().isRunning();
  }

  private static boolean isThrough(Part part, JournalPosition head) {
    return part.range().isThrough(part.slices(), head.xid());
  }

  /** Whether nothing is left of these up to the head, as far as the database tells. */
  private boolean isStored(List<Part> parts, JournalPosition head) {
    return jdbi.withHandle(
        handle -> {
          StoredPositions stored = StoredPositions.of(handle);
          return parts.stream()
              .noneMatch(part -> Unprojected.exists(handle, part.legs(stored), head));
        });
  }

  private String message(List<Part> missing, List<Part> unknown) {
    StringBuilder message =
        new StringBuilder("The read models did not catch up within ").append(timeout).append('.');
    Stream.concat(missing.stream(), unknown.stream())
        .forEach(part -> message.append(message(part)));
    return message.toString();
  }

  private static String message(Part part) {
    RangeStatus status = part.range().status();
    StringBuilder message = new StringBuilder(message(status));
    status
        .standing()
        .subMap(part.slices().from(), part.slices().to() + 1)
        .forEach(
            (slice, reason) ->
                message.append(" Slice ").append(slice).append(" stands still: ").append(reason));
    return message.toString();
  }

  private static String message(RangeStatus status) {
    return switch (status.state()) {
      case ELSEWHERE -> " Slices %s are not projected here.".formatted(status.range());
      case RUNNING, HALTED ->
          " Slices %s are %s at %s%s"
              .formatted(
                  status.range(),
                  status.state(),
                  status.position(),
                  status.alarm() == null ? "." : ": " + status.alarm());
    };
  }

  /** How new what is read of an org is. */
  public Freshness of(String org) {
    return freshness(part(org));
  }

  /** How new what is read of all orgs is. */
  public Freshness ofAll() {
    Instant asOf = clock.instant();
    long lagMs = 0;
    for (Part part : all()) {
      Freshness one = freshness(part);
      asOf = one.asOf().isBefore(asOf) ? one.asOf() : asOf;
      lagMs = Math.max(lagMs, one.lagMs());
    }
    return new Freshness(asOf, lagMs);
  }

  /** As this node knows of what it projects itself, and else as the database tells. */
  private Freshness freshness(Part part) {
    return part.range().freshness(part.slices()).orElseGet(() -> stored(part));
  }

  private Freshness stored(Part part) {
    Instant now = clock.instant();
    return jdbi.withHandle(
        handle -> {
          StoredPositions stored = StoredPositions.of(handle);
          long lagMs = Unprojected.sinceMs(handle, part.legs(stored)).orElse(0);
          return new Freshness(now.minusMillis(lagMs), lagMs);
        });
  }

  /** Every range as it stands on this node. */
  public List<RangeStatus> status() {
    return ranges.stream().map(RangeProgress::status).toList();
  }
}
