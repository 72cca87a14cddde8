package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate with what every entity has: a memory of operations, a sequence and a chain of
 * hashes. Requests are decided one by one, each on the state as those before it leave it, and each
 * event is folded once. Mutable, owned by one thread: after {@link #decide} the state is ahead of
 * the journal until the batch is written; if writing fails, this object is to be thrown away.
 */
public final class Entity<C, E, R> {

  /**
   * A batch's result.
   *
   * @param batch what to write; null if nothing changed
   * @param outcomes one per request, in their order; fewer if so much has fallen due that it takes
   *     another row: the other requests are to be asked again once this one is written
   */
  public record Decided<E, R>(@Nullable Batch<E> batch, List<Outcome<R>> outcomes) {}

  private final Aggregate<C, E, R> aggregate;
  private final OperationMemory memory;
  private long sequence;
  private byte[] head = new byte[32];

  public Entity(Aggregate<C, E, R> aggregate, OperationMemory memory) {
    this.aggregate = aggregate;
    this.memory = memory;
  }

  /** Decides a batch at this time, with all that has fallen due by then, however much that is. */
  public Decided<E, R> decide(List<Request<C>> requests, Instant now) {
    return decide(requests, now, Integer.MAX_VALUE);
  }

  /**
   * Decides a batch at this time, after all that has fallen due by then. Time never goes back
   * behind the entity's last event, nor is anything decided before that at which somebody else
   * decided on it.
   *
   * @param eventsMax from 1; a row that has so many events takes up nothing more that has fallen
   *     due
   */
  public Decided<E, R> decide(List<Request<C>> requests, Instant now, int eventsMax) {
    List<Recorded<E>> recorded = new ArrayList<>();
    List<Outcome<R>> outcomes = new ArrayList<>(requests.size());
    boolean allDue = recordDue(now, recorded, eventsMax);
    for (int i = 0; i < requests.size() && allDue; i++) {
      Request<C> request = requests.get(i);
      Instant decidedOn = decidedOn(request);
      Instant at = decidedOn.isAfter(now) ? decidedOn : now;
      if (at.isAfter(now)) {
        allDue = recordDue(at, recorded, eventsMax);
      }
      if (allDue) {
        outcomes.add(decide(request, later(at), now, recorded));
      }
    }
    if (recorded.isEmpty()) {
      return new Decided<>(null, outcomes);
    }
    sequence++;
    return new Decided<>(
        new Batch<>(sequence, head, aggregate.nextDue(), List.copyOf(recorded)), outcomes);
  }

  /** Records what has fallen due by then; false if there was no room for all of it. */
  private boolean recordDue(Instant by, List<Recorded<E>> recorded, int eventsMax) {
    Instant at = later(by);
    for (E due = aggregate.due(at); due != null; due = aggregate.due(at)) {
      if (recorded.size() >= eventsMax) {
        return false;
      }
      record(new Recorded<>(due, null), recorded);
    }
    return true;
  }

  private Instant later(Instant now) {
    Instant last = aggregate.lastAt();
    return now.isBefore(last) ? last : now;
  }

  /** When somebody else decided on what is asked for; long ago for most. */
  private static Instant decidedOn(Request<?> request) {
    Origin origin =
        request.command() instanceof LookedFor<?> it && it.mayChange() ? it.origin() : null;
    return origin == null ? Instant.EPOCH : origin.madeAt();
  }

  private Outcome<R> decide(
      Request<C> request, Instant at, Instant clock, List<Recorded<E>> recorded) {
    Operation operation = request.operation();
    OperationMemory.Known known = operation == null ? null : known(operation);
    if (known != null) {
      return known.sameRequest()
          ? stored(known.place(), true, recorded)
          : new Outcome.Refused<>(Refusal.keyReused());
    }
    Refusal refusal = operation == null ? null : memory.refusal(operation, at);
    if (refusal != null) {
      return new Outcome.Refused<>(refusal);
    }
    Decision<E, R> decision;
    try {
      decision = aggregate.decide(request.command(), at, clock);
    } catch (RuntimeException fault) {
      return new Outcome.Failed<>(fault);
    }
    // Outside of that: an event that can't be taken in must not come into the journal either.
    while (decision instanceof Decision.AndThen<E, R>(E event, var next)) {
      record(new Recorded<>(event, null), recorded);
      recordDue(at, recorded, Integer.MAX_VALUE);
      decision = next.get();
    }
    return switch (decision) {
      case Decision.AndThen<E, R> never -> throw new IllegalStateException();
      case Decision.Accepted<E, R> accepted -> {
        record(new Recorded<>(accepted.event(), operation), recorded);
        yield new Outcome.Replied<>(aggregate.reply(accepted.event()), false);
      }
      case Decision.Told<E, R> told -> new Outcome.Replied<>(told.reply(), false);
      case Decision.Unchanged<E, R> unchanged -> new Outcome.Unchanged<>(unchanged.reply());
      case Decision.Absent<E, R> absent -> new Outcome.Absent<>(absent.refusal());
      case Decision.Found<E, R> found -> stored(found.place(), false, recorded);
      case Decision.Forgotten<E, R> forgotten ->
          new Outcome.Forgotten<>(Math.min(forgotten.through(), sequence));
      case Decision.Refused<E, R> refused -> new Outcome.Refused<>(refused.refusal());
    };
  }

  /** What came to nothing when it was reported is decided as if it never had been. */
  private OperationMemory.@Nullable Known known(Operation operation) {
    OperationMemory.Known known = memory.find(operation);
    return known != null && operation.isReport() && !known.sameRequest() ? null : known;
  }

  private Outcome<R> stored(Place place, boolean replayed, List<Recorded<E>> recorded) {
    return place.sequence() == sequence + 1
        ? new Outcome.Replied<>(aggregate.reply(recorded.get(place.index()).event()), replayed)
        : new Outcome.Stored<>(place, replayed);
  }

  private void record(Recorded<E> next, List<Recorded<E>> recorded) {
    Place place = new Place(sequence + 1, recorded.size());
    recorded.add(next);
    evolve(next, place);
  }

  private void evolve(Recorded<E> next, Place place) {
    aggregate.evolve(next.event(), place);
    remember(next.operation(), place);
    remember(aggregate.replaces(next.event()), place);
  }

  private void remember(@Nullable Operation operation, Place place) {
    if (operation != null) {
      memory.remember(
          operation, place, ChronoUnit.MICROS.between(Instant.EPOCH, aggregate.lastAt()));
    }
  }

  /** Says that the batch just decided is stored as bytes with this SHA-256. */
  public void sealed(byte[] hash) {
    head = hash;
  }

  /**
   * Takes a batch in from the journal.
   *
   * @param hash SHA-256 of its stored bytes
   * @throws IllegalStateException if it does not follow on what came before: rows are missing or
   *     were changed, and nothing may be decided on such a state
   */
  public void fold(Batch<E> batch, byte[] hash) {
    if (batch.sequence() != sequence + 1) {
      throw new IllegalStateException(
          "the journal has row %d after row %d".formatted(batch.sequence(), sequence));
    }
    if (!Arrays.equals(batch.previousHash(), head)) {
      throw new IllegalStateException(
          "row %d of the journal does not follow on the row before it".formatted(batch.sequence()));
    }
    sequence++;
    for (int i = 0; i < batch.recorded().size(); i++) {
      evolve(batch.recorded().get(i), new Place(sequence, i));
    }
    head = hash;
  }

  /** Starts from a snapshot: the aggregate and the memory have been restored by the caller. */
  public void restored(long sequence, byte[] head) {
    this.sequence = sequence;
    this.head = head;
  }

  public Aggregate<C, E, R> aggregate() {
    return aggregate;
  }

  public OperationMemory memory() {
    return memory;
  }

  /** The number of the last row; 0 before any. */
  public long sequence() {
    return sequence;
  }

  /** SHA-256 of the last row's stored bytes. */
  public byte[] head() {
    return head;
  }
}
