package dev.bursar.api;

import dev.bursar.api.cost.FocusRoutes.Seller;
import dev.bursar.api.health.HealthRoutes.Readiness;
import dev.bursar.api.lease.StreamTerms;
import dev.bursar.api.otlp.SpanMapping;
import dev.bursar.domain.access.AccessKeys;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.Redemptions;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.time.TestClock;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageReports;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the API needs of the process that it runs in.
 *
 * @param enforcement decides reservations
 * @param entities orgs, teams and wallets
 * @param ledger reads ledgers
 * @param proofs proves what ledgers say
 * @param orgs reads the list of orgs, and what was changed in them
 * @param usage reads what was decided and used
 * @param costs reads what work has cost
 * @param reports takes in usage that was not reserved
 * @param leases lets others decide by themselves
 * @param listeners those who hold leases, and are told what changes
 * @param streams on what terms they are
 * @param catalogs what can be sold, and what it costs
 * @param versions the versions of that
 * @param redemptions which orgs have redeemed which campaigns
 * @param seller who sells it
 * @param spans how spans are read into usage
 * @param keys the keys to the API
 * @param testClock the clock, where it is one that is moved by hand
 * @param clock the time
 * @param readiness whether requests should be sent here
 * @param meters where the API counts what it does
 * @param metrics all metrics of the process as Prometheus text
 */
public record ApiPorts(
    Enforcement enforcement,
    Entities entities,
    LedgerQueries ledger,
    LedgerProofs proofs,
    OrgQueries orgs,
    UsageQueries usage,
    CostQueries costs,
    UsageReports reports,
    Leases leases,
    Listeners listeners,
    StreamTerms streams,
    Catalogs catalogs,
    CatalogVersions versions,
    Redemptions redemptions,
    Seller seller,
    SpanMapping spans,
    AccessKeys keys,
    Optional<TestClock> testClock,
    InstantSource clock,
    Supplier<Readiness> readiness,
    MeterRegistry meters,
    Supplier<String> metrics) {}
