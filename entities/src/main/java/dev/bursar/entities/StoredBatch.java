package dev.bursar.entities;

/**
 * A batch as bytes, on its way to or from the journal.
 *
 * @param manifest the name of its stored form
 * @param bytes the stored form
 * @param folded whether the state of this very incarnation has it already, because it decided it
 */
public record StoredBatch(String manifest, byte[] bytes, boolean folded) {}
