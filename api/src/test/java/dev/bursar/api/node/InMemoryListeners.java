package dev.bursar.api.node;

import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.ListenerHub;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The hub of one node, on a thread of its own. */
public final class InMemoryListeners implements Listeners, AutoCloseable {

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final ListenerHub hub;

  public InMemoryListeners(Duration within) {
    hub = new ListenerHub(within);
    thread.scheduleWithFixedDelay(() -> hub.tick(System.nanoTime()), 5, 5, TimeUnit.MILLISECONDS);
  }

  /** How many listen. */
  public int listening() {
    return CompletableFuture.supplyAsync(hub::listening, thread).join();
  }

  @Override
  public Listening listen(Listener who, @Nullable String org, Reader reader) {
    thread.execute(() -> hub.listen(who, org, reader));
    return () -> thread.execute(() -> hub.leave(who, reader));
  }

  @Override
  public CompletionStage<Map<Listener, Reached>> tell(
      Notice notice, Map<Listener, Duration> awaited) {
    CompletableFuture<Map<Listener, Reached>> told = new CompletableFuture<>();
    thread.execute(
        () -> {
          Map<Listener, Long> nanos = new HashMap<>();
          awaited.forEach((who, left) -> nanos.put(who, left.toNanos()));
          hub.tell(
              notice,
              nanos,
              System.nanoTime(),
              how -> {
                Map<Listener, Reached> all = new HashMap<>(how);
                awaited.keySet().forEach(who -> all.putIfAbsent(who, Reached.AWAY));
                told.completeAsync(() -> all);
              });
        });
    return told;
  }

  @Override
  public void acknowledge(Listener who, String notice) {
    thread.execute(() -> hub.acknowledge(who, notice));
  }

  /** Ends all streams. */
  @Override
  public void close() {
    thread.execute(hub::stop);
    thread.shutdown();
  }
}
