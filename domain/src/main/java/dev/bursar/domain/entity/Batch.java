package dev.bursar.domain.entity;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of an entity's journal: all that was decided while the row before it was written.
 *
 * @param sequence 1, 2, 3 … without gaps; the journal's own number must agree
 * @param previousHash SHA-256 of the stored bytes of the row before; 32 zero bytes before any
 * @param nextDue when the entity next has something to do by itself after this; null if never
 * @param recorded the events, in order
 */
public record Batch<E>(
    long sequence, byte[] previousHash, @Nullable Instant nextDue, List<Recorded<E>> recorded) {}
