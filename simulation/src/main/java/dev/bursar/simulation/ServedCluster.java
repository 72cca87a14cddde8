package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.OrgShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The entities of all nodes, as whoever leases asks them: what is not answered for a while is
 * unreachable. What leaves a node is looked at as what clients are told is.
 */
final class ServedCluster implements Entities, Enforcement, ReportedEvents {

  private static final long TIMEOUT_MICROS = 3_000_000;

  private final World world;
  private final Random random;
  private final AnswerChecks checks;
  private final EndChecks ends;
  private final ReportChecks reports;

  /** When it was asked first that something ends. */
  private final Map<Operation, Since> endings = new HashMap<>();

  /** What was asked for with a key. */
  private final Map<String, Asked> asked = new HashMap<>();

  /**
   * @param since when it was asked for first
   * @param attempts the reservations that were begun for it, if they were
   */
  private record Asked(Since since, List<String> attempts) {}

  ServedCluster(World world, Random random) {
    this.world = world;
    this.random = random;
    this.checks = new AnswerChecks(world);
    this.ends = new EndChecks(world);
    this.reports = new ReportChecks(world);
  }

  private <T> CompletionStage<Answer<T>> ask(
      EntityId id, Function<ReplyTo<Answer<T>>, EntityMessage> message) {
    return ask(id, message, (node, answer) -> {}, answer -> {});
  }

  private <T> CompletionStage<Answer<T>> ask(
      EntityId id,
      Function<ReplyTo<Answer<T>>, EntityMessage> message,
      World.Answered<Answer<T>> leaving,
      Consumer<Answer<T>> heard) {
    CompletableFuture<Answer<T>> told = new CompletableFuture<>();
    world.ask(
        id,
        message,
        new World.Answered<Answer<T>>() {
          @Override
          public void sent(String node, Answer<T> answer) {
            leaving.by(node, answer);
          }

          @Override
          public void by(String node, Answer<T> answer) {
            heard.accept(answer);
            told.complete(answer);
          }
        });
    world.time.after(TIMEOUT_MICROS, () -> told.complete(new Answer.Unreachable<>()));
    return told;
  }

  @Override
  public CompletionStage<Answer<OrgReply>> org(String org, Request<OrgCommand> request) {
    return ask(EntityId.org(org), replyTo -> new EntityMessage.Ask<>(request, replyTo));
  }

  @Override
  public CompletionStage<Answer<OrgReply>> orgSettled(String org, Request<OrgCommand> request) {
    return ask(EntityId.org(org), replyTo -> new EntityMessage.AskSettled(request, replyTo));
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

  @Override
  public CompletionStage<Answer<Decided>> reserve(ReserveRequest request, Caller caller) {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    Subject subject = request.subject();
    String name = request.wallet() == null ? OrgShape.walletOf(subject.team()) : request.wallet();
    EntityId wallet = EntityId.wallet(subject.org(), name);
    String attempt = ReservationId.of(subject.org(), name, caller.key(), salt).toString();
    Reported reported = request.reported();
    if (reported != null) {
      world.watch.reports.asks(subject.org(), reported, attempt, request);
    }
    Since since = world.since();
    Asked first = asked.computeIfAbsent(caller.key(), key -> new Asked(since, new ArrayList<>()));
    first.attempts.add(attempt);
    OrgCommand.Reserve command = OrgCommand.Reserve.by(caller, request, salt);
    world.watch.attempts(attempt, command);
    return ask(
        EntityId.org(subject.org()),
        replyTo -> new EntityMessage.Reserve(command, caller.reserving(request), replyTo),
        (node, answer) -> {
          checks.told(answer, wallet, node);
          if (request.dryRun() && request.canNameFeature()) {
            checks.anyFeature(answer, request, wallet, since);
          }
          if (reported != null) {
            reports.told(answer, EntityId.org(subject.org()));
          }
        },
        answer -> {
          if (reported == null && isToBeLookedAt(answer, request)) {
            checks.reserved(
                answer, request, wallet, caller.reserving(request), first.since, first.attempts);
          }
        });
  }

  /**
   * Of a lease, only why there is none, and what there would be: asked for again, it is what it was
   * when it was granted. What some credits are for is looked at where that is asked.
   */
  private static boolean isToBeLookedAt(Answer<Decided> answer, ReserveRequest request) {
    return (answer instanceof Answer.Done<Decided> done
            && (request.lease() == null
                || request.dryRun()
                || done.value() instanceof Decided.Denied))
        || (answer instanceof Answer.Refused<Decided>(Refusal no)
            && no.code() != Refusal.Code.CATALOG_UNKNOWN
            && !LeaseTerms.FEATURE.equals(no.field())
            && !String.valueOf(no.field()).startsWith("meters.")
            && !String.valueOf(no.field()).startsWith("top_up_meters."));
  }

  @Override
  public CompletionStage<Answer<WalletReply.Ended>> release(String reservation, Caller caller) {
    return ended(
        reservation,
        new WalletCommand.Release(reservation, caller.actor(), caller.idempotencyKey()),
        caller.operation("release:" + reservation));
  }

  @Override
  public CompletionStage<Answer<WalletReply.Ended>> commit(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      Caller caller) {
    return ended(
        reservation,
        new WalletCommand.Commit(
            reservation, amount, usage, caller.actor(), caller.idempotencyKey()),
        caller.operation("commit:" + reservation));
  }

  private CompletionStage<Answer<WalletReply.Ended>> ended(
      String reservation, WalletCommand command, Operation operation) {
    ReservationId id = ReservationId.parse(reservation);
    if (id == null) {
      throw new IllegalArgumentException(reservation);
    }
    EntityId wallet = EntityId.wallet(id.org(), id.wallet());
    Plan begun = world.watch.begun(reservation);
    Credits amount = begun == null ? Credits.ZERO : begun.amount();
    EndChecks.Asked asked =
        new EndChecks.Asked(
            new Call.Reserved(reservation, wallet, amount),
            command,
            operation,
            false,
            endings.computeIfAbsent(operation, key -> world.since()));
    return this.<WalletReply>ask(
            wallet,
            replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
            (node, answer) -> {},
            answer -> {})
        .thenApply(
            real -> {
              Answer<WalletReply> answer = world.tampering.ending(real);
              ends.ended(answer, asked);
              return answer.map(WalletReply.Ended.class::cast);
            });
  }

  @Override
  public CompletionStage<Answer<WalletReply.Extended>> extend(
      String reservation, long ttlSeconds, Caller caller) {
    throw new UnsupportedOperationException("nobody who leases asks for it");
  }

  @Override
  public CompletionStage<Answer<Found>> find(String reservation) {
    throw new UnsupportedOperationException("nobody who leases asks for it");
  }

  /** The table may be some rows behind. */
  @Override
  public CompletionStage<Known> onRecord(String org, List<Reported> events) {
    long through = Math.max(0, world.journal.last(EntityId.org(org)) - random.nextInt(6));
    List<Boolean> found =
        events.stream().map(event -> world.watch.reports.isOnRecord(org, event, through)).toList();
    return CompletableFuture.completedFuture(new Known(found, through));
  }
}
