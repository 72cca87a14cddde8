package dev.bursar.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A rule as a test: given what happened, when this is asked, then that happens. What happened is
 * told as events, or as commands that led to them.
 */
public final class Given<C, E, R> {

  /** A hash to seal batches with; no test looks at it. */
  private static final byte[] SEAL = new byte[32];

  private final Entity<C, E, R> entity;
  private final List<E> past = new ArrayList<>();

  private Given(Entity<C, E, R> entity) {
    this.entity = entity;
  }

  /** Nothing has happened. */
  public static <C, E, R> Given<C, E, R> nothing(
      Aggregate<C, E, R> aggregate, OperationMemory memory) {
    return new Given<>(new Entity<>(aggregate, memory));
  }

  /** These events have happened. */
  @SafeVarargs
  public final Given<C, E, R> given(E... events) {
    List<Recorded<E>> recorded =
        Arrays.stream(events).map(event -> new Recorded<E>(event, null)).toList();
    entity.fold(new Batch<>(entity.sequence() + 1, entity.head(), null, recorded), SEAL);
    past.addAll(List.of(events));
    return this;
  }

  /** These commands were decided at this time, and none refused. */
  @SafeVarargs
  public final Given<C, E, R> after(Instant at, C... commands) {
    for (C command : commands) {
      Then<E, R> then = when(command, at);
      assertThat(then.outcome)
          .as("%s", command)
          .isInstanceOfAny(Outcome.Replied.class, Outcome.Unchanged.class);
    }
    return this;
  }

  /** This is asked, at this time. */
  public Then<E, R> when(C command, Instant at) {
    return when(new Request<>(command, null), at);
  }

  /** The same under a name, by which it is remembered. */
  public Then<E, R> when(Request<C> request, Instant at) {
    var decided = entity.decide(List.of(request), at);
    Batch<E> batch = decided.batch();
    if (batch != null) {
      entity.sealed(SEAL);
    }
    List<E> events =
        batch == null ? List.of() : batch.recorded().stream().map(Recorded::event).toList();
    past.addAll(events);
    return new Then<>(events, decided.outcomes().getFirst());
  }

  /** All that has happened so far. */
  public List<E> past() {
    return past;
  }

  /** What came of a command: what fell due before it, its event, and its outcome. */
  public record Then<E, R>(List<E> events, Outcome<R> outcome) {

    /** Exactly this happened. */
    @SafeVarargs
    public final Then<E, R> then(E... expected) {
      assertThat(events).usingRecursiveComparison().isEqualTo(List.of(expected));
      return this;
    }

    /** It was refused, and changed nothing. */
    public void thenRefused(Refusal.Code code) {
      assertThat(refusal().code()).isEqualTo(code);
    }

    /** It was refused on account of this field, and changed nothing. */
    public void thenRefused(Refusal.Code code, String field) {
      assertThat(refusal().code()).isEqualTo(code);
      assertThat(refusal().field()).isEqualTo(field);
    }

    /** Why it was refused; it changed nothing. */
    public Refusal refusal() {
      assertThat(events).isEmpty();
      if (outcome instanceof Outcome.Absent<R>(Refusal refusal)) {
        return refusal;
      }
      assertThat(outcome).isInstanceOf(Outcome.Refused.class);
      return ((Outcome.Refused<R>) outcome).refusal();
    }

    /** It changed nothing, and this was the reply. */
    public void thenTold(R expected) {
      assertThat(events).isEmpty();
      assertThat(reply()).usingRecursiveComparison().isEqualTo(expected);
    }

    /** The reply, of this type. */
    public <T extends R> T reply(Class<T> type) {
      assertThat(reply()).isInstanceOf(type);
      return type.cast(reply());
    }

    /** The last event, of this type. */
    public <T extends E> T event(Class<T> type) {
      assertThat(events).isNotEmpty();
      assertThat(events.getLast()).isInstanceOf(type);
      return type.cast(events.getLast());
    }

    private R reply() {
      if (outcome instanceof Outcome.Unchanged<R>(R reply)) {
        return reply;
      }
      assertThat(outcome).isInstanceOf(Outcome.Replied.class);
      return ((Outcome.Replied<R>) outcome).reply();
    }
  }
}
