package dev.bursar.projections.due;

import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.ReadModelsBehind;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.progress.Polling;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the entities that have something to do by themselves: wallets with grants to start or to
 * end and holds to release, orgs that have not told their wallet what their plan grants. Any number
 * of nodes may do so at once; who is woken for nothing does nothing.
 */
public final class DueWork {

  private static final Logger LOG = LoggerFactory.getLogger(DueWork.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  /**
   * How due work is done.
   *
   * @param interval how often to look for it
   * @param pageMax entities woken together
   * @param stuckAfter how long {@link #runUntilQuiet} waits while nothing gets done
   */
  public record Pace(Duration interval, int pageMax, Duration stuckAfter) {}

  private final ActorSystem<?> system;
  private final DueTable table;
  private final Entities entities;
  private final InstantSource clock;
  private final Pace pace;
  private final Executor blocking;
  private final Counter woken;
  private final Counter unanswered;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile @Nullable Cancellable timer;

  /**
   * @param blocking where blocking reads and writes run
   */
  public DueWork(
      ActorSystem<?> system,
      Jdbi jdbi,
      Entities entities,
      InstantSource clock,
      Pace pace,
      MeterRegistry metrics,
      Executor blocking) {
    this.system = system;
    this.table = new DueTable(jdbi);
    this.entities = entities;
    this.clock = clock;
    this.pace = pace;
    this.blocking = blocking;
    this.woken = metrics.counter("bursar.due_work.woken");
    this.unanswered = metrics.counter("bursar.due_work.unanswered");
  }

  /** Begins to look for due work, again and again. */
  public void start() {
    timer =
        system
            .scheduler()
            .scheduleWithFixedDelay(
                pace.interval(), pace.interval(), this::tick, system.executionContext());
  }

  /** Looks no more; what is under way ends by itself. */
  public void stop() {
    Cancellable scheduled = timer;
    if (scheduled != null) {
      scheduled.cancel();
    }
  }

  private void tick() {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    run(clock.instant(), null, 0)
        .whenComplete(
            (done, failure) -> {
              running.set(false);
              if (failure != null) {
                LOG.warn("Due work could not be done and is tried again: {}", failure.toString());
              }
            });
  }

  /**
   * Wakes them until none has anything to do by this time, for clocks that are moved. Done then;
   * fails if for some time nothing gets done.
   */
  public CompletionStage<Void> runUntilQuiet(Instant now) {
    AtomicLong lastDoneNanos = new AtomicLong(System.nanoTime());
    AtomicReference<List<DueTable.Due>> first = new AtomicReference<>(List.of());
    return Polling.until(system, () -> left(now, lastDoneNanos, first));
  }

  /**
   * For how long to wait before the next run; empty if there is none to come. One that has much to
   * do answers late, but its rows come, and what the table says of it changes with each.
   *
   * @param first what was due first after the last run
   */
  private CompletionStage<Optional<Duration>> left(
      Instant now, AtomicLong lastDoneNanos, AtomicReference<List<DueTable.Due>> first) {
    return run(now, null, 0)
        .thenApplyAsync(
            done -> {
              List<DueTable.Due> left = table.page(now, null, 1);
              if (left.isEmpty()) {
                return Optional.empty();
              }
              long nanos = System.nanoTime();
              if (done > 0 || !left.equals(first.getAndSet(left))) {
                lastDoneNanos.set(nanos);
              } else if (nanos - lastDoneNanos.get() > pace.stuckAfter().toNanos()) {
                throw new IllegalStateException(
                    "Due work stands still: for %s nothing could be woken."
                        .formatted(pace.stuckAfter()));
              }
              return Optional.of(LOOK_AGAIN);
            },
            blocking);
  }

  /** Once through all that is due; how many have nothing more to do by this time. */
  private CompletionStage<Integer> run(Instant now, DueTable.@Nullable Due after, int before) {
    return CompletableFuture.supplyAsync(() -> table.page(now, after, pace.pageMax()), blocking)
        .thenCompose(
            page -> {
              if (page.isEmpty()) {
                return CompletableFuture.completedFuture(before);
              }
              return wake(page, now)
                  .thenCompose(
                      done ->
                          page.size() < pace.pageMax()
                              ? CompletableFuture.completedFuture(before + done)
                              : run(now, page.getLast(), before + done));
            });
  }

  private CompletionStage<Integer> wake(List<DueTable.Due> page, Instant now) {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>(page.size());
    for (DueTable.Due due : page) {
      answers.add(wake(due, now).toCompletableFuture());
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(all -> (int) answers.stream().filter(CompletableFuture::join).count());
  }

  private CompletionStage<Boolean> wake(DueTable.Due due, Instant now) {
    return wake(EntityId.parse(due.entity()))
        .thenApplyAsync(answer -> moved(due, answer, now), blocking)
        .exceptionally(
            failure -> {
              LOG.warn("An entity could not be woken: {}, {}", due.entity(), failure.toString());
              unanswered.increment();
              return false;
            });
  }

  /**
   * Wakes the wallets of an org that may have something to do before a time, or by now if that is
   * sooner; each once, since what that leaves to be done is dated later. How many were woken; fails
   * with {@link ReadModelsBehind} if one can't be, or not by the deadline.
   */
  CompletionStage<Integer> doneBefore(String org, Instant end, Deadline deadline) {
    Instant now = clock.instant();
    return doneBefore(org, end.isBefore(now) ? end : now, deadline, null, 0);
  }

  private CompletionStage<Integer> doneBefore(
      String org, Instant end, Deadline deadline, DueTable.@Nullable Due after, int before) {
    if (deadline.hasPassed()) {
      return CompletableFuture.failedFuture(
          new ReadModelsBehind("Too much has fallen due in %s to be done in time.".formatted(org)));
    }
    return CompletableFuture.supplyAsync(
            () -> Outages.asking(() -> table.ofOrg(org, end, after, pace.pageMax())), blocking)
        .thenCompose(
            page -> {
              CompletableFuture<?>[] woken =
                  page.stream().map(due -> wokenOnce(due, end)).toArray(CompletableFuture[]::new);
              return CompletableFuture.allOf(woken)
                  .thenCompose(
                      all ->
                          page.size() < pace.pageMax()
                              ? CompletableFuture.completedFuture(before + page.size())
                              : doneBefore(
                                  org, end, deadline, page.getLast(), before + page.size()));
            });
  }

  private CompletableFuture<?> wokenOnce(DueTable.Due due, Instant end) {
    EntityId id = EntityId.parse(due.entity());
    return wake(id)
        .thenAcceptAsync(
            answer -> {
              moved(due, answer, end);
              if (!isDone(answer, end)) {
                throw new ReadModelsBehind(
                    "The wallet %s of %s could not do what has fallen due."
                        .formatted(id.name(), id.org()));
              }
            },
            blocking)
        .toCompletableFuture();
  }

  /** When an entity has something to do again; null if it never has. */
  private record Woken(@Nullable Instant nextDue) {}

  /** Empty if it did not answer. */
  private CompletionStage<Optional<Woken>> wake(EntityId id) {
    return id.kind() == EntityId.Kind.ORG
        ? entities
            .org(id.org(), new Request<>(new OrgCommand.Wake(), null))
            .thenApply(
                answer ->
                    answer instanceof Answer.Done<OrgReply> done
                            && done.value() instanceof OrgReply.Woken it
                        ? Optional.of(new Woken(it.nextDue()))
                        : Optional.empty())
        : entities
            .wallet(id.org(), id.name(), new Request<>(new WalletCommand.Wake(), null))
            .thenApply(
                answer ->
                    answer instanceof Answer.Done<WalletReply> done
                            && done.value() instanceof WalletReply.Woken it
                        ? Optional.of(new Woken(it.nextDue()))
                        : Optional.empty());
  }

  /** Whether nothing is left to do before a time; one whose clock is behind does it later. */
  private static boolean isDone(Optional<Woken> answer, Instant end) {
    Instant next = answer.map(Woken::nextDue).orElse(null);
    return answer.isPresent() && (next == null || !next.isBefore(end));
  }

  private boolean moved(DueTable.Due due, Optional<Woken> answer, Instant now) {
    if (answer.isPresent()) {
      woken.increment();
      Instant next = answer.get().nextDue();
      // One whose clock is behind has not done it yet, and is woken again.
      return (next == null || next.isAfter(now)) && table.move(due, next);
    }
    unanswered.increment();
    return false;
  }
}
