package dev.bursar.projections.readmodel;

import dev.bursar.projections.due.DueTimes;
import dev.bursar.projections.journal.JournalBounds;
import dev.bursar.projections.journal.JournalPage;
import dev.bursar.projections.journal.JournalSource;
import dev.bursar.projections.journal.PageReader;
import dev.bursar.projections.progress.RangeProgress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.projection.HandlerRecoveryStrategy;
import org.apache.pekko.projection.Projection;
import org.apache.pekko.projection.ProjectionBehavior;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.jdbc.javadsl.JdbcProjection;
import org.jdbi.v3.core.Jdbi;

/**
 * The projection of a slice range to all read tables. A page, its effects and its position are one
 * transaction; a page is one envelope, so that nothing waits for a group to fill.
 */
public final class ReadModelProjection {

  /** What it is called by pekko-projection. */
  public static final String NAME = "read-models";

  private static final double BACKOFF_JITTER = 0.1;

  private final ActorSystem<?> system;
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final ReadModels models;
  private final JournalBounds bounds;
  private final Duration backoffMin;
  private final Duration backoffMax;
  private final Executor blocking;

  /**
   * @param models what to make of the journal
   * @param backoffMin the first wait after a failure
   * @param backoffMax the longest wait after a failure
   * @param blocking where blocking reads run
   */
  public ReadModelProjection(
      ActorSystem<?> system,
      Jdbi jdbi,
      InstantSource clock,
      ReadModels models,
      JournalBounds bounds,
      Duration backoffMin,
      Duration backoffMax,
      Executor blocking) {
    this.system = system;
    this.jdbi = jdbi;
    this.clock = clock;
    this.models = models;
    this.bounds = bounds;
    this.backoffMin = backoffMin;
    this.backoffMax = backoffMax;
    this.blocking = blocking;
  }

  /** The actor that projects a range, on one node at a time. */
  public Behavior<ProjectionBehavior.Command> of(RangeProgress progress, DueTimes dueTimes) {
    return Behaviors.intercept(
        () -> new Assignment<>(progress),
        ProjectionBehavior.create(projection(progress, dueTimes)));
  }

  private Projection<JournalPage> projection(RangeProgress progress, DueTimes dueTimes) {
    List<ReadModel> all = models.all();
    Supplier<PageReader> readers = () -> reader(progress, dueTimes);
    return JdbcProjection.exactlyOnce(
            ProjectionId.of(NAME, progress.range().toString()),
            new JournalSource(system, readers, bounds, blocking),
            () -> new ReadModelSession(jdbi),
            () -> new ReadModelHandler(progress.range(), all, dueTimes),
            system)
        .withRecoveryStrategy(HandlerRecoveryStrategy.fail())
        .withRestartBackoff(backoffMin, backoffMax, BACKOFF_JITTER)
        .withStatusObserver(new RangeObserver(progress));
  }

  private PageReader reader(RangeProgress progress, DueTimes dueTimes) {
    return new PageReader(
        jdbi, progress.range(), bounds, clock, progress, new RolledBack(models, dueTimes::another));
  }
}
