package dev.bursar.api.lease;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Intake;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.operation.Answer;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /v1/leases}: what others may decide by themselves, and what they have. */
public final class LeaseRoutes {

  private static final int ID_SHOWN_MAX = 300;
  private static final int REPORT_BYTES_MAX = 4 * 1_048_576;

  private final Leases leases;
  private final InstantSource clock;

  public LeaseRoutes(Leases leases, InstantSource clock) {
    this.leases = leases;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/leases/{lease}";
    return List.of(
        Endpoint.post("/v1/leases", Access.ENFORCE, this::acquire),
        Endpoint.post(one + "/report", Access.ENFORCE, Intake.json(REPORT_BYTES_MAX), this::report),
        Endpoint.post(one + "/close", Access.ENFORCE, Intake.json(REPORT_BYTES_MAX), this::close),
        Endpoint.post(one + "/revoke", Access.ADMINISTER, this::revoke)
            .concerning(Concerns.ONE_LEASE),
        Endpoint.get(one, Access.READ_ENFORCEMENT, this::find));
  }

  private CompletionStage<Reply> acquire(Call call) {
    Leases.Wanted wanted = LeaseBodies.wanted(call.body(LeaseBodies.LEASE));
    String org = wanted.subject().org();
    if (!call.key().covers(org)) {
      throw Call.unknownOrg(org);
    }
    return leases
        .acquire(wanted, call.caller())
        .thenApply(
            answer -> {
              Answer.Done<Leases.Outcome> done = Outcomes.done(answer);
              return Reply.ok(json -> LeaseViews.outcome(json, done.value(), clock.instant()))
                  .replayed(done.replayed());
            });
  }

  private CompletionStage<Reply> report(Call call) {
    ReservationId lease = lease(call);
    Body body = call.body(LeaseBodies.REPORT);
    long epoch = LeaseBodies.epoch(body);
    List<Leases.Use> uses = LeaseBodies.uses(body, lease, call.traceId());
    Leases.More more = LeaseBodies.more(body);
    Credits handBack = LeaseBodies.handBack(body);
    return demandHolder(call, lease)
        .thenCompose(
            held -> leases.report(lease.toString(), epoch, uses, more, handBack, call.caller()))
        .thenApply(this::settled);
  }

  private CompletionStage<Reply> close(Call call) {
    ReservationId lease = lease(call);
    Body body = call.body(LeaseBodies.CLOSE);
    long epoch = LeaseBodies.epoch(body);
    List<Leases.Use> uses = LeaseBodies.uses(body, lease, call.traceId());
    return demandHolder(call, lease)
        .thenCompose(held -> leases.close(lease.toString(), epoch, uses, call.caller()))
        .thenApply(this::settled);
  }

  /**
   * Demands the key that the lease was granted to, or one that is confined to no org: nobody else
   * knows what may still be spent of it.
   */
  private CompletionStage<Void> demandHolder(Call call, ReservationId lease) {
    if (call.key().org() == null) {
      return CompletableFuture.completedFuture(null);
    }
    return leases
        .find(lease.toString())
        .thenAccept(
            answer -> {
              String holder = Outcomes.done(answer).value().terms().holder();
              if (holder != null && !holder.equals(call.key().id())) {
                throw Problem.of(
                        403,
                        "forbidden",
                        "the lease was granted to another key; it can be revoked, and its holder closes it")
                    .at("lease")
                    .fault();
              }
            });
  }

  private Reply settled(Answer<Leases.Settled> answer) {
    Answer.Done<Leases.Settled> done = Outcomes.done(answer);
    return Reply.ok(json -> LeaseViews.settled(json, done.value(), clock.instant()))
        .replayed(done.replayed());
  }

  private CompletionStage<Reply> revoke(Call call) {
    String lease = lease(call).toString();
    call.body(Set.of());
    return leases.revoke(lease, call.caller()).thenApply(this::viewed);
  }

  private CompletionStage<Reply> find(Call call) {
    call.query(Set.of());
    return leases.find(lease(call).toString()).thenApply(this::viewed);
  }

  private Reply viewed(Answer<Leases.View> answer) {
    Leases.View view = Outcomes.done(answer).value();
    return Reply.ok(json -> LeaseViews.lease(json, view, clock.instant()));
  }

  /** The lease in the path, if it is the caller's business. */
  private static ReservationId lease(Call call) {
    String text = call.text("lease");
    ReservationId id = ReservationId.parse(text);
    if (id == null || !call.key().covers(id.org())) {
      String shown = text.length() <= ID_SHOWN_MAX ? text : text.substring(0, ID_SHOWN_MAX) + "…";
      throw Problem.of(404, "lease_not_found", "there is no lease " + shown).at("lease").fault();
    }
    return id;
  }
}
