package dev.bursar.node.entity;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.projections.progress.FreshWaits;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;

/** The command ports over the sharded entities, from any node. */
public final class ShardedEntities implements Entities, Enforcement {

  private static final int SALT_BYTES = 16;

  private final ActorSystem<?> system;
  private final Region region;
  private final Duration timeout;
  private final FreshWaits waits;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param timeout how long a call waits for an entity's answer before it is unreachable
   * @param waits measures those who wait for an org that has just started
   */
  public ShardedEntities(ActorSystem<?> system, Region region, Duration timeout, FreshWaits waits) {
    this.system = system;
    this.region = region;
    this.timeout = timeout;
    this.waits = waits;
  }

  @Override
  public CompletionStage<Answer<OrgReply>> org(String org, Request<OrgCommand> request) {
    return ask(EntityId.org(org), replyTo -> new EntityMessage.Ask<>(request, replyTo));
  }

  @Override
  public CompletionStage<Answer<OrgReply>> orgSettled(String org, Request<OrgCommand> request) {
    return waits.measured(
        () ->
            this.<OrgReply>ask(
                EntityId.org(org), replyTo -> new EntityMessage.AskSettled(request, replyTo)),
        answer -> answer instanceof Answer.Done);
  }

  @Override
  public CompletionStage<Answer<TeamReply>> team(
      String org, String team, Request<TeamCommand> request) {
    return ask(EntityId.team(org, team), replyTo -> new EntityMessage.Ask<>(request, replyTo));
  }

  @Override
  public CompletionStage<Answer<WalletReply>> wallet(
      String org, String wallet, Request<WalletCommand> request) {
    return ask(EntityId.wallet(org, wallet), replyTo -> new EntityMessage.Ask<>(request, replyTo));
  }

  private <T> CompletionStage<Answer<T>> ask(
      EntityId id, Function<ReplyTo<Answer<T>>, EntityMessage> message) {
    String entity = id.toString();
    CompletionStage<Answer<T>> answer =
        AskPattern.ask(
            region.shards(),
            (ActorRef<Answer<T>> replyTo) ->
                new ShardingEnvelope<>(entity, message.apply(new ActorReply<>(replyTo))),
            timeout,
            system.scheduler());
    // Here, and what follows with it: without an executor of ours, Scala's futures wake one more
    // thread for it.
    return answer.handleAsync(
        (told, late) -> told == null ? new Answer.Unreachable<>() : told,
        system.executionContext());
  }

  @Override
  public CompletionStage<Answer<Decided>> reserve(ReserveRequest request, Caller caller) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    OrgCommand.Reserve command = OrgCommand.Reserve.by(caller, request, salt);
    Operation operation = caller.reserving(request);
    return ask(
        EntityId.org(request.subject().org()),
        replyTo -> new EntityMessage.Reserve(command, operation, replyTo));
  }

  @Override
  public CompletionStage<Answer<WalletReply.Ended>> commit(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      Caller caller) {
    return onReservation(
        reservation,
        new Request<>(
            new WalletCommand.Commit(
                reservation, amount, usage, caller.actor(), caller.idempotencyKey()),
            caller.operation("commit:" + reservation)),
        WalletReply.Ended.class);
  }

  @Override
  public CompletionStage<Answer<WalletReply.Ended>> release(String reservation, Caller caller) {
    return onReservation(
        reservation,
        new Request<>(
            new WalletCommand.Release(reservation, caller.actor(), caller.idempotencyKey()),
            caller.operation("release:" + reservation)),
        WalletReply.Ended.class);
  }

  @Override
  public CompletionStage<Answer<WalletReply.Extended>> extend(
      String reservation, long ttlSeconds, Caller caller) {
    return onReservation(
        reservation,
        new Request<>(
            new WalletCommand.Extend(reservation, ttlSeconds),
            caller.operation("extend:" + reservation)),
        WalletReply.Extended.class);
  }

  /** The wallet named in the reservation's id decides how it ends. */
  private <T extends WalletReply> CompletionStage<Answer<T>> onReservation(
      String reservation, Request<WalletCommand> request, Class<T> expected) {
    ReservationId id = ReservationId.parse(reservation);
    if (id == null) {
      return CompletableFuture.completedFuture(new Answer.Refused<>(unknown(reservation)));
    }
    return wallet(id.org(), id.wallet(), request)
        .thenCompose(
            answer ->
                answer instanceof Answer.Refused<WalletReply> refused
                        && refused.refusal().code() == Refusal.Code.RESERVATION_NOT_FOUND
                    ? refusedAs(id, reservation)
                    : CompletableFuture.completedFuture(answer.map(expected::cast)));
  }

  /** The wallet knows nothing of what was denied; the org does. */
  private <T> CompletionStage<Answer<T>> refusedAs(ReservationId id, String reservation) {
    return denied(id, reservation)
        .thenApply(
            found ->
                switch (found) {
                  case Answer.Done<Found> denied ->
                      new Answer.Refused<>(
                          Refusal.of(
                              Refusal.Code.RESERVATION_FINALIZED, "the reservation was denied"));
                  case Answer.Refused<Found> unknown -> new Answer.Refused<>(unknown.refusal());
                  case Answer.Busy<Found> busy -> new Answer.Busy<>();
                  case Answer.Unreachable<Found> away -> new Answer.Unreachable<>();
                });
  }

  private static Refusal unknown(String reservation) {
    return new Refusal(
        Refusal.Code.RESERVATION_NOT_FOUND,
        "reservation",
        "there is no reservation " + reservation);
  }

  @Override
  public CompletionStage<Answer<Found>> find(String reservation) {
    ReservationId id = ReservationId.parse(reservation);
    if (id == null) {
      return CompletableFuture.completedFuture(new Answer.Refused<>(unknown(reservation)));
    }
    return wallet(id.org(), id.wallet(), new Request<>(new WalletCommand.Find(reservation), null))
        .thenCompose(
            answer ->
                switch (answer) {
                  // It may have run out before the wallet heard that it was denied.
                  case Answer.Done<WalletReply> done when hasRunOut(done.value()) ->
                      denied(id, reservation)
                          .thenApply(
                              denied ->
                                  denied instanceof Answer.Refused<Found>
                                      ? answer.map(ShardedEntities::ofWallet)
                                      : denied);
                  case Answer.Done<WalletReply> done when ofWallet(done.value()) != null ->
                      CompletableFuture.completedFuture(answer.map(ShardedEntities::ofWallet));
                  case Answer.Busy<WalletReply> busy ->
                      CompletableFuture.completedFuture(new Answer.Busy<>());
                  case Answer.Unreachable<WalletReply> away ->
                      CompletableFuture.completedFuture(new Answer.Unreachable<>());
                  case Answer<WalletReply> notThere -> denied(id, reservation);
                });
  }

  private static boolean hasRunOut(WalletReply reply) {
    return reply instanceof WalletReply.Ended ended && ended.status().equals("expired");
  }

  private static @Nullable Found ofWallet(WalletReply reply) {
    return switch (reply) {
      case WalletReply.Open open -> new Found.Open(open);
      case WalletReply.Ended ended when !ended.status().equals("cancelled") ->
          new Found.Ended(ended);
      case WalletReply other -> null;
    };
  }

  private CompletionStage<Answer<Found>> denied(ReservationId id, String reservation) {
    return org(id.org(), new Request<>(new OrgCommand.FindReservation(reservation), null))
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Done<OrgReply> done) {
                return done.value() instanceof OrgReply.Denied denied && !denied.denials().isEmpty()
                    ? new Answer.Done<>(
                        new Found.Denied(new Decided.Denied(denied.plan(), denied.denials())),
                        false)
                    : new Answer.Refused<>(unknown(reservation));
              }
              return answer instanceof Answer.Refused<OrgReply>
                  ? new Answer.Refused<>(unknown(reservation))
                  : answer.map(
                      reply -> {
                        throw new IllegalStateException();
                      });
            });
  }
}
