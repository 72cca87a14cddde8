package dev.bursar.domain.operation;

import java.util.function.Supplier;

/**
 * What a decider makes of a command.
 *
 * @param <E> the events of the entity
 * @param <R> its replies
 */
public sealed interface Decision<E, R> {

  /** It is to happen: this is the event. The reply follows from it. */
  record Accepted<E, R>(E event) implements Decision<E, R> {}

  /**
   * This happens first, and whatever falls due by it; what comes next is decided on the state as
   * that leaves it. All of it goes into one row, or none. For what is harmless to repeat: the
   * events are recorded under no name, and the reply is that of the last decision. An {@link
   * Unchanged} or {@link Absent} at the end is told once the row is written: nobody looks for
   * something newer in the journal, which would not have taken the row.
   *
   * @param next is asked once, when the event has been taken in. It is not to fail, since what was
   *     taken in can't be taken back: if it throws, so does the whole batch, of which nothing is
   *     written then, and the entity starts again from its journal. So whatever can go wrong in it
   *     is to become a {@link Refused} or a part of the reply
   */
  record AndThen<E, R>(E event, Supplier<Decision<E, R>> next) implements Decision<E, R> {}

  /** A reply that needs no event. */
  record Told<E, R>(R reply) implements Decision<E, R> {}

  /**
   * It is as it is asked to be, or there is nothing to do, and nothing has to happen. To be told
   * once it is certain that the journal has nothing newer: whoever is told so asks no more.
   */
  record Unchanged<E, R>(R reply) implements Decision<E, R> {}

  /**
   * What is to be ended or removed is not there. To be told once it is certain that the journal has
   * nothing newer: whoever is told so takes it for gone.
   */
  record Absent<E, R>(Refusal refusal) implements Decision<E, R> {}

  /** What is asked for stands in the journal, at this place. */
  record Found<E, R>(Place place) implements Decision<E, R> {}

  /**
   * It may have been done so long ago that it is not remembered any more: whether it was, the
   * journal tells.
   *
   * @param through the last row that it may stand in; what came later is remembered
   */
  record Forgotten<E, R>(long through) implements Decision<E, R> {}

  /** No, and nothing changes. */
  record Refused<E, R>(Refusal refusal) implements Decision<E, R> {}
}
