package dev.bursar.api.enforcement;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** How many requests were allowed and denied, and what stood in their way. */
final class DecisionMeters {

  private final Counter allowed;
  private final Counter denied;
  private final Map<DenialCode, Counter> reasons = new EnumMap<>(DenialCode.class);

  DecisionMeters(MeterRegistry registry) {
    allowed = decisions(registry, "allow");
    denied = decisions(registry, "deny");
    for (DenialCode code : DenialCode.values()) {
      reasons.put(
          code,
          Counter.builder("bursar.denials")
              .description("What stood in the way of denied reservations")
              .tag("code", code.word())
              .register(registry));
    }
  }

  private static Counter decisions(MeterRegistry registry, String decision) {
    return Counter.builder("bursar.decisions")
        .description("Reservations decided, dry runs and repetitions not counted")
        .tag("decision", decision)
        .register(registry);
  }

  void count(Decided decided) {
    switch (decided) {
      case Decided.Allowed it -> allowed.increment();
      case Decided.Denied it -> {
        denied.increment();
        for (Denial denial : it.denials()) {
          Counter reason = reasons.get(denial.code());
          if (reason != null) {
            reason.increment();
          }
        }
      }
    }
  }
}
