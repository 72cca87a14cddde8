package dev.bursar.api.node;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.OperationMemory;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** An entity and its journal, in memory. */
final class Cell<C, E, R> {

  private final Entity<C, E, R> entity;
  private final Consumer<E> onEvent;
  private final List<Batch<E>> journal = new ArrayList<>();

  Cell(Aggregate<C, E, R> aggregate, OperationMemory memory, Consumer<E> onEvent) {
    this.entity = new Entity<>(aggregate, memory);
    this.onEvent = onEvent;
  }

  /** Decides one request, and tells of every event. */
  Answer<R> ask(Request<C> request, Instant now) {
    Entity.Decided<E, R> decided = entity.decide(List.of(request), now);
    Batch<E> batch = decided.batch();
    if (batch != null) {
      journal.add(batch);
      entity.sealed(ByteBuffer.allocate(32).putLong(batch.sequence()).array());
    }
    Answer<R> answer =
        switch (decided.outcomes().getFirst()) {
          case Outcome.Replied<R> replied -> new Answer.Done<>(replied.reply(), replied.replayed());
          case Outcome.Stored<R> stored ->
              new Answer.Done<>(
                  entity
                      .aggregate()
                      .reply(
                          journal
                              .get((int) stored.place().sequence() - 1)
                              .recorded()
                              .get(stored.place().index())
                              .event()),
                  stored.replayed());
          case Outcome.Unchanged<R> it -> new Answer.Done<>(it.reply(), false);
          case Outcome.Forgotten<R> forgotten -> throw new IllegalStateException("forgotten");
          case Outcome.Absent<R> absent -> new Answer.Refused<>(absent.refusal());
          case Outcome.Refused<R> refused -> new Answer.Refused<>(refused.refusal());
          case Outcome.Failed<R> failed -> throw failed.fault();
        };
    if (batch != null) {
      batch.recorded().forEach(recorded -> onEvent.accept(recorded.event()));
    }
    return answer;
  }

  /** The number of the last row; 0 before any. */
  long sequence() {
    return entity.sequence();
  }

  /** All that has happened. */
  List<E> events() {
    return journal.stream().flatMap(b -> b.recorded().stream()).map(Recorded::event).toList();
  }
}
