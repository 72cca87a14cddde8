package dev.bursar.node.entity;

import dev.bursar.entities.EntityModels;
import dev.bursar.entities.Limits;
import java.time.InstantSource;

/**
 * What every entity of a node shares.
 *
 * @param models the kinds of entities
 * @param clock the time
 * @param limits the bounds
 * @param store the journal and snapshots beside the plugin
 * @param counts how many run
 */
public record EntityParts(
    EntityModels models,
    InstantSource clock,
    Limits limits,
    JournalStore store,
    EntityCounts counts) {}
