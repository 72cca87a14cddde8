package dev.bursar.api.budget;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.BudgetPreview;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.usage.UsageQueries;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/orgs/{org}/budgets}. Figures are asked of whoever counts them: the org or the team.
 */
public final class BudgetRoutes {

  private static final Duration PREVIEWED = Duration.ofDays(30);

  private final Entities entities;
  private final UsageQueries usage;
  private final InstantSource clock;
  private final BudgetStart start;

  public BudgetRoutes(Entities entities, UsageQueries usage, InstantSource clock) {
    this.entities = entities;
    this.usage = usage;
    this.clock = clock;
    this.start = new BudgetStart(entities, usage);
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/orgs/{org}/budgets/{budget}";
    return List.of(
        Endpoint.get("/v1/orgs/{org}/budgets", Access.READ, this::list),
        Endpoint.put(one, Access.ADMINISTER, this::put).concerning(Concerns.AN_ORG).slowly(),
        Endpoint.get(one, Access.READ, this::get),
        Endpoint.post(one + "/preview", Access.READ, this::preview).slowly(),
        Endpoint.delete(one, Access.ADMINISTER, this::delete).concerning(Concerns.AN_ORG));
  }

  /** What a limit would have done: another one for a budget that is there, or a whole new one. */
  private CompletionStage<Reply> preview(Call call) {
    String org = call.org();
    String id = call.name("budget");
    Body body = call.body(BudgetBodies.PUT);
    Instant to = clock.instant();
    Instant from = to.minus(PREVIEWED);
    return OrgRoutes.settings(entities, org)
        .thenCompose(
            settings ->
                body.has("scope")
                    ? checked(org, BudgetBodies.budget(id, body, settings.zone()))
                    : view(org, id, null)
                        .thenApply(
                            answer -> {
                              Budget there =
                                  Outcomes.value(answer, OrgReply.OneBudget.class)
                                      .budget()
                                      .budget();
                              return there.withLimit(BudgetBodies.onlyLimit(body));
                            }))
        .thenCompose(
            budget ->
                usage
                    .preview(org, budget, from, to)
                    .thenApply(
                        found -> Reply.ok(json -> previewed(json, budget, from, to, found))));
  }

  /** Whatever could not be set is no budget to be previewed, either. */
  private CompletionStage<Budget> checked(String org, Budget budget) {
    return entities
        .org(org, new Request<>(new OrgCommand.CheckBudget(budget), null))
        .thenApply(
            answer -> {
              Outcomes.done(answer);
              return budget;
            });
  }

  private static void previewed(
      JsonWriter json, Budget budget, Instant from, Instant to, UsageQueries.Previewed found) {
    BudgetPreview.Result result = found.result();
    json.object("budget", in -> definition(in, budget))
        .field("from", from)
        .field("to", to)
        .field("requests", result.requests())
        .field("blocked_requests", result.blocked())
        .field("users_hit", result.users())
        .objects(
            "credits_saved",
            result.saved().entrySet(),
            (in, each) ->
                in.field("credit_type", each.getKey())
                    .field("amount", LimitViews.plain(each.getValue())))
        .field("first_blocked_at", result.firstAt())
        .field("as_of", found.freshness().asOf())
        .field("lag_ms", found.freshness().lagMs());
  }

  private CompletionStage<Reply> put(Call call) {
    String org = call.org();
    String id = call.name("budget");
    Body body = call.body(BudgetBodies.PUT);
    Caller caller = call.caller();
    return OrgRoutes.settings(entities, org)
        .thenCompose(
            settings -> {
              Budget budget = BudgetBodies.budget(id, body, settings.zone());
              return start
                  .put(org, budget, caller)
                  .thenApply(
                      answer ->
                          Reply.ok(json -> definition(json, budget))
                              .replayed(Outcomes.done(answer).replayed()));
            });
  }

  private CompletionStage<Reply> delete(Call call) {
    String org = call.org();
    String id = call.name("budget");
    Caller caller = call.caller();
    return view(org, id, null)
        .thenCompose(
            before -> {
              Budget removed =
                  before instanceof Answer.Done<OrgReply>(OrgReply.OneBudget it, boolean replayed)
                      ? it.budget().budget()
                      : null;
              return entities
                  .org(
                      org,
                      new Request<>(
                          new OrgCommand.RemoveBudget(id, caller.actor()),
                          caller.operation("remove_budget:" + id)))
                  .thenCompose(
                      answer -> {
                        boolean replayed = Outcomes.done(answer).replayed();
                        return forget(org, removed, caller)
                            .thenApply(forgotten -> Reply.nothing().replayed(replayed));
                      });
            });
  }

  /** What was counted for it is for no other budget of its name. */
  private CompletionStage<?> forget(String org, @Nullable Budget removed, Caller caller) {
    String team = removed == null ? null : removed.scope().countingTeam();
    return removed == null || team == null
        ? CompletableFuture.completedStage("")
        : entities
            .team(
                org,
                team,
                new Request<>(
                    new TeamCommand.ForgetBudget(removed.id(), removed.since()),
                    caller.operation("forget_budget:" + removed.id())))
            .thenApply(Outcomes::done);
  }

  private CompletionStage<Answer<OrgReply>> view(String org, String budget, @Nullable String user) {
    return entities.org(org, new Request<>(new OrgCommand.ViewBudget(budget, user), null));
  }

  private CompletionStage<Reply> get(Call call) {
    String org = call.org();
    String asked = call.query(Set.of("user")).get("user");
    String user = asked == null ? null : Names.checked("user", asked);
    return view(org, call.name("budget"), user)
        .thenCompose(
            answer -> {
              OrgReply.BudgetView view = Outcomes.value(answer, OrgReply.OneBudget.class).budget();
              Budget budget = view.budget();
              Scope scope = budget.scope();
              if (user != null && !scope.isDefault()) {
                throw Problem.invalid("user", "goes with budgets for each user or member only")
                    .fault();
              }
              String team = scope.countingTeam();
              return !scope.countedByTeam() || team == null
                  ? CompletableFuture.completedStage(reply(budget, view.state(), user))
                  : ofTeam(org, team, view.applicable())
                      .thenApply(state -> reply(budget, state, user));
            });
  }

  private CompletionStage<LimitState> ofTeam(
      String org, String team, Budgets.Applicable applicable) {
    return entities
        .team(org, team, new Request<>(new TeamCommand.ViewLimits(List.of(applicable)), null))
        .thenApply(answer -> Outcomes.value(answer, TeamReply.Limits.class).limits().getFirst());
  }

  /** Of a default there are no figures, except for one user. */
  private static Reply reply(Budget budget, LimitState state, @Nullable String user) {
    boolean counted = !budget.scope().isDefault() || user != null;
    return Reply.ok(
        json -> {
          definition(json, budget);
          json.field("user", user);
          if (counted) {
            json.field("used", state.used())
                .field("held", state.held())
                .field("remaining", state.remaining());
          }
          json.field("window_start", LimitViews.ifEver(budget.window(), state.windowStart()))
              .field("resets_at", LimitViews.ifEver(budget.window(), state.resetsAt()))
              .object("effective", in -> LimitViews.effective(in, state));
        });
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    Page page = call.page("budgets", org);
    return entities
        .org(org, new Request<>(new OrgCommand.ListBudgets(page.after(), page.limit()), null))
        .thenApply(
            answer -> {
              OrgReply.BudgetPage found = Outcomes.value(answer, OrgReply.BudgetPage.class);
              return Reply.ok(
                  json ->
                      page.write(
                          json,
                          found.budgets(),
                          found.hasMore(),
                          Budget::id,
                          BudgetRoutes::definition));
            });
  }

  private static void definition(JsonWriter json, Budget budget) {
    json.field("id", budget.id());
    LimitViews.scope(json, budget.scope());
    json.field("measure", budget.measure())
        .field("window", budget.window().word())
        .field("limit", budget.limit())
        .field("mode", Words.word(budget.mode()))
        .object(
            "filters",
            in -> in.texts("features", budget.features()).texts("models", budget.models()))
        .numbers("thresholds", budget.thresholds())
        .field("timezone", budget.zone().getId())
        .field("anchor_day", budget.anchorDay())
        .field(
            "source",
            budget.scope().isDefault() ? LimitState.SOURCE_DEFAULT : LimitState.SOURCE_BUDGET);
  }
}
