package dev.bursar.entities;

/**
 * Where an answer goes.
 *
 * @param <T> the kind of answer
 */
@FunctionalInterface
public interface ReplyTo<T> {

  /** Sends it; whether it arrives, nobody tells. */
  void tell(T answer);
}
