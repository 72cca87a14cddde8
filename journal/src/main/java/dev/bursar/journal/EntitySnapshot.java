package dev.bursar.journal;

/**
 * An entity as of one row of its journal.
 *
 * @param sequence the number of that row
 * @param head SHA-256 of that row's stored bytes
 * @param memory the operations it remembers, as {@code OperationMemory} writes them
 * @param state the aggregate's state
 * @param <S> the kind of state
 */
public record EntitySnapshot<S>(long sequence, byte[] head, byte[] memory, S state) {}
