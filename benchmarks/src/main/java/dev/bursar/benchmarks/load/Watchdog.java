package dev.bursar.benchmarks.load;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One daemon thread that ends overdue calls by closing their sockets. Reads with a timeout of their
 * own would cost two more system calls each.
 */
final class Watchdog {

  private static final long PERIOD_NANOS = 100_000_000;
  private static final long EPOCH = System.nanoTime();
  private static final Set<HttpConnection> CONNECTIONS = ConcurrentHashMap.newKeySet();

  static {
    Thread.ofPlatform().daemon().name("load-watchdog").start(Watchdog::run);
  }

  private Watchdog() {}

  /** Nanoseconds on a clock that starts near 1, so that 0 and below can mean something else. */
  static long now() {
    return System.nanoTime() - EPOCH + 1;
  }

  static void watch(HttpConnection connection) {
    CONNECTIONS.add(connection);
  }

  static void forget(HttpConnection connection) {
    CONNECTIONS.remove(connection);
  }

  private static void run() {
    while (true) {
      LockSupport.parkNanos(PERIOD_NANOS);
      long now = now();
      for (HttpConnection connection : CONNECTIONS) {
        connection.expire(now);
      }
    }
  }
}
