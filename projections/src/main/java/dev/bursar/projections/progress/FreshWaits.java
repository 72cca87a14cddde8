package dev.bursar.projections.progress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What is measured of reads that wait until all that was acknowledged is in them: how many do, for
 * how long, and how many have waited in vain. Thread-safe.
 */
public final class FreshWaits {

  /** For what they wait. */
  public enum For {
    /** An org, which first hears of what ended before it started. */
    ORG("org"),
    /** The projection of what is in the journal. */
    READ_MODELS("read_models");

    private final String word;

    For(String word) {
      this.word = word;
    }
  }

  private final AtomicInteger waiting = new AtomicInteger();
  private final Timer fresh;
  private final Timer behind;

  public FreshWaits(MeterRegistry metrics, For what) {
    Gauge.builder("bursar.fresh.waiting", waiting, AtomicInteger::get)
        .description("Reads that wait until all that was acknowledged is in them")
        .tag("for", what.word)
        .register(metrics);
    fresh = timer(metrics, what, "fresh");
    behind = timer(metrics, what, "behind");
  }

  private static Timer timer(MeterRegistry metrics, For what, String result) {
    return Timer.builder("bursar.fresh.wait")
        .description(
            "How long reads waited until all that was acknowledged was in them, or gave up")
        .tag("for", what.word)
        .tag("result", result)
        .serviceLevelObjectives(
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5))
        .register(metrics);
  }

  /**
   * Waits.
   *
   * @param isFresh whether what it came to is what was waited for; a failure is not
   */
  public <T> CompletionStage<T> measured(
      Supplier<? extends CompletionStage<T>> wait, Predicate<T> isFresh) {
    long since = System.nanoTime();
    waiting.incrementAndGet();
    return begun(wait)
        .whenComplete(
            (done, fault) -> {
              waiting.decrementAndGet();
              Timer timer = fault == null && isFresh.test(done) ? fresh : behind;
              timer.record(System.nanoTime() - since, TimeUnit.NANOSECONDS);
            });
  }

  private static <T> CompletionStage<T> begun(Supplier<? extends CompletionStage<T>> wait) {
    try {
      return wait.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
