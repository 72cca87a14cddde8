package dev.bursar.api.catalog;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code …/prices}: what an org's use costs, for whoever counts it before it is charged. */
public final class PriceRoutes {

  private final Entities entities;
  private final Catalogs catalogs;
  private final InstantSource clock;

  public PriceRoutes(Entities entities, Catalogs catalogs, InstantSource clock) {
    this.entities = entities;
    this.catalogs = catalogs;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/orgs/{org}/prices", Access.READ_ENFORCEMENT, this::list));
  }

  private CompletionStage<Reply> list(Call call) {
    call.query(Set.of());
    String org = call.org();
    return entities
        .org(org, new Request<>(new OrgCommand.ViewOrg(), null))
        .thenApply(
            answer -> {
              OrgSettings settings = Outcomes.value(answer, OrgReply.Settings.class).settings();
              Instant now = clock.instant();
              Integer version = catalogs.version(org, settings.catalogVersion(), now);
              Catalog catalog = catalogs.known(org, version, now);
              return reply(settings, version, catalog).tagged(call);
            });
  }

  private static Reply reply(OrgSettings settings, @Nullable Integer version, Catalog catalog) {
    PricingPlan plan = settings.plan() == null ? null : catalog.plans().get(settings.plan());
    OveragePolicy policy = plan == null ? OveragePolicy.RECORD : plan.overagePolicy();
    return Reply.ok(
        json -> {
          if (version != null) {
            json.field("catalog_version", version);
          }
          json.texts("credit_types", new TreeSet<>(catalog.creditTypes().keySet()))
              .field("overage_policy", policy.word())
              .objects("rates", catalog.prices().rates(), PriceViews::rate);
        });
  }
}
