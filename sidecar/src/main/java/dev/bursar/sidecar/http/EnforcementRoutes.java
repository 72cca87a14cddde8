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
import dev.bursar.domain.identity.EntityId;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Recovery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/reservations} as the server has it, for what is decided here; the rest is passed on.
 */
final class EnforcementRoutes {

  /** How operations begin that make a reservation, or charge at once. */
  static final String RESERVE = "reserve ";

  private static final String EXTEND = "extend ";

  static final Problem NOT_KEPT =
      Problem.passing(
          503, "usage_file_away", "what was used can't be kept; ask again with the same key");

  private final Sidecar sidecar;
  private final InstantSource clock;
  private final KnownAnswers known;

  /**
   * @param answered what was answered in an earlier life
   */
  EnforcementRoutes(
      Sidecar sidecar,
      KnownAnswers known,
      InstantSource clock,
      Collection<Recovery.Answered> answered) {
    this.sidecar = sidecar;
    this.known = known;
    this.clock = clock;
    answered.stream()
        .filter(each -> !each.key().name().startsWith(Gate.CALL))
        .forEach(each -> known.recovered(each.key(), reply(each)));
  }

  /** What a reservation is called among the operations of a key: an org's keys are its own. */
  static String reserving(ReserveRequest request) {
    return RESERVE + EntityId.encoded(request.subject().org());
  }

  /** What was answered before a crash; null if the server is to answer it. */
  private @Nullable Reply reply(Recovery.Answered it) {
    String status = it.status();
    if (status == null) {
      return null;
    }
    boolean reserved = it.key().name().startsWith(RESERVE);
    return Reply.ok(
        json -> {
          if (it.key().name().startsWith(EXTEND)) {
            prolonged(json, it.reservation(), it.expiresAt());
          } else if (reserved) {
            allowed(json, it.reservation(), status, it.amount(), it.creditType(), it.expiresAt());
            json.field("source", it.unchecked() ? "unchecked" : "lease");
          } else {
            done(
                json,
                it.reservation(),
                status,
                it.amount(),
                it.creditType(),
                it.released(),
                it.late());
          }
        });
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
    // What sets nothing down is decided anew each time, as by the server.
    return request.dryRun()
        ? decided(request, null)
        : known.once(call, reserving(request), key -> decided(request, key));
  }

  private CompletionStage<Reply> decided(ReserveRequest request, @Nullable CallKey key) {
    return sidecar
        .decide(request, key)
        .handle(EnforcementRoutes::kept)
        .thenApply(
            decision -> {
              boolean isPassing = decision instanceof Decision.Denied it && it.isPassing();
              if (isPassing) {
                known.passing(key);
              }
              return reply(request, decision, isPassing ? "none" : "lease");
            });
  }

  private Reply reply(ReserveRequest request, Decision decision, String source) {
    Instant now = madeAt(sidecar, decision, clock);
    return switch (decision) {
      case Decision.Elsewhere it -> throw new PassedOn();
      case Decision.Wait it -> throw new PassedOn();
      case Decision answered -> Reply.ok(json -> decided(json, request, answered, source, now));
    };
  }

  /** When it was decided: a repetition after a crash is answered with the same time. */
  static Instant madeAt(Sidecar sidecar, Decision decision, InstantSource clock) {
    String id = decision instanceof Decision.Allowed it ? it.reservation() : null;
    OpenReservation open = id == null ? null : sidecar.find(id);
    return open == null ? clock.instant() : open.madeAt();
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
      String reservation = it.reservation();
      boolean open = reservation != null && it.use() == null;
      allowed(
          json,
          reservation,
          reservation == null ? "dry_run" : open ? "open" : "committed",
          it.amount(),
          it.creditType(),
          open ? at(now, it.lastsNanos()) : null);
    }
    json.field("source", source);
  }

  private static void allowed(
      JsonWriter json,
      @Nullable String reservation,
      String status,
      long amount,
      String creditType,
      @Nullable Instant expiresAt) {
    allowed(json, reservation, status)
        .field("amount", new Credits(amount))
        .field("credit_type", creditType);
    if (status.equals("committed")) {
      json.field("released", Credits.ZERO);
      json.objects("entries", List.of(), (in, none) -> {});
    }
    json.field("expires_at", expiresAt).objects("limits", List.of(), (in, none) -> {});
  }

  private static JsonWriter allowed(JsonWriter json, @Nullable String reservation, String status) {
    return json.field("reservation_id", reservation)
        .field("decision", "allow")
        .field("status", status);
  }

  /**
   * What was charged at once is no reservation that has ended: it is known as long as the answer to
   * its key is; null if that is not so.
   */
  private @Nullable Reply charged(String reservation) {
    byte[] one = JsonWriter.bytes(json -> allowed(json, reservation, "committed"));
    one[one.length - 1] = ',';
    return known.beginning(one);
  }

  private static void done(
      JsonWriter json,
      String reservation,
      String status,
      long amount,
      String creditType,
      long released,
      boolean late) {
    json.field("reservation_id", reservation)
        .field("status", status)
        .field("amount", new Credits(amount))
        .field("credit_type", creditType)
        .field("released", new Credits(released));
    if (late) {
      json.field("late", true);
    }
    json.objects("entries", List.of(), (in, none) -> {});
  }

  private static void prolonged(JsonWriter json, String reservation, @Nullable Instant expiresAt) {
    json.field("reservation_id", reservation)
        .field("status", "open")
        .field("expires_at", expiresAt);
  }

  private static Instant at(Instant now, long nanos) {
    return now.plus(Duration.ofNanos(nanos));
  }

  /** Whether something failed since it could not be kept. */
  static boolean isNotKept(@Nullable Throwable cause) {
    return cause instanceof IOException || cause instanceof UncheckedIOException;
  }

  /** What could not be kept has not happened, and may be asked for again. */
  private static <T> T kept(T value, Throwable error) {
    if (error == null) {
      return value;
    }
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (isNotKept(cause)) {
      throw NOT_KEPT.fault();
    }
    throw new CompletionException(cause);
  }

  private CompletionStage<Reply> commit(Call call) {
    String reservation = own(call);
    ReservationBodies.Actual actual = ReservationBodies.actual(call.body(ReservationBodies.COMMIT));
    return known.once(
        call,
        "commit " + reservation,
        key ->
            sidecar
                .end(reservation, actual.amount(), actual.usage(), key)
                .handle(EnforcementRoutes::kept)
                .thenApply(this::ended));
  }

  private CompletionStage<Reply> release(Call call) {
    String reservation = own(call);
    call.body(Set.of());
    return known.once(
        call,
        "release " + reservation,
        key ->
            sidecar
                .end(reservation, null, null, key)
                .handle(EnforcementRoutes::kept)
                .thenApply(this::ended));
  }

  private CompletionStage<Reply> extend(Call call) {
    String reservation = own(call);
    long ttlSeconds = ReservationBodies.extend(call.body(ReservationBodies.EXTEND));
    return known.once(
        call,
        EXTEND + reservation,
        key ->
            sidecar
                .extend(reservation, ttlSeconds, key)
                .handle(EnforcementRoutes::kept)
                .thenApply(this::ended));
  }

  private Reply ended(Ended ended) {
    return switch (ended) {
      case Ended.Done it ->
          Reply.ok(
              json ->
                  done(
                      json,
                      it.reservation(),
                      it.status(),
                      it.amount(),
                      it.creditType(),
                      it.released(),
                      it.late()));
      case Ended.Prolonged it ->
          Reply.ok(json -> prolonged(json, it.reservation(), it.expiresAt()));
      case Ended.Refused it -> throw problem(it).fault();
    };
  }

  private static Problem problem(Ended.Refused refused) {
    return switch (refused.fault()) {
      case NOT_FOUND -> Problem.of(404, "reservation_not_found", refused.detail());
      case FINALIZED -> Problem.of(409, "reservation_finalized", refused.detail());
      case EXPIRED -> Problem.of(410, "reservation_expired", refused.detail());
      case OVERAGE -> Problem.of(409, "overage_rejected", refused.detail());
      case INVALID -> Problem.invalid("usage", refused.detail());
    };
  }

  private CompletionStage<Reply> find(Call call) {
    String reservation = own(call);
    // In this order: what ends meanwhile was open, and has ended.
    OpenReservation open = sidecar.find(reservation);
    String ended = sidecar.ended(reservation);
    OpenReservation as = ended == null ? open : sidecar.expired(reservation);
    if (ended == null && as == null) {
      Reply charged = charged(reservation);
      if (charged != null) {
        return CompletableFuture.completedFuture(charged);
      }
      throw Problem.of(404, "reservation_not_found", "there is no reservation " + reservation)
          .fault();
    }
    return CompletableFuture.completedFuture(
        Reply.ok(
            json -> {
              allowed(json, reservation, ended == null ? "open" : ended);
              if (as != null) {
                found(json, as);
              }
            }));
  }

  private void found(JsonWriter json, OpenReservation it) {
    json.field("amount", new Credits(it.spending().amount()))
        .field("credit_type", it.creditType())
        .field("created_at", it.madeAt())
        .field("expires_at", at(clock.instant(), it.expiresAt() - System.nanoTime()));
    ReservationViews.subject(json, it.request().subject());
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
