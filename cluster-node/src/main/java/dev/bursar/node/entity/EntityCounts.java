package dev.bursar.node.entity;

import dev.bursar.domain.identity.EntityId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** How many entities of each kind run on this node, as a metric. Thread-safe. */
public final class EntityCounts {

  private final Map<EntityId.Kind, AtomicInteger> running = new EnumMap<>(EntityId.Kind.class);

  public EntityCounts(MeterRegistry metrics) {
    for (EntityId.Kind kind : EntityId.Kind.values()) {
      AtomicInteger count = new AtomicInteger();
      running.put(kind, count);
      Gauge.builder("bursar.entities", count, AtomicInteger::get)
          .description("Entities that run on this node")
          .tag("kind", kind.name().toLowerCase(Locale.ROOT))
          .register(metrics);
    }
  }

  void started(EntityId.Kind kind) {
    of(kind).incrementAndGet();
  }

  void stopped(EntityId.Kind kind) {
    of(kind).decrementAndGet();
  }

  private AtomicInteger of(EntityId.Kind kind) {
    AtomicInteger count = running.get(kind);
    if (count == null) {
      throw new IllegalStateException("not counted: " + kind);
    }
    return count;
  }
}
