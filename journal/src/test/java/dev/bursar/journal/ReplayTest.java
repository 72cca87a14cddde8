package dev.bursar.journal;

import static dev.bursar.journal.Parts.credits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What comes back from stored rows, or from a stored snapshot and the rows after it, is the entity
 * that wrote them.
 */
final class ReplayTest {

  private static final int ROUNDS = 120;
  private static final Lateness LATE_FOR = Lateness.ofHolds(Duration.ofHours(2));

  private final Random random = new Random(42);

  private static OperationMemory memory() {
    return new OperationMemory(1_000, Duration.ofHours(24).toMillis() * 1_000);
  }

  /** One kind of entity: how it is made, and how its state gets in and out. */
  private record Kind<C, E, R, A extends Aggregate<C, E, R>, S>(
      BatchCodec<E> rows,
      SnapshotCodec<S> snapshots,
      Function<OperationMemory, A> make,
      Function<A, S> state,
      Restoring<A, S> restoring) {

    private interface Restoring<A, S> {
      void restore(A aggregate, S state);
    }

    private final class Living {
      private final OperationMemory memory = memory();
      private final A aggregate = make.apply(memory);
      private final Entity<C, E, R> entity = new Entity<>(aggregate, memory);

      byte[] snapshot() {
        return snapshots.encode(
            new EntitySnapshot<>(
                entity.sequence(), entity.head(), memory.toBytes(), state.apply(aggregate)));
      }

      void restore(byte[] bytes) {
        EntitySnapshot<S> from = snapshots.decode(snapshots.manifest(), bytes);
        memory.restore(from.memory());
        restoring.restore(aggregate, from.state());
        entity.restored(from.sequence(), from.head());
      }

      void fold(byte[] row) {
        entity.fold(rows.decode(rows.manifest(), row), CanonicalEntry.sha256(row));
      }
    }

    void replays(Supplier<List<Request<C>>> requests, Random random) {
      Instant now = Parts.AT;
      Living live = new Living();
      Living followed = new Living();
      List<byte[]> snapshots = new ArrayList<>();
      List<byte[]> stored = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        now = now.plusSeconds(random.nextInt(100));
        Batch<E> batch = live.entity.decide(requests.get(), now).batch();
        if (batch != null) {
          byte[] row = rows.encode(batch);
          live.entity.sealed(CanonicalEntry.sha256(row));
          stored.add(row);
          followed.fold(row);
          assertThat(followed.snapshot()).isEqualTo(live.snapshot());
          snapshots.add(live.snapshot());
        }
      }
      assertThat(stored).hasSizeGreaterThan(ROUNDS / 2);
      for (int at = 0; at < stored.size(); at += 10) {
        Living restored = new Living();
        restored.restore(snapshots.get(at));
        assertThat(restored.snapshot()).isEqualTo(snapshots.get(at));
        stored.subList(at + 1, stored.size()).forEach(restored::fold);
        assertThat(restored.snapshot()).isEqualTo(live.snapshot());
      }
    }
  }

  private static String reservation(int number) {
    return new ReservationId("acme", "main", "token-" + number).toString();
  }

  private <C> List<Request<C>> batch(List<C> first, Supplier<C> next) {
    List<Request<C>> requests = new ArrayList<>();
    first.forEach(command -> requests.add(new Request<>(command, null)));
    for (int count = random.nextInt(4); count >= 0; count--) {
      C command = next.get();
      requests.add(
          new Request<>(command, new Operation("op-" + random.nextLong(), command.hashCode() & 7)));
    }
    return requests;
  }

  @Test
  void wallets() {
    new Kind<>(
            BatchCodec.wallets(),
            SnapshotCodec.wallets(),
            memory ->
                new WalletAggregate(new Wallet("acme", "main", Duration.ofHours(1), memory())),
            aggregate -> aggregate.wallet().snapshot(),
            (aggregate, state) -> aggregate.wallet().restore(state))
        .replays(
            () -> batch(List.of(new WalletCommand.Open(WalletOwner.ORG)), this::walletCommand),
            random);
  }

  private int grants;
  private int holds;

  private WalletCommand walletCommand() {
    String reservation = reservation(Math.max(0, holds - 1 - random.nextInt(12)));
    return switch (random.nextInt(10)) {
      case 0 -> new WalletCommand.AddGrant(newGrant(), recurrence(), Parts.attribution("grant"));
      case 1 -> new WalletCommand.Release(reservation, "key_1", null);
      case 2 ->
          new WalletCommand.Commit(
              reservation, Credits.of(random.nextInt(30)), null, "key_1", "idem");
      case 3 ->
          random.nextInt(5) == 0
              ? new WalletCommand.VoidGrant(
                  "g" + random.nextInt(1 + grants), Parts.attribution("void"))
              : new WalletCommand.Extend(reservation, 500);
      case 4 ->
          new WalletCommand.Cancel(reservation(holds + random.nextInt(12)), Origin.of(Parts.AT));
      case 5 ->
          new WalletCommand.TransferOut(
              "research",
              "platform",
              Credits.of(1 + random.nextInt(5)),
              Parts.attribution("transfer"));
      case 6 ->
          random.nextInt(4) == 0
              ? new WalletCommand.TransferIn(Parts.transfer())
              : new WalletCommand.Adjust(
                  "platform",
                  Credits.of(random.nextInt(-9, 9)),
                  "fix" + random.nextInt(99),
                  Parts.attribution("adjust"));
      default ->
          new WalletCommand.HoldCredits(
              reservation(holds++),
              random.nextInt(5) == 0 ? "image" : "platform",
              Credits.of(random.nextInt(20)),
              random.nextBoolean() ? Parts.PRICE : null,
              30 + random.nextInt(400),
              OveragePolicy.RECORD,
              random.nextInt(4) == 0,
              random.nextBoolean(),
              Parts.attribution("reservation"),
              Origin.of(Parts.AT));
    };
  }

  private Recurrence.@Nullable Terms recurrence() {
    return random.nextInt(3) > 0
        ? null
        : new Recurrence.Terms(
            Recurrence.Interval.DAY,
            Parts.AT.plusSeconds(random.nextInt(9_000)),
            Credits.ZERO,
            Credits.of(random.nextInt(9)));
  }

  private Grant newGrant() {
    Grant like = Parts.bareGrant();
    Instant from = Parts.AT.plusSeconds(random.nextInt(6_000));
    return new Grant(
        "g" + grants++,
        random.nextInt(4) == 0 ? "image" : "platform",
        Credits.of(5 + random.nextInt(60)),
        Grant.Category.values()[random.nextInt(3)],
        random.nextInt(100),
        from,
        random.nextBoolean() ? from.plusSeconds(6_000 + random.nextInt(3_000)) : null,
        random.nextInt(4) == 0 ? Set.of("chat", "search") : Set.of(),
        Set.of(),
        like.costBasis(),
        null,
        like.source(),
        like.createdAt());
  }

  @Test
  void teams() {
    new Kind<>(
            BatchCodec.teams(),
            SnapshotCodec.teams(),
            memory -> new TeamAggregate(new Team(LATE_FOR, memory)),
            aggregate -> aggregate.team().snapshot(),
            (aggregate, state) -> aggregate.team().restore(state))
        .replays(() -> batch(List.of(), this::teamCommand), random);
  }

  private TeamCommand teamCommand() {
    String reservation = reservation(Math.max(0, holds - 1 - random.nextInt(12)));
    return switch (random.nextInt(6)) {
      case 0 -> new TeamCommand.Settle(closure(reservation));
      case 1 -> new TeamCommand.Settle(closure(reservation));
      case 2 ->
          random.nextInt(10) == 0
              ? new TeamCommand.ForgetBudget("b" + random.nextInt(4), null)
              : new TeamCommand.Cancel(reservation(holds + random.nextInt(12)), null);
      default ->
          new TeamCommand.HoldBudget(
              reservation(holds++),
              asked(),
              List.of(applicable(), applicable()),
              Origin.of(Parts.AT));
    };
  }

  private Closure closure(String reservation) {
    return Closure.of(
        reservation, Credits.of(random.nextInt(20)), Closure.Kind.values()[random.nextInt(3)]);
  }

  private Quantities asked() {
    Credits amount = Credits.of(random.nextInt(20));
    return random.nextBoolean()
        ? Quantities.of(amount)
        : new Quantities(amount, Map.of("tokens", (long) random.nextInt(900)));
  }

  private Budgets.Applicable applicable() {
    boolean each = random.nextBoolean();
    Scope scope =
        each
            ? new Scope(Scope.Type.EACH_MEMBER, null, "analytics")
            : new Scope(Scope.Type.TEAM, "analytics", null);
    Scope counted =
        each ? new Scope(Scope.Type.USER, "u" + random.nextInt(30), "analytics") : scope;
    return new Budgets.Applicable(budget(random.nextInt(4), scope), counted);
  }

  private static Budget budget(int number, Scope scope) {
    return new Budget(
        "b" + number,
        scope,
        "platform",
        WindowKind.values()[number % 3],
        credits("400"),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(50, 100),
        ZoneId.of("Europe/Berlin"),
        1);
  }

  @Test
  void orgs() {
    Catalog catalog =
        new Catalog(
            Map.of("platform", "Platform"),
            Set.of("tokens"),
            List.of(new Rate(null, null, "platform", Map.of("tokens", new BigDecimal("0.0100")))));
    OrgCommand put =
        new OrgCommand.PutOrg(new OrgSettings("ACME", ZoneId.of("UTC"), null, List.of()), "key_1");
    new Kind<>(
            BatchCodec.orgs(),
            SnapshotCodec.orgs(),
            memory -> new OrgAggregate(newOrg(memory), catalog),
            aggregate -> aggregate.org().snapshot(),
            (aggregate, state) -> aggregate.org().restore(state))
        .replays(
            () ->
                batch(
                    List.of(put, new OrgCommand.PutWallet("main", WalletOwner.ORG, "key_1")),
                    this::orgCommand),
            random);
  }

  private @Nullable Org live;

  private Org newOrg(OperationMemory memory) {
    Org made = new Org("acme", LATE_FOR, memory);
    live = live == null ? made : live;
    return made;
  }

  private OrgCommand orgCommand() {
    int number = random.nextInt(80);
    List<String> open = live == null ? List.of() : List.copyOf(live.open().keySet());
    String reservation =
        open.isEmpty() ? reservation(number) : open.get(random.nextInt(open.size()));
    return switch (random.nextInt(6)) {
      case 0, 1 -> new OrgCommand.Settle(closure(reservation));
      case 2 ->
          new OrgCommand.PutBudget(
              budget(
                  random.nextInt(2) + 2 * (number % 2),
                  new Scope(number % 2 == 0 ? Scope.Type.ORG : Scope.Type.EACH_USER, null, null)),
              "key_1");
      case 3 -> new OrgCommand.RemoveBudget("b" + random.nextInt(20), "key_1");
      default ->
          new OrgCommand.Reserve(
              new ReserveRequest(
                  new Subject("acme", null, "u" + random.nextInt(9), null, null, null),
                  "chat",
                  null,
                  null,
                  null,
                  Map.of("tokens", (long) random.nextInt(2_000)),
                  null,
                  null,
                  300,
                  OveragePolicy.RECORD,
                  false,
                  false,
                  Map.of("b", "2", "a", "1")),
              "key-" + number,
              "key_1",
              "idem",
              Parts.bytes(16, number));
    };
  }
}
