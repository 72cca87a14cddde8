package dev.bursar.sidecar;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Whatever runs a sidecar: its clocks, and who does what is to be done later. In a process these
 * are threads; a simulation has one, and time of its own.
 */
public interface Host {

  /** The time on a clock that only runs forward, in nanoseconds. */
  long nanos();

  /** The time by the wall. */
  Instant now();

  /** What makes a life's names differ from those of all others. */
  String newLife();

  /** Does something soon, where the caller holds nothing. */
  void soon(Runnable what);

  /** Done after so long. */
  CompletableFuture<Void> after(long nanos);

  /** Completes something after so long, if nobody has by then. */
  void completeAfter(CompletableFuture<Void> what, long nanos);

  /** Begins to take steps, one at a time. */
  Running run(String name, Steps steps);

  /** Something that goes on until it is closed. */
  interface Steps {

    /**
     * Does what is due.
     *
     * @return when the next is due, on the clock that only runs forward
     * @throws IOException if something could not be done; it is tried again after a while
     */
    long step() throws IOException;
  }

  /** Steps that are being taken. */
  interface Running extends AutoCloseable {

    /** The next step is due now. */
    void wake();

    /** No step is begun any more. */
    @Override
    void close();
  }
}
