package dev.bursar.api;

import dev.bursar.api.access.Authentication;
import dev.bursar.api.access.KeyRoutes;
import dev.bursar.api.budget.BudgetRoutes;
import dev.bursar.api.budget.OverrideRoutes;
import dev.bursar.api.catalog.CatalogRoutes;
import dev.bursar.api.catalog.PriceRoutes;
import dev.bursar.api.catalog.SimulationRoutes;
import dev.bursar.api.cost.FocusRoutes;
import dev.bursar.api.enforcement.ReservationRoutes;
import dev.bursar.api.entitlement.EntitlementRoutes;
import dev.bursar.api.entitlement.OpenFeatureRoutes;
import dev.bursar.api.health.HealthRoutes;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.RequestHandler;
import dev.bursar.api.lease.LeaseRoutes;
import dev.bursar.api.lease.StreamRoutes;
import dev.bursar.api.lease.ToldSidecars;
import dev.bursar.api.ledger.LedgerRoutes;
import dev.bursar.api.ledger.ProofRoutes;
import dev.bursar.api.ledger.StatementRoutes;
import dev.bursar.api.ledger.VerifyRoutes;
import dev.bursar.api.org.AuditRoutes;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.org.UnitRoutes;
import dev.bursar.api.org.UserRoutes;
import dev.bursar.api.otlp.TraceRoutes;
import dev.bursar.api.time.TestClockRoutes;
import dev.bursar.api.usage.EventRoutes;
import dev.bursar.api.usage.ReportRoutes;
import dev.bursar.api.usage.UsageRoutes;
import dev.bursar.api.wallet.CorrectionRoutes;
import dev.bursar.api.wallet.GrantRoutes;
import dev.bursar.api.wallet.TransferRoutes;
import dev.bursar.api.wallet.WalletRoutes;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/** All operations of the API, concept by concept. */
public final class Routes {

  private Routes() {}

  /** What serves them. */
  public static RequestHandler handler(ClassicActorSystemProvider system, ApiPorts ports) {
    return new RequestHandler(
        system, endpoints(ports), new Authentication(ports.keys(), ports.clock()), ports.meters());
  }

  static List<Endpoint> endpoints(ApiPorts ports) {
    ToldSidecars told = new ToldSidecars(ports.entities(), ports.listeners());
    OrgCatalogs catalogs = new OrgCatalogs(ports.entities(), ports.catalogs(), ports.clock());
    Authentication authentication = new Authentication(ports.keys(), ports.clock());
    return Stream.of(
            new ReservationRoutes(
                    ports.enforcement(), ports.entities(), ports.usage(), ports.meters())
                .endpoints(),
            new LeaseRoutes(ports.leases(), ports.clock()).endpoints(),
            new StreamRoutes(ports.listeners(), authentication, ports.streams()).endpoints(),
            new ReportRoutes(ports.reports(), ports.leases(), ports.clock(), ports.meters())
                .endpoints(),
            new TraceRoutes(ports.reports(), ports.spans(), catalogs, ports.meters()).endpoints(),
            new CatalogRoutes(ports.versions(), ports.entities(), ports.clock()).endpoints(),
            new SimulationRoutes(ports.versions(), ports.entities(), ports.usage()).endpoints(),
            new OrgRoutes(ports.entities(), ports.orgs(), ports.versions()).endpoints(),
            new AuditRoutes(ports.entities(), ports.orgs()).endpoints(),
            new EntitlementRoutes(ports.entities()).endpoints(),
            new PriceRoutes(ports.entities(), ports.catalogs(), ports.clock()).endpoints(),
            new OpenFeatureRoutes(ports.entities()).endpoints(),
            new UnitRoutes(ports.entities()).endpoints(),
            new UserRoutes(ports.entities()).endpoints(),
            new OverrideRoutes(ports.entities(), ports.clock()).endpoints(),
            new BudgetRoutes(ports.entities(), ports.usage(), ports.clock()).endpoints(),
            new UsageRoutes(ports.usage(), ports.entities(), catalogs, ports.clock()).endpoints(),
            new EventRoutes(ports.usage(), ports.entities(), catalogs, ports.clock()).endpoints(),
            new FocusRoutes(
                    ports.costs(), ports.entities(), catalogs, ports.seller(), ports.clock())
                .endpoints(),
            new WalletRoutes(ports.entities()).endpoints(),
            new GrantRoutes(ports.entities(), catalogs, ports.redemptions(), ports.clock())
                .endpoints(),
            new CorrectionRoutes(ports.entities(), ports.ledger(), catalogs).endpoints(),
            new TransferRoutes(ports.entities(), ports.ledger(), catalogs).endpoints(),
            new LedgerRoutes(ports.ledger(), ports.entities()).endpoints(),
            new VerifyRoutes(ports.ledger(), ports.entities()).endpoints(),
            new StatementRoutes(ports.ledger(), ports.entities(), ports.clock()).endpoints(),
            new ProofRoutes(ports.proofs(), ports.entities(), ports.clock()).endpoints(),
            new KeyRoutes(ports.keys(), ports.entities()).endpoints(),
            ports
                .testClock()
                .map(clock -> new TestClockRoutes(clock).endpoints())
                .orElse(List.of()),
            new HealthRoutes(ports.readiness(), ports.metrics()).endpoints())
        .flatMap(List::stream)
        .map(told::telling)
        .toList();
  }
}
