package dev.bursar.api.catalog;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Known;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.catalog.CatalogVersions.Trial;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.org.Rerating;
import dev.bursar.domain.org.Rerating.OfOrg;
import dev.bursar.domain.org.Rerating.Totals;
import dev.bursar.domain.usage.UsageQueries;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/simulate}: what real usage of a period would have cost under a version, and what of it
 * would have been denied. As JSON the result; as NDJSON also how far it has come, line by line.
 */
public final class SimulationRoutes {

  /** Those with the largest changes are told one by one. */
  private static final int ORGS_TOLD_MAX = 1_000;

  private static final Set<String> FIELDS = Set.of("org", "from", "to", "priced_at");

  private final CatalogVersions versions;
  private final Entities entities;
  private final UsageQueries usage;

  public SimulationRoutes(CatalogVersions versions, Entities entities, UsageQueries usage) {
    this.versions = versions;
    this.entities = entities;
    this.usage = usage;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post("/v1/catalog/versions/{version}/simulate", Access.OPERATE, this::simulate)
            .slowly());
  }

  private CompletionStage<Reply> simulate(Call call) {
    int version = CatalogRoutes.version(call);
    Format format = call.format(Format.JSON, Format.NDJSON);
    Body body = call.body(FIELDS);
    Instant from = required(body, "from");
    Instant to = required(body, "to");
    if (!to.isAfter(from)) {
      throw Problem.invalid("to", "is not after from").fault();
    }
    String org = body.name("org");
    Instant pricedAt = body.time("priced_at");
    return known(org)
        .thenCompose(there -> usage.demandEvents(org, from, to))
        .thenCompose(kept -> versions.simulate(version, org, from, to, pricedAt))
        .thenApply(answer -> Outcomes.done(answer).value())
        .thenCompose(
            trial ->
                format == Format.NDJSON
                    ? CompletableFuture.completedFuture(
                        Reply.rows(Format.NDJSON, lines(trial, version)))
                    : all(trial)
                        .thenApply(done -> Reply.ok(json -> result(json, version, trial.orgs()))));
  }

  /** Nobody's usage would be rated if there were no such org, and all would seem well. */
  private CompletionStage<?> known(@Nullable String org) {
    return org == null ? CompletableFuture.completedStage("") : Known.org(entities, org);
  }

  private static Instant required(Body body, String name) {
    Instant time = body.time(name);
    if (time == null) {
      throw body.missing(name);
    }
    return time;
  }

  private static CompletionStage<Trial> all(Trial trial) {
    return trial
        .more()
        .thenCompose(more -> more ? all(trial) : CompletableFuture.completedFuture(trial));
  }

  private enum Step {
    RATING,
    DONE,
    TOLD
  }

  private static Source<ByteString, NotUsed> lines(Trial trial, int version) {
    return Source.<Step, ByteString>unfoldAsync(
        Step.RATING,
        step ->
            switch (step) {
              case RATING ->
                  trial
                      .more()
                      .thenApply(
                          more ->
                              Optional.of(
                                  Pair.create(
                                      more ? Step.RATING : Step.DONE,
                                      line(json -> progress(json, trial)))));
              case DONE ->
                  CompletableFuture.completedFuture(
                      Optional.of(
                          Pair.create(
                              Step.TOLD, line(json -> result(json, version, trial.orgs())))));
              case TOLD -> CompletableFuture.completedFuture(Optional.empty());
            });
  }

  private static ByteString line(Consumer<JsonWriter> fields) {
    return ByteString.fromArrayUnsafe(JsonWriter.bytes(fields)).concat(ByteString.fromString("\n"));
  }

  private static void progress(JsonWriter json, Trial trial) {
    json.object(
        "progress", in -> in.field("events", trial.events()).field("expected", trial.expected()));
  }

  private static void result(JsonWriter json, int version, List<OfOrg> orgs) {
    json.field("version", version);
    totals(json, Rerating.sum(orgs));
    json.field("winners", orgs.stream().filter(each -> less(each) && !more(each)).count())
        .field("losers", orgs.stream().filter(each -> more(each) && !less(each)).count())
        .field("mixed", orgs.stream().filter(each -> more(each) && less(each)).count())
        .objects(
            "plans",
            plans(orgs).entrySet(),
            (in, plan) -> plan(in, plan.getKey(), plan.getValue()));
    List<OfOrg> told =
        orgs.stream()
            .sorted(
                Comparator.comparing(SimulationRoutes::size).reversed().thenComparing(OfOrg::org))
            .limit(ORGS_TOLD_MAX)
            .toList();
    json.objects("orgs", told, SimulationRoutes::org)
        .field("orgs_left_out", orgs.size() - told.size());
  }

  /** Whether more would be charged in some credit type. */
  private static boolean more(OfOrg org) {
    return org.totals().change().values().stream().anyMatch(Credits::isPositive);
  }

  /** Whether less would be charged in some credit type. */
  private static boolean less(OfOrg org) {
    return org.totals().change().values().stream().anyMatch(Credits::isNegative);
  }

  /** How much would be otherwise, whichever way, in the credit type in which that is most. */
  private static BigInteger size(OfOrg org) {
    return org.totals().change().values().stream()
        .map(change -> BigInteger.valueOf(change.micros()).abs())
        .max(Comparator.naturalOrder())
        .orElse(BigInteger.ZERO);
  }

  private static Map<String, List<OfOrg>> plans(List<OfOrg> orgs) {
    Map<String, List<OfOrg>> plans = new TreeMap<>();
    orgs.forEach(
        each ->
            plans
                .computeIfAbsent(each.plan() == null ? "" : each.plan(), p -> new ArrayList<>())
                .add(each));
    return plans;
  }

  private static void plan(JsonWriter json, String plan, List<OfOrg> orgs) {
    json.field("plan", plan.isEmpty() ? null : plan).field("orgs", orgs.size());
    totals(json, Rerating.sum(orgs));
  }

  private static void org(JsonWriter json, OfOrg org) {
    json.field("org", org.org()).field("plan", org.plan());
    totals(json, org.totals());
  }

  private static void totals(JsonWriter json, Totals totals) {
    Map<String, Credits> change = totals.change();
    Set<String> types = new TreeSet<>(totals.before().keySet());
    types.addAll(totals.after().keySet());
    json.field("events", totals.events())
        .objects(
            "credits",
            types,
            (in, type) ->
                in.field("credit_type", type)
                    .field("before", totals.before().getOrDefault(type, Credits.ZERO))
                    .field("after", totals.after().getOrDefault(type, Credits.ZERO))
                    .field("denied", totals.deniedBefore().getOrDefault(type, Credits.ZERO))
                    .field("change", change.getOrDefault(type, Credits.ZERO)))
        .objects(
            "denied",
            totals.denied().entrySet(),
            (in, each) -> in.field("code", each.getKey().word()).field("events", each.getValue()));
  }
}
