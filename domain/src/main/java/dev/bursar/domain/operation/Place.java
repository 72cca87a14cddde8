package dev.bursar.domain.operation;

/**
 * Where an operation's outcome stands in its entity's journal.
 *
 * @param sequence the journal row, from 1
 * @param index the position in that row's batch, from 0
 */
public record Place(long sequence, int index) {}
