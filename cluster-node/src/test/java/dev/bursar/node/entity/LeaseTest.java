package dev.bursar.node.entity;

import static dev.bursar.node.entity.EntityNode.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.lease.Leasing;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.usage.UsageReporting;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.node.TestServer;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Leases over the real actors, journal and PostgreSQL; the node stops and another takes over. */
class LeaseTest {

  private static DatabaseSettings settings;
  private static EntityNode node;

  @BeforeAll
  static void start() {
    settings = TestServer.fresh();
    node = new EntityNode(settings, InstantSource.system());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void failover() {
    node.close();
    node = new EntityNode(settings, InstantSource.system());
  }

  /** The table of all that are on record knows of none, as of no row: the org has to remember. */
  private static UsageReports reports() {
    return new UsageReporting(
        node.entities,
        (org, events) ->
            CompletableFuture.completedFuture(
                new ReportedEvents.Known(events.stream().map(e -> false).toList(), 0)),
        8,
        1);
  }

  private static Leases leases() {
    return new Leasing(node.entities, node.entities, reports(), 600);
  }

  private static Caller caller(String key) {
    return new Caller("test", key, key, 1);
  }

  private static CompletionStage<Answer<Leases.Outcome>> ask(
      String org, String amount, String key) {
    return leases().acquire(wanted(org, amount), caller(key));
  }

  private static Leases.Wanted wanted(String org, String amount) {
    return new Leases.Wanted(
        "sidecar",
        Subject.ofOrg(org),
        null,
        null,
        null,
        "platform",
        Credits.parse(amount),
        Map.of(),
        300,
        Set.of());
  }

  private static Leases.View lease(String org, String amount, String key) {
    return ((Leases.Granted) done(ask(org, amount, key))).lease();
  }

  private static Leases.Use use(String org, String id, String amount) {
    return new Leases.Use(
        id,
        Instant.now(),
        new ReserveRequest(
            new Subject(org, null, "u1", null, null, null),
            "chat",
            null,
            null,
            "main",
            null,
            Credits.parse(amount),
            "platform",
            1,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of()));
  }

  private static CompletionStage<Answer<Leases.Settled>> report(
      Leases.View lease, long epoch, String key, Leases.Use... uses) {
    return leases().report(lease.lease(), epoch, List.of(uses), null, Credits.ZERO, caller(key));
  }

  private static void acme(String org, String credits) {
    node.org(org);
    node.wallet(org, "main", credits);
    node.orgBudget(org, "1000");
  }

  @Test
  void aLeaseOutlivesTheNodeThatGrantedIt() {
    acme("failover", "100");
    Leases.View lease = lease("failover", "60", "L1");
    done(report(lease, 1, "R1", use("failover", "1", "5")));
    failover();
    assertThat(node.balance("failover", "main").held()).isEqualTo(Credits.of(55));
    assertThat(done(leases().find(lease.lease())).terms().epoch()).isEqualTo(2);
    assertThat(lease("failover", "60", "L1").lease())
        .as("its answer was lost, and it is asked for again")
        .isEqualTo(lease.lease());
    var settled = done(report(lease, 2, "R2", use("failover", "2", "7")));
    assertThat(settled.lease().terms().reported()).isEqualTo(Credits.of(12));
    done(leases().close(lease.lease(), 3, List.of(), caller("C1")));
    assertThat(node.balance("failover", "main").available()).isEqualTo(Credits.of(88));
    node.until(() -> node.orgBudget("failover").held().isZero());
    assertThat(node.orgBudget("failover").used()).isEqualTo(Credits.of(12));
  }

  /** The journal folded from its first row, with leases that are out and others that have ended. */
  @AfterEach
  void verify() {
    assertThat(
            new Verification(settings, Duration.ofHours(1), Duration.ofHours(72))
                .run(counts -> {})
                .discrepancies())
        .isEmpty();
  }

  /** What was used came on record, the terms were not settled: the report is sent again. */
  @Test
  void aReportThatWasCutOffInTheMiddleIsAppliedOnce() {
    acme("middle", "100");
    Leases.View lease = lease("middle", "60", "L1");
    Leases.Use first = use("middle", "1", "5");
    EntityNode.await(
        reports()
            .report(
                List.of(
                    new UsageReports.Report(
                        lease.lease(), first.id(), first.happenedAt(), first.work(), 1L, false)),
                "test"));
    failover();
    var settled = done(report(lease, 1, "R1", first, use("middle", "2", "7")));
    assertThat(settled.lease().terms().reported()).isEqualTo(Credits.of(12));
    failover();
    Answer<Leases.Settled> again =
        EntityNode.await(report(lease, 1, "R1", first, use("middle", "2", "7")));
    assertThat(((Answer.Done<Leases.Settled>) again).replayed()).isTrue();
    assertThat(node.balance("middle", "main").balance()).isEqualTo(Credits.of(88));
    Answer<Leases.Settled> stale =
        EntityNode.await(report(lease, 1, "R9", use("middle", "3", "50")));
    assertThat(((Answer.Refused<Leases.Settled>) stale).refusal().code())
        .isEqualTo(Refusal.Code.LEASE_EPOCH_STALE);
    assertThat(node.balance("middle", "main").held()).isEqualTo(Credits.of(48));
  }

  /** Decides like the node, while somebody else is faster after the first question. */
  private record Outrun(Enforcement node, Supplier<CompletionStage<?>> other, AtomicBoolean first)
      implements Enforcement {
    @Override
    public CompletionStage<Answer<Decided>> reserve(ReserveRequest request, Caller caller) {
      CompletionStage<Answer<Decided>> decided = node.reserve(request, caller);
      return request.dryRun() && first.getAndSet(false)
          ? decided.thenCompose(answer -> other.get().thenApply(done -> answer))
          : decided;
    }

    @Override
    public CompletionStage<Answer<WalletReply.Ended>> commit(
        String reservation, Credits amount, Map<String, Long> usage, Caller caller) {
      return node.commit(reservation, amount, usage, caller);
    }

    @Override
    public CompletionStage<Answer<WalletReply.Ended>> release(String reservation, Caller caller) {
      return node.release(reservation, caller);
    }

    @Override
    public CompletionStage<Answer<WalletReply.Extended>> extend(
        String reservation, long ttlSeconds, Caller caller) {
      return node.extend(reservation, ttlSeconds, caller);
    }

    @Override
    public CompletionStage<Answer<Found>> find(String reservation) {
      return node.find(reservation);
    }
  }

  @Test
  void whatWasGrantedAtTheSecondTryIsFoundByARetry() {
    acme("outrun", "100");
    Leases outrun =
        new Leasing(
            new Outrun(node.entities, () -> ask("outrun", "60", "other"), new AtomicBoolean(true)),
            node.entities,
            reports(),
            600);
    Leases.Wanted wanted = wanted("outrun", "100");
    var first = (Leases.Granted) done(outrun.acquire(wanted, caller("L1")));
    assertThat(first.lease().terms().granted()).isEqualTo(Credits.of(40));
    var again = (Leases.Granted) done(leases().acquire(wanted, caller("L1")));
    assertThat(again.lease().lease()).isEqualTo(first.lease().lease());
  }

  @Test
  void twoHundredHoldersOnABalanceOfTenHaveTenTogether() {
    acme("many", "10");
    List<CompletionStage<Answer<Leases.Outcome>>> asked =
        IntStream.range(0, 200).mapToObj(i -> ask("many", "3", "L" + i)).toList();
    Credits granted = Credits.ZERO;
    for (CompletionStage<Answer<Leases.Outcome>> each : asked) {
      if (done(each) instanceof Leases.Granted it) {
        granted = granted.plus(it.lease().terms().granted());
      }
    }
    assertThat(granted).isEqualTo(Credits.of(10));
    assertThat(node.balance("many", "main").available()).isEqualTo(Credits.ZERO);
    assertThat(node.balance("many", "main").debt()).isEqualTo(Credits.ZERO);
  }
}
