package dev.bursar.node.entity;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.usage.UsageReporting;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityModels;
import dev.bursar.entities.Limits;
import dev.bursar.node.NodeSystem;
import dev.bursar.projections.progress.FreshWaits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;

/** The entities of one node on a real PostgreSQL, without HTTP and projections. */
final class EntityNode implements AutoCloseable {

  static final Catalog CATALOG =
      new Catalog(
          Map.of("platform", "Platform credits"),
          Set.of("tokens"),
          List.of(new Rate(null, "m", "platform", Map.of("tokens", new BigDecimal("0.5")))));

  final ShardedEntities entities;
  private final ActorSystem<Void> system;
  private final Database database;
  private final ExecutorService blocking = Executors.newFixedThreadPool(4);

  EntityNode(DatabaseSettings settings, InstantSource clock) {
    this(settings, clock, ConfigFactory.empty());
  }

  EntityNode(DatabaseSettings settings, InstantSource clock, Config overrides) {
    Config config =
        overrides
            .withFallback(ConfigFactory.parseResources("quick-cluster.conf"))
            .withFallback(NodeSystem.config(settings));
    database = Database.open(settings.withPoolSize(4));
    system = NodeSystem.start(config);
    Limits limits = LimitSettings.from(config);
    EntityParts parts =
        new EntityParts(
            new EntityModels(limits, CATALOG),
            clock,
            limits,
            new JournalStore(database.jdbi(), blocking),
            new EntityCounts(new SimpleMeterRegistry()));
    entities =
        new ShardedEntities(
            system,
            new Region(system, parts),
            limits.askTimeout(),
            new FreshWaits(new SimpleMeterRegistry(), FreshWaits.For.ORG));
  }

  void org(String org) {
    done(
        entities.org(
            org,
            new Request<>(
                new OrgCommand.PutOrg(
                    new OrgSettings(org, ZoneOffset.UTC, null, List.of()), "test"),
                null)));
  }

  OrgReply tell(String org, OrgCommand command) {
    return done(entities.org(org, new Request<>(command, null)));
  }

  void openWallet(String org, String wallet) {
    tell(org, new OrgCommand.PutWallet(wallet, WalletOwner.ORG, "test"));
    done(
        entities.wallet(org, wallet, new Request<>(new WalletCommand.Open(WalletOwner.ORG), null)));
  }

  /** How many rows an org and all that it has are in the journal with. */
  long rows(String org) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "select count(*) from event_journal where split_part(persistence_id, '|',"
                            + " 2) = :org")
                    .bind("org", org)
                    .mapTo(Long.class)
                    .one());
  }

  void transfer(String org, String from, String to, String amount, String key) {
    Attribution attribution =
        new Attribution(
            "transfer", "test", Subject.ofOrg(org), null, null, null, key, Map.of(), new byte[16]);
    done(
        entities.wallet(
            org,
            from,
            new Request<>(
                new WalletCommand.TransferOut(to, "platform", Credits.parse(amount), attribution),
                new Operation("transfer:" + key, 0))));
  }

  int transfersOnTheirWay(String org, String wallet) {
    return ((WalletReply.TransferList)
            done(
                entities.wallet(
                    org, wallet, new Request<>(new WalletCommand.ListTransfers(), null))))
        .transfers()
        .size();
  }

  void wallet(String org, String wallet, String credits) {
    openWallet(org, wallet);
    Grant grant =
        new Grant(
            "g1",
            "platform",
            Credits.parse(credits),
            Grant.Category.PAID,
            Grant.PRIORITY_DEFAULT,
            Instant.EPOCH,
            null,
            Set.of(),
            Set.of(),
            null,
            null,
            "test",
            Instant.EPOCH);
    Attribution attribution =
        new Attribution(
            "grant", "test", Subject.ofOrg(org), null, null, null, null, Map.of(), new byte[16]);
    done(
        entities.wallet(
            org,
            wallet,
            new Request<>(
                new WalletCommand.AddGrant(grant, null, attribution),
                new Operation("grant:g1", 0))));
  }

  Balance balance(String org, String wallet) {
    WalletReply.Viewed viewed =
        (WalletReply.Viewed)
            done(entities.wallet(org, wallet, new Request<>(new WalletCommand.View(), null)));
    return viewed.balances().getFirst();
  }

  CompletionStage<Answer<Decided>> reserve(
      Subject subject, String amount, boolean commit, String key) {
    return entities.reserve(
        new ReserveRequest(
            subject,
            null,
            null,
            null,
            null,
            null,
            Credits.parse(amount),
            "platform",
            300,
            OveragePolicy.RECORD,
            commit,
            false,
            Map.of()),
        new Caller("test", key, key, amount.hashCode()));
  }

  /** Has the wallet hold what somebody has asked for, for so many seconds. */
  void hold(Plan plan, long ttlSeconds) {
    Subject subject = plan.request().subject();
    Attribution attribution =
        new Attribution(
            "reservation", "test", subject, null, null, null, null, Map.of(), new byte[16]);
    done(
        entities.wallet(
            subject.org(),
            plan.wallet(),
            new Request<>(
                new WalletCommand.HoldCredits(
                    plan.reservation(),
                    plan.creditType(),
                    plan.amount(),
                    null,
                    ttlSeconds,
                    OveragePolicy.RECORD,
                    false,
                    false,
                    attribution,
                    Origin.of(plan.madeAt())),
                Operation.holding(plan.reservation()))));
  }

  /** Reports one event; the table of all that are on record knows of none, as of no row. */
  CompletionStage<List<UsageReports.Result>> report(
      Subject subject, String amount, OveragePolicy policy, String id) {
    return report(subject, amount, policy, id, new ReportedEvents.Known(List.of(false), 0));
  }

  /** Reports one event, of which that is known from the table of all that are on record. */
  CompletionStage<List<UsageReports.Result>> report(
      Subject subject, String amount, OveragePolicy policy, String id, ReportedEvents.Known known) {
    ReserveRequest work =
        new ReserveRequest(
            subject,
            null,
            null,
            null,
            null,
            null,
            Credits.parse(amount),
            "platform",
            300,
            policy,
            true,
            false,
            Map.of());
    return new UsageReporting(
            entities, (org, events) -> CompletableFuture.completedFuture(known), 8, 1)
        .report(List.of(new UsageReports.Report("/gateway", id, Instant.now(), work)), "test");
  }

  /** Sets the org's monthly budget. */
  void orgBudget(String org, String limit) {
    tell(
        org,
        new OrgCommand.PutBudget(
            new Budget(
                "org-month",
                new Scope(Scope.Type.ORG, null, null),
                "platform",
                WindowKind.MONTH,
                Credits.parse(limit),
                Budget.Mode.HARD,
                Set.of(),
                Set.of(),
                List.of(),
                ZoneOffset.UTC,
                1),
            "test"));
  }

  /** The figures of the org's monthly budget. */
  LimitState orgBudget(String org) {
    return ((OrgReply.OneBudget) tell(org, new OrgCommand.ViewBudget("org-month", null)))
        .budget()
        .state();
  }

  CompletionStage<Answer<WalletReply.Ended>> release(Decided.Allowed allowed, String key) {
    return entities.release(
        allowed.plan().reservation(), new Caller("test", key, key, key.hashCode()));
  }

  CompletionStage<Answer<WalletReply.Ended>> commit(
      Decided.Allowed allowed, String amount, String key) {
    return entities.commit(
        allowed.plan().reservation(),
        Credits.parse(amount),
        null,
        new Caller("test", key, key, key.hashCode()));
  }

  /** Waits for a condition, for a minute at most. */
  void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it never came to be");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  static <T> T done(CompletionStage<Answer<T>> answer) {
    Answer<T> got = await(answer);
    if (got instanceof Answer.Done<T> done) {
      return done.value();
    }
    throw new AssertionError("not done: " + got);
  }

  /** Asks with the same key until it is done, as a client would: for a minute at most. */
  Decided reserveUntilDone(Subject subject, String amount, boolean commit, String key) {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    Answer<Decided> answer = await(reserve(subject, amount, commit, key));
    while (!(answer instanceof Answer.Done<Decided>)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never done: " + key + ": " + answer);
      }
      LockSupport.parkNanos(1_000_000);
      answer = await(reserve(subject, amount, commit, key));
    }
    return ((Answer.Done<Decided>) answer).value();
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    system.terminate();
    await(system.getWhenTerminated());
    database.close();
    blocking.shutdown();
  }
}
