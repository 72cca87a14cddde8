package dev.bursar.domain.org;

import dev.bursar.domain.operation.Place;

/**
 * A budget that is about to be set.
 *
 * @param place where that stands in the journal
 * @param attempt names the attempt to set it
 */
public record Draft(Place place, String attempt) {}
