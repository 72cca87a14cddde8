package dev.bursar.benchmarks.usage;

import dev.bursar.benchmarks.load.Endpoint;
import dev.bursar.database.DatabaseSettings;
import java.time.LocalDate;

/**
 * What to make up.
 *
 * @param node the node that the orgs are made at
 * @param database its database
 * @param events how many requests, from 1
 * @param orgs how many customers share them, 1 to 10,000; the first has most
 * @param seed names the orgs, and says what they do
 * @param from the first day, in UTC
 * @param days over how many days, 1 to 366
 */
public record UsageLoadOptions(
    Endpoint node,
    DatabaseSettings database,
    long events,
    int orgs,
    long seed,
    LocalDate from,
    int days) {}
