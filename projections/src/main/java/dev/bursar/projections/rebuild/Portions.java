package dev.bursar.projections.rebuild;

import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.readmodel.ReadModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/** All slices, in portions that are projected at the same time. Used by one thread. */
final class Portions implements AutoCloseable {

  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("rebuild-", 0).factory());
  private final List<Portion> portions = new ArrayList<>();

  private static final long TICK_MS = 200;

  private final Runnable tick;

  /**
   * @param models makes a new set of the models to rebuild
   * @param tick is run again and again by whoever waits for the portions
   */
  Portions(
      RebuildSettings settings,
      Supplier<List<ReadModel>> models,
      Jdbi jdbi,
      Counted counted,
      Runnable tick) {
    this.tick = tick;
    try {
      for (SliceRange range : SliceRange.divide(settings.portions())) {
        portions.add(new Portion(range, models.get(), settings, jdbi, threads, counted));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Projects on, exactly up to where the live tables are.
   *
   * @return whether it was reached; false if {@code goOn} said no before
   */
  boolean advance(StoredPositions live, BooleanSupplier goOn) {
    AtomicBoolean failed = new AtomicBoolean();
    BooleanSupplier eachGoesOn = () -> !failed.get() && goOn.getAsBoolean();
    List<CompletableFuture<Boolean>> all =
        portions.stream()
            .map(
                portion ->
                    CompletableFuture.supplyAsync(() -> portion.advance(live, eachGoesOn), threads)
                        .whenComplete(
                            (done, failure) -> failed.compareAndSet(false, failure != null)))
            .toList();
    // All of them end before this does, also if one fails.
    CompletableFuture<Void> end = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    try {
      while (!endsSoon(end)) {
        tick.run();
      }
      end.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    return all.stream().allMatch(CompletableFuture::join);
  }

  private static boolean endsSoon(CompletableFuture<Void> end) {
    try {
      end.get(TICK_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      throw new RebuildFailure("The rebuild was interrupted. Nothing was replaced.", e);
    }
  }

  @Override
  public void close() {
    portions.forEach(Portion::close);
    threads.shutdown();
  }
}
