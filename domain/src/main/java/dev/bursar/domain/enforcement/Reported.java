package dev.bursar.domain.enforcement;

import java.time.Instant;

/**
 * The event by which work was reported that had not been reserved. Source and id together name it,
 * once and for all.
 *
 * @param source where it happened, in the reporter's words
 * @param id the reporter's name for it, unique within the source
 * @param happenedAt when the work ran, by the reporter's clock
 */
public record Reported(String source, String id, Instant happenedAt) {}
