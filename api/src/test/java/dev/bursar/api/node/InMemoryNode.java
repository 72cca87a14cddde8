package dev.bursar.api.node;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.protocol.Effect;
import dev.bursar.domain.protocol.ReservationProtocol;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.time.TestClock;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node with the domain's own rules, on one thread and in memory. What a wallet decides reaches
 * org and team at once, and the read model is the journal itself.
 */
public final class InMemoryNode
    implements Enforcement, Entities, TestClock, InstantSource, AutoCloseable {

  private static final Duration GRACE = Duration.ofHours(1);
  private static final Lateness LATENESS =
      Lateness.of(GRACE, Duration.ofHours(72), Duration.ofMinutes(5));

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final SecureRandom random = new SecureRandom();
  private final Catalogs catalogs;
  private final Map<EntityId, Cell<OrgCommand, OrgEvent, OrgReply>> orgs = newMap();
  private final Map<EntityId, Cell<TeamCommand, TeamEvent, TeamReply>> teams = newMap();
  private final Map<EntityId, Cell<WalletCommand, WalletEvent, WalletReply>> wallets = newMap();
  private final Map<String, ReservationProtocol<CompletableFuture<Answer<Decided>>>> protocols =
      new TreeMap<>();
  private volatile Instant now;

  /** What is taken along of it. */
  public final InMemoryExports exports = new InMemoryExports();

  /** What every call is answered with instead, while it is set. */
  private volatile @Nullable Supplier<Answer<?>> trouble;

  private volatile @Nullable EntityId cutOff;

  public InMemoryNode(Catalogs catalogs, Instant now) {
    this.catalogs = catalogs;
    this.now = now;
  }

  private static <T> Map<EntityId, T> newMap() {
    return new TreeMap<>(java.util.Comparator.comparing(EntityId::toString));
  }

  private static OperationMemory memory() {
    return new OperationMemory(200_000, Duration.ofHours(24).toNanos() / 1_000);
  }

  /** From now on every call fails like this; null for no longer. */
  public void trouble(@Nullable Supplier<Answer<?>> answer) {
    trouble = answer;
  }

  /** That wallet can't be reached from now on. */
  public void cutOff(String org, String wallet) {
    cutOff = EntityId.wallet(org, wallet);
  }

  /** How many events there are in all. */
  public long events() {
    return on(() ->
            List.of(orgs, teams, wallets).stream()
                .flatMap(cells -> cells.values().stream())
                .mapToLong(cell -> cell.events().size())
                .sum())
        .join();
  }

  /** Reads what is in the journal. */
  <T> CompletableFuture<T> read(java.util.function.Function<InMemoryNode, T> reader) {
    return on(() -> reader.apply(this));
  }

  List<String> orgNames() {
    return orgs.keySet().stream().map(EntityId::org).toList();
  }

  List<String> walletNames(String org) {
    return wallets.keySet().stream()
        .filter(id -> id.org().equals(org))
        .map(EntityId::name)
        .sorted()
        .toList();
  }

  List<WalletEvent> walletEvents(String org, String wallet) {
    var cell = wallets.get(EntityId.wallet(org, wallet));
    return cell == null ? List.of() : cell.events();
  }

  /** What has happened in an org. */
  public List<OrgEvent> orgEventsOf(String org) {
    return on(() -> List.copyOf(orgEvents(org))).join();
  }

  List<OrgEvent> orgEvents(String org) {
    return orgCell(org).events();
  }

  private <T> CompletableFuture<T> on(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, thread);
  }

  @SuppressWarnings("unchecked")
  private <T> CompletionStage<Answer<T>> answer(Supplier<Answer<T>> work) {
    Supplier<Answer<?>> instead = trouble;
    return instead != null
        ? CompletableFuture.supplyAsync(() -> (Answer<T>) instead.get())
        : on(work);
  }

  // ---- entities

  private Cell<OrgCommand, OrgEvent, OrgReply> orgCell(String org) {
    return orgs.computeIfAbsent(
        EntityId.org(org),
        id -> {
          OperationMemory memory = memory();
          return new Cell<>(
              new OrgAggregate(new Org(org, LATENESS, memory), catalogs), memory, event -> {});
        });
  }

  private Cell<TeamCommand, TeamEvent, TeamReply> teamCell(String org, String team) {
    return teams.computeIfAbsent(
        EntityId.team(org, team),
        id -> {
          OperationMemory memory = memory();
          return new Cell<>(new TeamAggregate(new Team(LATENESS, memory)), memory, event -> {});
        });
  }

  private Cell<WalletCommand, WalletEvent, WalletReply> walletCell(String org, String wallet) {
    return wallets.computeIfAbsent(
        EntityId.wallet(org, wallet),
        id ->
            new Cell<>(
                new WalletAggregate(new Wallet(org, wallet, GRACE, memory())),
                memory(),
                event -> settle(org, event)));
  }

  private void settle(String org, WalletEvent event) {
    Closure closure = event.closure();
    if (closure == null || event.transaction() == null) {
      return;
    }
    orgCell(org).ask(new Request<>(new OrgCommand.Settle(closure), null), now);
    String team = event.transaction().attribution().subject().team();
    if (team != null) {
      teamCell(org, team).ask(new Request<>(new TeamCommand.Settle(closure), null), now);
    }
  }

  @Override
  public CompletionStage<Answer<OrgReply>> org(String org, Request<OrgCommand> request) {
    return answer(() -> orgCell(org).ask(request, now));
  }

  @Override
  public CompletionStage<Answer<OrgReply>> orgSettled(String org, Request<OrgCommand> request) {
    return org(org, request);
  }

  @Override
  public CompletionStage<Answer<TeamReply>> team(
      String org, String team, Request<TeamCommand> request) {
    return answer(() -> teamCell(org, team).ask(request, now));
  }

  @Override
  public CompletionStage<Answer<WalletReply>> wallet(
      String org, String wallet, Request<WalletCommand> request) {
    return EntityId.wallet(org, wallet).equals(cutOff)
        ? CompletableFuture.completedStage(new Answer.Unreachable<>())
        : answer(() -> walletCell(org, wallet).ask(request, now));
  }

  // ---- enforcement

  @Override
  public CompletionStage<Answer<Decided>> reserve(ReserveRequest request, Caller caller) {
    if (trouble != null) {
      return answer(
          () -> {
            throw new IllegalStateException();
          });
    }
    CompletableFuture<Answer<Decided>> waiting = new CompletableFuture<>();
    on(() -> {
          begin(request, caller, waiting);
          return waiting;
        })
        .exceptionally(
            fault -> {
              waiting.completeExceptionally(fault);
              return waiting;
            });
    return waiting;
  }

  private void begin(
      ReserveRequest request, Caller caller, CompletableFuture<Answer<Decided>> waiting) {
    String org = request.subject().org();
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    Operation operation = caller.reserving(request);
    OrgCommand.Reserve command = OrgCommand.Reserve.by(caller, request, salt);
    Answer<OrgReply> answer = orgCell(org).ask(new Request<>(command, operation), now);
    while (answer instanceof Answer.Done<OrgReply> done
        && done.value() instanceof OrgReply.WalletBehind behind) {
      command = command.walletToldThrough(tellWallet(org, behind.changes()));
      answer = orgCell(org).ask(new Request<>(command, operation), now);
    }
    if (answer instanceof Answer.Done<OrgReply> done) {
      ReservationProtocol<CompletableFuture<Answer<Decided>>> protocol =
          protocols.computeIfAbsent(org, o -> new ReservationProtocol<>());
      if (done.value() instanceof OrgReply.Settled) {
        waiting.complete(new Answer.Refused<>(Refusal.alreadyReported()));
        return;
      }
      if (done.replayed() && done.value() instanceof OrgReply.Begun begun) {
        // It was answered before: that is told again.
        run(org, protocol, protocol.repeated(begun.plan(), operation, waiting, 0));
        return;
      }
      run(
          org,
          protocol,
          protocol.decided(done.value(), done.replayed(), false, operation, waiting, 0));
      if (done.value() instanceof OrgReply.Begun begun) {
        run(org, protocol, protocol.durable(begun.plan().reservation()));
      }
    } else if (answer instanceof Answer.Refused<OrgReply> refused) {
      waiting.complete(new Answer.Refused<>(refused.refusal()));
    }
  }

  /** The wallet gets what plan and add-ons grant; tells up to which change it has answered. */
  private long tellWallet(String org, List<PlanGrantChange> changes) {
    if (changes.isEmpty()) {
      return 0;
    }
    var told =
        walletCell(org, ReserveRequest.MAIN_WALLET)
            .ask(new Request<>(PlanGrantChange.toWallet(changes), null), now);
    if (told instanceof Answer.Done<WalletReply> done
        && done.value() instanceof WalletReply.PlanGrantsChanged it) {
      orgCell(org).ask(new Request<>(new OrgCommand.SettlePlanGrants(it.steps()), null), now);
    }
    return changes.getLast().number();
  }

  private void run(
      String org,
      ReservationProtocol<CompletableFuture<Answer<Decided>>> protocol,
      List<Effect<CompletableFuture<Answer<Decided>>>> effects) {
    for (Effect<CompletableFuture<Answer<Decided>>> effect : effects) {
      switch (effect) {
        case Effect.AskWallet<CompletableFuture<Answer<Decided>>> ask -> {
          var answer = walletCell(org, ask.wallet()).ask(ask.request(), now);
          run(org, protocol, protocol.walletAnswered(ask.reservation(), answer, 0));
        }
        case Effect.AskTeam<CompletableFuture<Answer<Decided>>> ask -> {
          var answer = teamCell(org, ask.team()).ask(ask.request(), now);
          if (!(ask.request().command() instanceof TeamCommand.Cancel)) {
            run(org, protocol, protocol.teamAnswered(ask.reservation(), answer, 0));
          }
        }
        case Effect.AskOrg<CompletableFuture<Answer<Decided>>> ask -> {
          var answer = orgCell(org).ask(ask.request(), now);
          run(org, protocol, protocol.orgAnswered(ask.reservation(), answer));
        }
        case Effect.Reply<CompletableFuture<Answer<Decided>>> reply ->
            reply.waiting().complete(reply.answer());
      }
    }
  }

  /** Of what was charged, whatever the org remembers of it. */
  public CompletionStage<ReportedEvents.Known> onRecord(String org, List<Reported> events) {
    return on(
        () ->
            new ReportedEvents.Known(
                events.stream().map(event -> isCharged(org, event)).toList(),
                orgCell(org).sequence()));
  }

  private boolean isCharged(String org, Reported event) {
    return walletNames(org).stream()
        .flatMap(wallet -> walletEvents(org, wallet).stream())
        .anyMatch(
            each ->
                each instanceof WalletEvent.UsageCharged charged
                    && Arrays.equals(charged.reported().key(), event.key()));
  }

  private <R extends WalletReply> CompletionStage<Answer<R>> askWallet(
      String reservation, WalletCommand command, @Nullable Operation operation, Class<R> kind) {
    ReservationId id = java.util.Objects.requireNonNull(ReservationId.parse(reservation));
    return wallet(id.org(), id.wallet(), new Request<>(command, operation))
        .thenApply(answer -> answer.map(kind::cast));
  }

  @Override
  public CompletionStage<Answer<WalletReply.Ended>> commit(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      Caller caller) {
    return askWallet(
        reservation,
        new WalletCommand.Commit(
            reservation, amount, usage, caller.actor(), caller.idempotencyKey()),
        caller.operation("commit:" + reservation),
        WalletReply.Ended.class);
  }

  @Override
  public CompletionStage<Answer<WalletReply.Ended>> release(String reservation, Caller caller) {
    return askWallet(
        reservation,
        new WalletCommand.Release(reservation, caller.actor(), caller.idempotencyKey()),
        caller.operation("release:" + reservation),
        WalletReply.Ended.class);
  }

  @Override
  public CompletionStage<Answer<WalletReply.Extended>> extend(
      String reservation, long ttlSeconds, Caller caller) {
    return askWallet(
        reservation,
        new WalletCommand.Extend(reservation, ttlSeconds),
        caller.operation("extend:" + reservation),
        WalletReply.Extended.class);
  }

  @Override
  public CompletionStage<Answer<Found>> find(String reservation) {
    ReservationId id = java.util.Objects.requireNonNull(ReservationId.parse(reservation));
    return answer(
        () -> {
          Answer<OrgReply> ofOrg =
              orgCell(id.org())
                  .ask(new Request<>(new OrgCommand.FindReservation(reservation), null), now);
          if (ofOrg instanceof Answer.Done<OrgReply> done
              && done.value() instanceof OrgReply.Denied denied) {
            return new Answer.Done<>(
                new Found.Denied(new Decided.Denied(denied.plan(), denied.denials())), false);
          }
          return walletCell(id.org(), id.wallet())
              .ask(new Request<>(new WalletCommand.Find(reservation), null), now)
              .map(
                  reply ->
                      switch (reply) {
                        case WalletReply.Open open -> new Found.Open(open);
                        case WalletReply.Ended ended -> new Found.Ended(ended);
                        case WalletReply other -> throw new IllegalStateException("" + other);
                      });
        });
  }

  // ---- time

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public CompletionStage<Instant> moveTo(Instant later) {
    return on(
        () -> {
          now = later;
          List.copyOf(wallets.values())
              .forEach(cell -> cell.ask(new Request<>(new WalletCommand.Wake(), null), later));
          return later;
        });
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
