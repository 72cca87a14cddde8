package dev.bursar.domain.operation;

import java.util.function.Function;

/**
 * How a call through a port ended.
 *
 * @param <T> what a call that went well answers
 */
public sealed interface Answer<T> {

  /**
   * It was done, now or before.
   *
   * @param replayed whether this repeats the answer to an earlier call with the same key
   */
  record Done<T>(T value, boolean replayed) implements Answer<T> {}

  /** It was refused, and changed nothing. */
  record Refused<T>(Refusal refusal) implements Answer<T> {}

  /** The owner of the data has more to do than it may queue; nothing was changed. */
  record Busy<T>() implements Answer<T> {}

  /**
   * The owner of the data did not answer: it may or may not have happened; ask with the same key.
   */
  record Unreachable<T>() implements Answer<T> {}

  /** The same ending with another value. */
  default <U> Answer<U> map(Function<T, U> f) {
    return switch (this) {
      case Done<T> done -> new Done<>(f.apply(done.value()), done.replayed());
      case Refused<T> refused -> new Refused<>(refused.refusal());
      case Busy<T> busy -> new Busy<>();
      case Unreachable<T> unreachable -> new Unreachable<>();
    };
  }
}
