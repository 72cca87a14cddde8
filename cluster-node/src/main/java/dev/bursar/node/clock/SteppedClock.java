package dev.bursar.node.clock;

import dev.bursar.domain.time.TestClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The test clock of a node: moving it does what fell due on the way, before and after which the
 * read models are brought up to date.
 */
public final class SteppedClock implements TestClock {

  private final NodeClock clock;
  private final Supplier<CompletionStage<Void>> caughtUp;
  private final Function<Instant, CompletionStage<Void>> dueWork;

  /**
   * @param clock a clock that stands
   * @param caughtUp done once the read models show all that is in the journal
   * @param dueWork does all that is due by a time
   */
  public SteppedClock(
      NodeClock clock,
      Supplier<CompletionStage<Void>> caughtUp,
      Function<Instant, CompletionStage<Void>> dueWork) {
    this.clock = clock;
    this.caughtUp = caughtUp;
    this.dueWork = dueWork;
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public CompletionStage<Instant> moveTo(Instant now) {
    Instant to = now.truncatedTo(ChronoUnit.MICROS);
    clock.moveTo(to);
    return caughtUp
        .get()
        .thenCompose(done -> dueWork.apply(to))
        .thenCompose(done -> caughtUp.get())
        .thenApply(done -> to);
  }
}
