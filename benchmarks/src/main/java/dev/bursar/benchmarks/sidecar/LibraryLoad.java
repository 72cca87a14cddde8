package dev.bursar.benchmarks.sidecar;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The library as an application calls it, by one thread, with what it decides known already. */
public final class LibraryLoad {

  private static final long NANOS_MAX = 10_000_000_000L;

  /** One decision out of so many is timed: reading the clock takes a part of it. */
  private static final int TIMED_EVERY = 16;

  /**
   * What came of it.
   *
   * @param rate decisions a second that were made at once
   * @param nanos how long one of those took
   * @param elsewhere how many were not decided at once, as when the file is behind
   */
  public record Result(double rate, Histogram nanos, long elsewhere) {}

  private LibraryLoad() {}

  /**
   * Decides for so many seconds.
   *
   * @param requests decided in turn; what is set aside is given back at once
   */
  public static Result run(Sidecar sidecar, List<ReserveRequest> requests, int seconds) {
    ReserveRequest[] all = requests.toArray(new ReserveRequest[0]);
    Histogram nanos = new Histogram(NANOS_MAX, 3);
    long elsewhere = 0;
    long begun = System.nanoTime();
    long end = begun + seconds * 1_000_000_000L;
    long done = 0;
    long now = begun;
    while (now - end < 0) {
      for (int i = 1; i < TIMED_EVERY; i++) {
        elsewhere += one(sidecar, all[(int) (done++ % all.length)]) ? 0 : 1;
      }
      long before = System.nanoTime();
      boolean atOnce = one(sidecar, all[(int) (done++ % all.length)]);
      now = System.nanoTime();
      if (atOnce) {
        nanos.recordValue(Math.min(now - before, NANOS_MAX));
      } else {
        elsewhere++;
      }
    }
    return new Result((done - elsewhere) * 1e9 / (now - begun), nanos, elsewhere);
  }

  private static boolean one(Sidecar sidecar, ReserveRequest request) {
    CompletableFuture<Decision> decided = sidecar.decide(request).toCompletableFuture();
    Decision decision = decided.isDone() ? decided.join() : null;
    if (!(decision instanceof Decision.Allowed allowed)) {
      return false;
    }
    @Nullable String reservation = allowed.reservation();
    if (reservation != null) {
      sidecar.end(reservation, null, null);
    }
    return true;
  }
}
