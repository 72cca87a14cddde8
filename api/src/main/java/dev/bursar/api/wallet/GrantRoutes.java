package dev.bursar.api.wallet;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Redemptions;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.GrantPlace;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/grants}: credits put into a wallet. Only the operator puts credits in, or takes them.
 */
public final class GrantRoutes {

  private static final Set<String> VOID = Set.of("reason");
  private static final int REASON_CHARS_MAX = 500;

  /** Stands in no name of a state. */
  private static final char PLACE = ' ';

  private final Entities entities;
  private final OrgCatalogs catalogs;
  private final CatalogGrants offered;

  public GrantRoutes(
      Entities entities, OrgCatalogs catalogs, Redemptions redemptions, InstantSource clock) {
    this.entities = entities;
    this.offered = new CatalogGrants(entities, catalogs, redemptions, clock);
    this.catalogs = catalogs;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String all = "/v1/orgs/{org}/wallets/{wallet}/grants";
    return List.of(
        Endpoint.post(all, Access.OPERATE, this::add),
        Endpoint.get(all, Access.READ, this::list),
        Endpoint.post(all + "/{grant}/void", Access.OPERATE, this::voided)
            .concerning(Concerns.AN_ORG));
  }

  private CompletionStage<Reply> add(Call call) {
    Body body = call.body(GrantBodies.POST);
    CompletionStage<Answer<WalletReply>> added =
        CatalogGrants.areNamed(body) ? offered.add(call, body) : add(call, body);
    return added.thenApply(
        answer -> {
          Answer.Done<WalletReply> done = Outcomes.done(answer);
          WalletReply.GrantView view = ((WalletReply.GrantAdded) done.value()).grant();
          return Reply.json(201, json -> grant(json, view)).replayed(done.replayed());
        });
  }

  private CompletionStage<Answer<WalletReply>> add(Call call, Body body) {
    String org = call.org();
    String wallet = call.name("wallet");
    Caller caller = call.caller();
    Grant grant = GrantBodies.grant(body, Attributions.idFrom("gr_", caller), caller.actor());
    Recurrence.Terms recurrence = GrantBodies.recurrence(body);
    Attribution attribution = Attributions.of(org, "grant", caller, body.pairs("metadata"));
    Operation operation = caller.operation("add_grant");
    boolean atOnce = GrantBodies.atOnce(body);
    return catalogs
        .of(org)
        .thenCompose(
            catalog -> {
              Problem unknownType = CreditTypes.fault(catalog, grant.creditType());
              Problem fault = unknownType == null ? GrantBodies.fault(grant) : unknownType;
              return fault == null
                  ? entities.wallet(
                      org,
                      wallet,
                      new Request<>(
                          new WalletCommand.AddGrant(grant, recurrence, attribution, atOnce),
                          operation))
                  : Earlier.answerOr(
                      entities,
                      org,
                      wallet,
                      operation,
                      none -> {
                        throw fault.fault();
                      });
            });
  }

  private CompletionStage<Reply> voided(Call call) {
    String org = call.org();
    String grant = call.name("grant");
    String reason = call.body(VOID).text("reason", REASON_CHARS_MAX);
    Caller caller = call.caller();
    Attribution attribution =
        Attributions.of(org, "void", caller, reason == null ? Map.of() : Map.of("reason", reason));
    return entities
        .wallet(
            org,
            call.name("wallet"),
            new Request<>(
                new WalletCommand.VoidGrant(grant, attribution),
                caller.operation("void_grant:" + grant)))
        .thenApply(
            answer -> {
              Answer.Done<WalletReply> done = Outcomes.done(answer);
              WalletReply.GrantVoided voided = (WalletReply.GrantVoided) done.value();
              return Reply.ok(
                      json ->
                          json.field("id", voided.grant())
                              .field("state", "voided")
                              .field("voided_at", voided.at())
                              .field("amount", voided.amount()))
                  .replayed(done.replayed());
            });
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    Page page = call.page("grants", org, wallet);
    return entities
        .wallet(
            org,
            wallet,
            new Request<>(new WalletCommand.ListGrants(place(page.after()), page.limit()), null))
        .thenApply(
            answer -> {
              WalletReply.Grants found = Outcomes.value(answer, WalletReply.Grants.class);
              return Reply.ok(
                  json ->
                      page.write(
                          json,
                          found.grants(),
                          found.hasMore(),
                          view -> view.state() + PLACE + view.grant().id(),
                          GrantRoutes::grant));
            });
  }

  private static @Nullable GrantPlace place(@Nullable String cursor) {
    if (cursor == null) {
      return null;
    }
    int at = cursor.indexOf(PLACE);
    if (at < 0) {
      throw Page.bad();
    }
    return new GrantPlace(cursor.substring(0, at), cursor.substring(at + 1));
  }

  private static void grant(JsonWriter json, WalletReply.GrantView view) {
    Grant grant = view.grant();
    json.field("id", grant.id())
        .field("credit_type", grant.creditType())
        .field("amount", grant.amount())
        .field("remaining", view.remaining())
        .field("held", view.held())
        .field("state", view.state())
        .field("voided_at", view.voidedAt())
        .field("category", grant.category().word())
        .field("priority", grant.priority())
        .field("effective_at", grant.effectiveAt())
        .field("expires_at", grant.expiresAt())
        .object(
            "applies_to",
            in -> in.texts("features", grant.features()).texts("models", grant.models()));
    Money cost = grant.costBasis();
    if (cost != null) {
      json.object(
          "cost_basis", in -> in.field("amount", cost.amount()).field("currency", cost.currency()));
    }
    Recurrence recurrence = grant.recurrence();
    if (recurrence != null) {
      json.object(
          "recurrence",
          in ->
              in.field("interval", recurrence.terms().interval().word())
                  .field("anchor", recurrence.anchor())
                  .field("until", recurrence.until())
                  .field("series", recurrence.series())
                  .field("period", recurrence.period()));
      json.object(
          "rollover",
          in ->
              in.field("min", recurrence.terms().rolloverMin())
                  .field("max", recurrence.terms().rolloverMax()));
    }
    json.field("source", grant.source()).field("created_at", grant.createdAt());
  }
}
