package dev.bursar.api.enforcement;

import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.catalog.PriceViews;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.wallet.Hold;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Why a reservation was allowed or denied, step by step, with the numbers that were used then:
 * price, the org's limits, the team's, the wallet's credits.
 */
final class Explanations {

  private final Enforcement enforcement;
  private final Entities entities;
  private final UsageQueries usage;

  Explanations(Enforcement enforcement, Entities entities, UsageQueries usage) {
    this.enforcement = enforcement;
    this.entities = entities;
    this.usage = usage;
  }

  private record Step(String name, Consumer<JsonWriter> fields) {}

  CompletionStage<Reply> explain(String reservation) {
    return enforcement
        .find(reservation)
        .thenCompose(
            answer -> {
              Found found = Outcomes.done(answer).value();
              return switch (found) {
                case Found.Denied it -> done(denied(it));
                case Found.Open it -> allowed(reservation, found, it.open().hold());
                case Found.Ended it -> allowed(reservation, found, null);
              };
            });
  }

  private CompletionStage<Reply> allowed(String reservation, Found found, @Nullable Hold hold) {
    return plan(reservation)
        .thenCompose(plan -> ofTeam(plan).thenApply(ofTeam -> allowed(found, plan, ofTeam, hold)));
  }

  /** What the team said when it held, as long as it remembers. */
  private CompletionStage<List<LimitState>> ofTeam(@Nullable Plan plan) {
    String team = plan == null ? null : plan.request().subject().team();
    if (plan == null || team == null || !plan.asksTeam()) {
      return CompletableFuture.completedStage(List.of());
    }
    return entities
        .team(
            plan.request().subject().org(),
            team,
            new Request<>(
                new TeamCommand.CheckBudget(Quantities.of(Credits.ZERO), List.of()),
                Operation.holding(plan.reservation())))
        .thenApply(
            answer ->
                answer instanceof Answer.Done<TeamReply>(TeamReply.Held held, boolean replayed)
                    ? held.limits()
                    : List.of());
  }

  private static CompletionStage<Reply> done(Reply reply) {
    return CompletableFuture.completedStage(reply);
  }

  /** What the org made of it: while it is open it knows, afterwards its journal does. */
  private CompletionStage<@Nullable Plan> plan(String reservation) {
    ReservationId id = ReservationId.parse(reservation);
    if (id == null) {
      return CompletableFuture.completedStage(null);
    }
    return entities
        .org(id.org(), new Request<>(new OrgCommand.FindReservation(reservation), null))
        .thenCompose(
            answer ->
                answer instanceof Answer.Done<OrgReply>(OrgReply.Begun begun, boolean replayed)
                    ? CompletableFuture.<@Nullable Plan>completedStage(begun.plan())
                    : usage
                        .decision(id.org(), reservation)
                        .thenCompose(place -> stored(id.org(), place.orElse(null))));
  }

  private CompletionStage<@Nullable Plan> stored(String org, @Nullable Place place) {
    if (place == null) {
      return CompletableFuture.completedStage(null);
    }
    return entities
        .org(org, new Request<>(new OrgCommand.ViewDecision(place), null))
        .thenApply(
            answer ->
                answer instanceof Answer.Done<OrgReply>(OrgReply.Begun begun, boolean replayed)
                    ? begun.plan()
                    : null);
  }

  private static Reply allowed(
      Found found, @Nullable Plan plan, List<LimitState> ofTeam, @Nullable Hold hold) {
    return Reply.ok(
        json -> {
          ReservationViews.found(json, found);
          if (plan != null && found instanceof Found.Ended) {
            json.field("decision", "allow").field("created_at", plan.madeAt());
            ReservationViews.work(json, plan.request());
          }
          List<Step> steps = new java.util.ArrayList<>();
          if (plan != null) {
            steps.add(price(plan));
            steps.add(orgLimits(plan));
            steps.add(teamLimits(plan, ofTeam, List.of()));
          }
          if (hold != null) {
            steps.add(credits(hold));
          } else if (plan != null) {
            steps.add(credits(plan));
          }
          write(json, steps);
        });
  }

  private static Reply denied(Found.Denied found) {
    Plan plan = found.denied().plan();
    List<Denial> denials = found.denied().denials();
    return Reply.ok(
        json -> {
          ReservationViews.denied(json, found.denied());
          ReservationViews.work(json, plan.request());
          write(
              json,
              List.of(
                  price(plan),
                  orgLimits(plan),
                  teamLimits(plan, List.of(), denials),
                  new Step(
                      "credits",
                      in ->
                          in.field("wallet", plan.wallet())
                              .objects(
                                  "denials",
                                  denials.stream().filter(d -> d.limit() == null).toList(),
                                  LimitViews::denial))));
        });
  }

  private static void write(JsonWriter json, List<Step> steps) {
    json.objects(
        "steps",
        steps,
        (in, step) -> {
          in.field("step", step.name());
          step.fields().accept(in);
        });
  }

  private static Step price(Plan plan) {
    return new Step(
        "price",
        json -> {
          json.field("amount", plan.amount()).field("credit_type", plan.creditType());
          Price price = plan.price();
          if (price != null) {
            PriceViews.price(json, price);
          }
          var usage = plan.request().usage();
          if (usage != null) {
            json.object("usage", in -> usage.forEach(in::field));
          }
        });
  }

  private static Step orgLimits(Plan plan) {
    return new Step("org_limits", json -> json.objects("limits", plan.limits(), LimitViews::limit));
  }

  private static Step teamLimits(Plan plan, List<LimitState> held, List<Denial> denials) {
    List<String> budgets =
        plan.teamLimits().stream().map(Budgets.Applicable::budget).map(b -> b.id()).toList();
    return new Step(
        "team_limits",
        json ->
            json.texts("budgets", budgets)
                .objects("limits", held, LimitViews::limit)
                .objects(
                    "denials",
                    denials.stream()
                        .filter(d -> d.limit() != null && budgets.contains(d.limit().budget()))
                        .toList(),
                    LimitViews::denial));
  }

  /** Of what has ended, the entries say which grants were drawn on. */
  private static Step credits(Plan plan) {
    return new Step(
        "credits", json -> json.field("wallet", plan.wallet()).field("amount", plan.amount()));
  }

  private static Step credits(Hold hold) {
    return new Step(
        "credits",
        json ->
            json.field("amount", hold.amount())
                .objects(
                    "draws",
                    hold.draws(),
                    (in, draw) -> in.field("grant", draw.grant()).field("amount", draw.amount())));
  }
}
