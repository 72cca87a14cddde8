package dev.bursar.simulation.history;

/**
 * The orgs of a history.
 *
 * @param busy the one that most is asked of
 * @param other one that something is asked of now and then
 */
public record Orgs(String busy, String other) {}
