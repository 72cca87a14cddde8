package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps that threads take, and their end. */
@Timeout(60)
final class ThreadsTest {

  private final Threads threads = new Threads(InstantSource.system());

  @Test
  void aStepThatIsUnderWayIsNotInterruptedByTheEnd() throws Exception {
    CompletableFuture<Thread> closing = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean isInterrupted = new AtomicBoolean();
    Host.Running running =
        threads.run(
            "steps",
            () -> {
              begun.countDown();
              Thread closer = closing.join();
              while (closer.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
              isInterrupted.set(Thread.currentThread().isInterrupted());
              return System.nanoTime();
            });
    begun.await();
    closing.complete(Thread.currentThread());
    running.close();
    assertThat(isInterrupted).isFalse();
  }

  @Test
  void whoWaitsForTheNextStepIsWokenByTheEnd() throws Exception {
    CompletableFuture<Thread> stepping = new CompletableFuture<>();
    Host.Running running =
        threads.run(
            "steps",
            () -> {
              stepping.complete(Thread.currentThread());
              return System.nanoTime() + 3_600_000_000_000L;
            });
    Thread thread = stepping.join();
    running.close();
    thread.join();
    assertThat(thread.isAlive()).isFalse();
  }
}
