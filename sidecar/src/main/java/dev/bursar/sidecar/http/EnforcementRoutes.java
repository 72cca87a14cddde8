package dev.bursar.sidecar.http;

import dev.bursar.api.access.Access;
import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.PassedOn;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.OpenReservation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * {@code /v1/reservations} as the server has it, for what is decided here; the rest is passed on.
 */
final class EnforcementRoutes {

  private final Sidecar sidecar;
  private final InstantSource clock;
  private final KnownAnswers known = new KnownAnswers();

  EnforcementRoutes(Sidecar sidecar, InstantSource clock) {
    this.sidecar = sidecar;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    String one = "/v1/reservations/{reservation}";
    return List.of(
        Endpoint.post("/v1/reservations", Access.ENFORCE, this::reserve),
        Endpoint.post(one + "/commit", Access.ENFORCE, this::commit),
        Endpoint.post(one + "/release", Access.ENFORCE, this::release),
        Endpoint.post(one + "/extend", Access.ENFORCE, this::extend),
        Endpoint.get(one, Access.READ_ENFORCEMENT, this::find));
  }

  private CompletionStage<Reply> reserve(Call call) {
    ReserveRequest request =
        ReservationBodies.reserve(call.body(ReservationBodies.RESERVE), call.traceId());
    return known.once(
        call,
        "reserve",
        () ->
            sidecar
                .decide(request)
                .handle(EnforcementRoutes::kept)
                .thenApply(decision -> reply(request, decision, "lease")));
  }

  private Reply reply(ReserveRequest request, Decision decision, String source) {
    Instant now = clock.instant();
    return switch (decision) {
      case Decision.Elsewhere it -> throw new PassedOn();
      case Decision.Wait it -> throw new PassedOn();
      case Decision answered -> Reply.ok(json -> decided(json, request, answered, source, now));
    };
  }

  /** The answer to a request, as the server's but for the figures that only the server has. */
  static void decided(
      JsonWriter json, ReserveRequest request, Decision decision, String source, Instant now) {
    if (decision instanceof Decision.Denied it) {
      json.field("decision", "deny")
          .field("status", request.dryRun() ? "dry_run" : "denied")
          .objects(
              "denials",
              List.of(it),
              (in, each) -> in.field("code", each.code()).field("detail", each.detail()));
    } else if (decision instanceof Decision.Allowed it) {
      Credits amount = new Credits(it.amount());
      boolean charged = it.use() != null;
      json.field("reservation_id", it.reservation())
          .field("decision", "allow")
          .field("status", charged ? "committed" : request.dryRun() ? "dry_run" : "open")
          .field("amount", amount)
          .field("credit_type", it.creditType());
      if (charged) {
        json.field("released", Credits.ZERO).field("debt", Credits.ZERO);
        json.objects("entries", List.of(), (in, none) -> {});
      } else if (!request.dryRun()) {
        json.field("expires_at", at(now, it.lastsNanos()));
      }
      json.objects("limits", List.of(), (in, none) -> {});
    }
    json.field("source", source);
  }

  private static Instant at(Instant now, long nanos) {
    return now.plus(Duration.ofNanos(nanos));
  }

  /** What could not be kept has not happened, and may be asked for again. */
  private static <T> T kept(T value, Throwable error) {
    if (error == null) {
      return value;
    }
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof java.io.IOException || cause instanceof java.io.UncheckedIOException) {
      throw Problem.passing(
              503, "usage_file_away", "what was used can't be kept; ask again with the same key")
          .fault();
    }
    throw new CompletionException(cause);
  }

  private CompletionStage<Reply> commit(Call call) {
    String reservation = own(call);
    ReservationBodies.Actual actual = ReservationBodies.actual(call.body(ReservationBodies.COMMIT));
    return known.once(
        call,
        "commit " + reservation,
        () ->
            sidecar
                .end(reservation, actual.amount(), actual.usage())
                .handle(EnforcementRoutes::kept)
                .thenApply(this::ended));
  }

  private CompletionStage<Reply> release(Call call) {
    String reservation = own(call);
    call.body(Set.of());
    return known.once(
        call,
        "release " + reservation,
        () -> sidecar.end(reservation, null, null).thenApply(this::ended));
  }

  private CompletionStage<Reply> extend(Call call) {
    String reservation = own(call);
    long ttlSeconds = ReservationBodies.extend(call.body(ReservationBodies.EXTEND));
    return CompletableFuture.completedFuture(ended(sidecar.extend(reservation, ttlSeconds)));
  }

  private Reply ended(Ended ended) {
    return switch (ended) {
      case Ended.Done it ->
          Reply.ok(
              json -> {
                json.field("reservation_id", it.reservation())
                    .field("status", it.status())
                    .field("amount", new Credits(it.amount()))
                    .field("credit_type", it.creditType())
                    .field("released", new Credits(it.released()))
                    .field("debt", Credits.ZERO);
                if (it.late()) {
                  json.field("late", true);
                }
                json.objects("entries", List.of(), (in, none) -> {});
              });
      case Ended.Prolonged it ->
          Reply.ok(
              json ->
                  json.field("reservation_id", it.reservation())
                      .field("status", "open")
                      .field("expires_at", at(clock.instant(), it.lastsNanos())));
      case Ended.Refused it -> throw problem(it).fault();
    };
  }

  private static Problem problem(Ended.Refused refused) {
    return switch (refused.fault()) {
      case NOT_FOUND -> Problem.of(404, "reservation_not_found", refused.detail());
      case FINALIZED -> Problem.of(409, "reservation_finalized", refused.detail());
      case EXPIRED -> Problem.of(410, "reservation_expired", refused.detail());
      case INVALID -> Problem.invalid("usage", refused.detail());
    };
  }

  private CompletionStage<Reply> find(Call call) {
    String reservation = own(call);
    OpenReservation open = sidecar.find(reservation);
    if (open == null) {
      throw Problem.of(404, "reservation_not_found", "there is no open reservation " + reservation)
          .fault();
    }
    return CompletableFuture.completedFuture(
        Reply.ok(
            json -> {
              json.field("reservation_id", reservation)
                  .field("decision", "allow")
                  .field("status", "open")
                  .field("amount", new Credits(open.spending().amount()))
                  .field("credit_type", open.creditType())
                  .field("created_at", open.madeAt())
                  .field("expires_at", at(clock.instant(), open.expiresAt() - System.nanoTime()));
              ReservationViews.subject(json, open.request().subject());
            }));
  }

  /** The reservation in the path, if it was made here. */
  private static String own(Call call) {
    String reservation = call.text("reservation");
    if (Sidecar.org(reservation) == null) {
      throw new PassedOn();
    }
    return reservation;
  }
}
