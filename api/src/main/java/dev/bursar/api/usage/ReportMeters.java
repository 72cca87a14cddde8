package dev.bursar.api.usage;

import dev.bursar.domain.usage.UsageReports.Accepted;
import dev.bursar.domain.usage.UsageReports.Busy;
import dev.bursar.domain.usage.UsageReports.Duplicate;
import dev.bursar.domain.usage.UsageReports.Rejected;
import dev.bursar.domain.usage.UsageReports.Result;
import dev.bursar.domain.usage.UsageReports.Unreachable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** How many reported events were accepted, were on record already, and were rejected. */
public final class ReportMeters {

  private final Counter accepted;
  private final Counter duplicates;
  private final Counter rejected;

  public ReportMeters(MeterRegistry registry) {
    accepted = reports(registry, "accepted");
    duplicates = reports(registry, "duplicate");
    rejected = reports(registry, "rejected");
  }

  private static Counter reports(MeterRegistry registry, String result) {
    return Counter.builder("bursar.reports")
        .description("Events that report usage which was not reserved")
        .tag("result", result)
        .register(registry);
  }

  /** Counts what became of one; what is to be sent again is counted then. */
  public void count(Result result) {
    switch (result) {
      case Accepted it -> accepted.increment();
      case Duplicate it -> duplicates.increment();
      case Rejected it -> rejected.increment();
      case Busy it -> {}
      case Unreachable it -> {}
    }
  }
}
