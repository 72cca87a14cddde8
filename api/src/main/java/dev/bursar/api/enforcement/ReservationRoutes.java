package dev.bursar.api.enforcement;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.wallet.WalletReply;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code /v1/reservations}: the requests that have to be fast. */
public final class ReservationRoutes {

  private static final int ID_SHOWN_MAX = 300;

  private final Enforcement enforcement;
  private final Explanations explanations;
  private final DecisionMeters meters;

  public ReservationRoutes(
      Enforcement enforcement, Entities entities, UsageQueries usage, MeterRegistry registry) {
    this.enforcement = enforcement;
    this.explanations = new Explanations(enforcement, entities, usage);
    this.meters = new DecisionMeters(registry);
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/reservations/{reservation}";
    return List.of(
        Endpoint.post("/v1/reservations", Access.ENFORCE, this::reserve),
        Endpoint.post(one + "/commit", Access.ENFORCE, this::commit),
        Endpoint.post(one + "/release", Access.ENFORCE, this::release),
        Endpoint.post(one + "/extend", Access.ENFORCE, this::extend),
        Endpoint.get(one, Access.READ_ENFORCEMENT, this::find),
        Endpoint.get(one + "/explain", Access.READ_ENFORCEMENT, this::explain));
  }

  private CompletionStage<Reply> reserve(Call call) {
    ReserveRequest request =
        ReservationBodies.reserve(call.body(ReservationBodies.RESERVE), call.traceId());
    String org = request.subject().org();
    if (!call.key().covers(org)) {
      throw Call.unknownOrg(org);
    }
    return enforcement.reserve(request, call.caller()).thenApply(this::decided);
  }

  private Reply decided(Answer<Decided> answer) {
    Answer.Done<Decided> done = Outcomes.done(answer);
    Decided decided = done.value();
    if (!done.replayed() && !decided.plan().request().dryRun()) {
      meters.count(decided);
    }
    return Reply.ok(json -> ReservationViews.decided(json, decided)).replayed(done.replayed());
  }

  private CompletionStage<Reply> commit(Call call) {
    String id = reservation(call);
    ReservationBodies.Actual actual = ReservationBodies.actual(call.body(ReservationBodies.COMMIT));
    return enforcement
        .commit(id, actual.amount(), actual.usage(), call.caller())
        .thenApply(ReservationRoutes::ended);
  }

  private CompletionStage<Reply> release(Call call) {
    String id = reservation(call);
    call.body(Set.of());
    return enforcement.release(id, call.caller()).thenApply(ReservationRoutes::ended);
  }

  private static Reply ended(Answer<WalletReply.Ended> answer) {
    Answer.Done<WalletReply.Ended> done = Outcomes.done(answer);
    return Reply.ok(json -> ReservationViews.ended(json, done.value())).replayed(done.replayed());
  }

  private CompletionStage<Reply> extend(Call call) {
    String id = reservation(call);
    long ttlSeconds = ReservationBodies.extend(call.body(ReservationBodies.EXTEND));
    return enforcement
        .extend(id, ttlSeconds, call.caller())
        .thenApply(
            answer -> {
              Answer.Done<WalletReply.Extended> done = Outcomes.done(answer);
              return Reply.ok(
                      json ->
                          json.field("reservation_id", done.value().reservation())
                              .field("status", "open")
                              .field("expires_at", done.value().expiresAt()))
                  .replayed(done.replayed());
            });
  }

  private CompletionStage<Reply> find(Call call) {
    call.query(Set.of());
    return enforcement
        .find(reservation(call))
        .thenApply(
            answer -> {
              var found = Outcomes.done(answer).value();
              return Reply.ok(json -> ReservationViews.found(json, found));
            });
  }

  private CompletionStage<Reply> explain(Call call) {
    call.query(Set.of());
    return explanations.explain(reservation(call));
  }

  /** The reservation in the path, if it is the caller's business. */
  private static String reservation(Call call) {
    String text = call.text("reservation");
    ReservationId id = ReservationId.parse(text);
    if (id == null || !call.key().covers(id.org())) {
      String shown = text.length() <= ID_SHOWN_MAX ? text : text.substring(0, ID_SHOWN_MAX) + "…";
      throw Problem.of(404, "reservation_not_found", "there is no reservation " + shown)
          .at("reservation")
          .fault();
    }
    return text;
  }
}
