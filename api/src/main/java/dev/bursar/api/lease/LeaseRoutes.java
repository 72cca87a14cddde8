package dev.bursar.api.lease;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Intake;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.operation.Answer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code /v1/leases}: what others may decide by themselves, and what they have. */
public final class LeaseRoutes {

  private static final int ID_SHOWN_MAX = 300;
  private static final int REPORT_BYTES_MAX = 4 * 1_048_576;

  private final Leases leases;

  public LeaseRoutes(Leases leases) {
    this.leases = leases;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/leases/{lease}";
    return List.of(
        Endpoint.post("/v1/leases", Access.ENFORCE, this::acquire),
        Endpoint.post(one + "/report", Access.ENFORCE, Intake.json(REPORT_BYTES_MAX), this::report),
        Endpoint.post(one + "/close", Access.ENFORCE, Intake.json(REPORT_BYTES_MAX), this::close),
        Endpoint.post(one + "/revoke", Access.ADMINISTER, this::revoke),
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
              return Reply.ok(json -> LeaseViews.outcome(json, done.value()))
                  .replayed(done.replayed());
            });
  }

  private CompletionStage<Reply> report(Call call) {
    ReservationId lease = lease(call);
    Body body = call.body(LeaseBodies.REPORT);
    return leases
        .report(
            lease.toString(),
            LeaseBodies.epoch(body),
            LeaseBodies.uses(body, lease, call.traceId()),
            LeaseBodies.more(body),
            LeaseBodies.handBack(body),
            call.caller())
        .thenApply(LeaseRoutes::settled);
  }

  private CompletionStage<Reply> close(Call call) {
    ReservationId lease = lease(call);
    Body body = call.body(LeaseBodies.CLOSE);
    return leases
        .close(
            lease.toString(),
            LeaseBodies.epoch(body),
            LeaseBodies.uses(body, lease, call.traceId()),
            call.caller())
        .thenApply(LeaseRoutes::settled);
  }

  private static Reply settled(Answer<Leases.Settled> answer) {
    Answer.Done<Leases.Settled> done = Outcomes.done(answer);
    return Reply.ok(json -> LeaseViews.settled(json, done.value())).replayed(done.replayed());
  }

  private CompletionStage<Reply> revoke(Call call) {
    String lease = lease(call).toString();
    call.body(Set.of());
    return leases.revoke(lease, call.caller()).thenApply(LeaseRoutes::viewed);
  }

  private CompletionStage<Reply> find(Call call) {
    call.query(Set.of());
    return leases.find(lease(call).toString()).thenApply(LeaseRoutes::viewed);
  }

  private static Reply viewed(Answer<Leases.View> answer) {
    Leases.View view = Outcomes.done(answer).value();
    return Reply.ok(json -> LeaseViews.lease(json, view));
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
