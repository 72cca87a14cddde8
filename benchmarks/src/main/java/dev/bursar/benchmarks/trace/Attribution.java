package dev.bursar.benchmarks.trace;

/**
 * Who a call is for, and about what. Numbers are ranks: 0 is the busiest.
 *
 * @param org rank among the orgs
 * @param user rank within the org
 * @param session unique in the workload; all of one user
 */
public record Attribution(
    int org, int user, String team, String product, String feature, String model, String session) {}
