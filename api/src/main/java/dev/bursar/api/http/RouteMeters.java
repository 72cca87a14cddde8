package dev.bursar.api.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** How long one route's requests took, by status. */
final class RouteMeters {

  private static final int STATUS_MAX = 600;

  private final MeterRegistry registry;
  private final String method;
  private final String path;
  private final AtomicReferenceArray<Timer> byStatus = new AtomicReferenceArray<>(STATUS_MAX);

  RouteMeters(MeterRegistry registry, String method, String path) {
    this.registry = registry;
    this.method = method;
    this.path = path;
  }

  /** The route, for logs. */
  String route() {
    return method + " " + path;
  }

  void record(int status, long nanos) {
    Timer timer = byStatus.get(status);
    if (timer == null) {
      timer = timer(status);
      byStatus.set(status, timer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(int status) {
    return Timer.builder("bursar.http.requests")
        .description("Requests by route and status, from the head's arrival to the answer")
        .tag("method", method)
        .tag("route", path)
        .tag("status", Integer.toString(status))
        .serviceLevelObjectives(
            Duration.ofMillis(1),
            Duration.ofMillis(5),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(2))
        .register(registry);
  }
}
