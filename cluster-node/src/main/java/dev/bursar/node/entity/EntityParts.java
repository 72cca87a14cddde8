package dev.bursar.node.entity;

import java.time.InstantSource;

/**
 * What every entity of a node shares.
 *
 * @param models the kinds of entities
 * @param clock the time
 * @param limits the bounds
 * @param reader reads the journal back
 */
public record EntityParts(
    EntityModels models, InstantSource clock, Limits limits, JournalReader reader) {}
