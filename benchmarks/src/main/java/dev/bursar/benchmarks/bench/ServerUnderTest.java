package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.function.IntPredicate;

/** A server that has been started for measuring, alone on the machine. */
abstract class ServerUnderTest implements AutoCloseable {

  private static final long POLL_MILLIS = 20;

  private final ChildProcess process;
  private final Endpoint endpoint;

  ServerUnderTest(ChildProcess process, Endpoint endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /** A port that nobody listens on just now. */
  static int freePort() throws BenchFailure {
    try {
      return Endpoint.freePort();
    } catch (IOException e) {
      throw new BenchFailure("no free port: " + e.getMessage(), e);
    }
  }

  Endpoint endpoint() {
    return endpoint;
  }

  ChildProcess process() {
    return process;
  }

  /** Makes the customers of a shape, before it is measured. */
  abstract void addCustomers(Shape shape, BenchProgress progress)
      throws BenchFailure, InterruptedException;

  /** Waits until {@code GET /health/ready} is answered with a status that will do. */
  void awaitReady(Duration most, IntPredicate ready) throws BenchFailure, InterruptedException {
    awaitReady(endpoint, process, most, ready);
  }

  /** The same of a process that listens there. */
  static void awaitReady(Endpoint endpoint, ChildProcess process, Duration most, IntPredicate ready)
      throws BenchFailure, InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    try (HttpConnection connection = new HttpConnection(endpoint, Duration.ofSeconds(5))) {
      while (!isReady(connection, ready)) {
        if (!process.isAlive()) {
          throw process.failure("did not start");
        }
        if (System.nanoTime() - deadline > 0) {
          throw process.failure("was not ready after " + most.toSeconds() + " s");
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private static boolean isReady(HttpConnection connection, IntPredicate ready) {
    try {
      return ready.test(connection.call(Request.get("/health/ready")).status());
    } catch (CallFailure e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
