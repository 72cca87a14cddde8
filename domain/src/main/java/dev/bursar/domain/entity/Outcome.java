package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;

/**
 * What became of one request of a batch.
 *
 * @param <R> the entity's replies
 */
public sealed interface Outcome<R> {

  /**
   * The reply, once the batch is in the journal.
   *
   * @param replayed whether it repeats the answer to an earlier request with the same operation
   */
  record Replied<R>(R reply, boolean replayed) implements Outcome<R> {}

  /**
   * The reply follows from an event that is already in the journal, and is to be read there.
   *
   * @param replayed whether it repeats the answer to an earlier request with the same operation
   */
  record Stored<R>(Place place, boolean replayed) implements Outcome<R> {}

  /** It is as it is asked to be, unless the journal has something newer. */
  record Unchanged<R>(R reply) implements Outcome<R> {}

  /** What is to be ended or removed is not there, unless the journal has something newer. */
  record Absent<R>(Refusal refusal) implements Outcome<R> {}

  /**
   * It may have been done so long ago that only the journal can tell, and is to be looked for
   * there.
   *
   * @param through the last row that it may stand in
   */
  record Forgotten<R>(long through) implements Outcome<R> {}

  /** No. */
  record Refused<R>(Refusal refusal) implements Outcome<R> {}

  /** The rules failed on it: a fault of ours. Nothing was changed. */
  record Failed<R>(RuntimeException fault) implements Outcome<R> {}
}
