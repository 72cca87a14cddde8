package dev.bursar.projections;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.AddOn;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.ChargeTrace;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.journal.BatchCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An org with a team and two wallets, in which work is reserved, charged, released and left to
 * expire, refunded and adjusted, and credits are moved, at random. The same seed does the same.
 * What it does goes to the journal.
 */
final class OrgWorld {

  static final Duration GRACE = Duration.ofHours(1);
  static final Lateness LATENESS = Lateness.of(GRACE, Duration.ofHours(72), Duration.ofMinutes(5));
  static final String TYPE = "platform";
  private static final String IMAGE = "image";
  static final String SPARE = "spare_1";
  private static final Catalog CATALOG =
      new Catalog(
          Map.of(
              TYPE, new CreditType(TYPE, "Platform credits", 6),
              IMAGE, new CreditType(IMAGE, "Image credits", 6)),
          Set.of(),
          Map.of(),
          new PriceList(List.of()),
          Map.of(
              "pro",
              new PricingPlan(
                  "pro",
                  "Pro",
                  null,
                  Map.of("chat", new Entitlement.Access(true)),
                  Map.of(),
                  Map.of(),
                  OveragePolicy.RECORD,
                  FailMode.DENY)),
          Map.of("a", addOn("a"), "b", addOn("b")),
          Map.of(),
          Map.of());
  private static final int REMEMBERED = 10_000;
  private static final long REMEMBERED_MICROS = Duration.ofDays(1).toNanos() / 1_000;

  final EntityId orgId;
  final EntityId teamId;
  final EntityId walletId;
  final EntityId spareId;

  /** The entries of both wallets, in the order in which they came about. */
  final List<LedgerEntry> entries = new ArrayList<>();

  /** What can be given back. */
  private final List<Transaction> charges = new ArrayList<>();

  private final List<Transfer> onTheWay = new ArrayList<>();

  /** The transfers that have left. */
  final List<WalletReply.Transferred> sent = new ArrayList<>();

  final Wallet wallet;
  private final JournalWriter journal;
  private final Random random;
  private final Entity<OrgCommand, OrgEvent, OrgReply> orgEntity;
  private final Entity<TeamCommand, TeamEvent, TeamReply> teamEntity;
  private final Entity<WalletCommand, WalletEvent, WalletReply> walletEntity;
  private final Entity<WalletCommand, WalletEvent, WalletReply> spareEntity;
  private final List<String> open = new ArrayList<>();
  private final List<Closure> orgToldLater = new ArrayList<>();
  private final List<Closure> teamToldLater = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-31T22:00:00Z");
  private int count;

  OrgWorld(String name, JournalWriter journal, long seed) {
    this.journal = journal;
    this.random = new Random(seed);
    orgId = EntityId.org(name);
    teamId = EntityId.team(name, "analytics");
    walletId = EntityId.wallet(name, "main");
    OperationMemory orgMemory = memory();
    orgEntity =
        new Entity<>(new OrgAggregate(new Org(name, LATENESS, orgMemory), CATALOG), orgMemory);
    OperationMemory teamMemory = memory();
    teamEntity = new Entity<>(new TeamAggregate(new Team(LATENESS, teamMemory)), teamMemory);
    wallet = new Wallet(name, "main", GRACE, memory());
    walletEntity = new Entity<>(new WalletAggregate(wallet), memory());
    spareId = EntityId.wallet(name, SPARE);
    spareEntity =
        new Entity<>(new WalletAggregate(new Wallet(name, SPARE, GRACE, memory())), memory());
  }

  private static AddOn addOn(String id) {
    return new AddOn(id, id, Set.of(), Map.of(), Map.of());
  }

  private static OperationMemory memory() {
    return new OperationMemory(REMEMBERED, REMEMBERED_MICROS);
  }

  Instant now() {
    return now;
  }

  /** The org, its team, budgets, wallet and a first grant. */
  OrgWorld founded() {
    org(
        new OrgCommand.PutOrg(
            new OrgSettings("The " + orgId.org(), ZoneOffset.UTC, "pro", List.of("a", "b")), "k"));
    org(new OrgCommand.PutUnit(new Unit("analytics", Unit.Kind.TEAM, "Analytics", null), "k"));
    org(
        new OrgCommand.PutBudget(
            budget("org", new Scope(Scope.Type.ORG, null, null), WindowKind.LIFETIME), "k"));
    org(
        new OrgCommand.PutBudget(
            budget("users", new Scope(Scope.Type.EACH_USER, null, null), WindowKind.DAY), "k"));
    org(
        new OrgCommand.PutBudget(
            budget("team", new Scope(Scope.Type.TEAM, "analytics", null), WindowKind.MONTH), "k"));
    org(new OrgCommand.PutWallet("main", WalletOwner.ORG, "k"));
    wallet(new WalletCommand.Open(WalletOwner.ORG));
    spare(new WalletCommand.Open(WalletOwner.ORG));
    grant("5000", null);
    return this;
  }

  private static Budget budget(String id, Scope scope, WindowKind window) {
    return new Budget(
        id,
        scope,
        TYPE,
        window,
        Credits.of(20_000),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(50, 100),
        ZoneOffset.UTC,
        1);
  }

  /** So many things happen, a minute apart at the most. */
  void live(int steps) {
    live(steps, Duration.ofMinutes(1));
  }

  /** So many things happen, with this much time between them at the most. */
  void live(int steps, Duration apart) {
    for (int i = 0; i < steps; i++) {
      long millis = (long) (random.nextDouble() * apart.toMillis());
      now = now.plusMillis(millis).plusNanos(random.nextInt(1_000) * 1_000L);
      switch (random.nextInt(26)) {
        case 20, 21 -> refund();
        case 22 -> adjust();
        case 23 -> transferOut();
        case 24 -> transferOn();
        case 25 -> recur();
        case 0 -> grant(Integer.toString(random.nextInt(400) + 1), now.plusSeconds(7_200));
        case 1 -> wallet(new WalletCommand.Wake());
        case 2 -> tellLater();
        case 3 ->
            org(
                new OrgCommand.PutOrg(
                    new OrgSettings("No " + count++, ZoneOffset.UTC, null, List.of()), "k"));
        case 4, 5, 6, 7, 8, 9, 10, 11, 12 -> reserve();
        default -> end();
      }
    }
  }

  /** One commit, hence an entry, for each of so many reservations, in large batches. */
  void work(int commits, int batch) {
    for (int done = 0; done < commits; done += batch) {
      now = now.plusMillis(10);
      List<Request<WalletCommand>> holds = new ArrayList<>();
      List<Request<WalletCommand>> ends = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        String reservation = "rsv_" + orgId.org() + "_main_" + count++ + "AAAAAAAAAAAAAAAA";
        holds.add(
            new Request<>(
                new WalletCommand.HoldCredits(
                    reservation,
                    TYPE,
                    new Credits(1000),
                    null,
                    300,
                    OveragePolicy.RECORD,
                    false,
                    true,
                    attribution("reservation", "key-" + count),
                    Origin.of(now)),
                null));
        ends.add(
            new Request<>(
                new WalletCommand.Commit(reservation, new Credits(900), null, "k", "c" + count),
                null));
      }
      decideWallet(holds);
      decideWallet(ends);
    }
  }

  private void reserve() {
    Credits amount = new Credits(random.nextInt(100_000_000));
    String user = "u" + random.nextInt(3);
    String key = "key-" + count++;
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    ReserveRequest request =
        new ReserveRequest(
            new Subject(orgId.org(), "analytics", user, null, null, null),
            random.nextBoolean() ? "chat" : null,
            random.nextBoolean() ? "m-\"ü\\" : null,
            "s-1",
            null,
            null,
            amount,
            TYPE,
            60 + random.nextInt(600),
            OveragePolicy.values()[random.nextInt(3)],
            false,
            false,
            random.nextBoolean() ? Map.of("ticket", "T\\\"\n\u20ac" + count) : Map.of());
    OrgReply reply = org(new OrgCommand.Reserve(request, key, "k", key, salt));
    if (!(reply instanceof OrgReply.Begun begun)) {
      return;
    }
    Plan plan = begun.plan();
    boolean teamHolds =
        team(
                new TeamCommand.HoldBudget(
                    plan.reservation(), plan.quantities(), plan.teamLimits(), Origin.of(now)))
            instanceof TeamReply.Held;
    WalletReply held =
        wallet(
            new WalletCommand.HoldCredits(
                plan.reservation(),
                TYPE,
                plan.amount(),
                null,
                request.ttlSeconds(),
                request.overagePolicy(),
                request.commit(),
                true,
                new Attribution(
                    "reservation",
                    "k",
                    request.subject(),
                    request.feature(),
                    request.model(),
                    request.session(),
                    key,
                    request.metadata(),
                    salt),
                Origin.of(now)));
    if (teamHolds && held instanceof WalletReply.Held) {
      open.add(plan.reservation());
      return;
    }
    org(new OrgCommand.Deny(plan, List.of(), null, 0));
    team(new TeamCommand.Cancel(plan.reservation(), null));
    if (held instanceof WalletReply.Held) {
      wallet(new WalletCommand.Cancel(plan.reservation(), Origin.of(now)));
    }
  }

  /** Work of so long ago is reported by an event; whether it was charged. */
  boolean report(Reported event) {
    String user = "u" + random.nextInt(3);
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    ReserveRequest work =
        new ReserveRequest(
                new Subject(orgId.org(), "analytics", user, null, null, null),
                "chat",
                null,
                null,
                null,
                null,
                new Credits(random.nextInt(100_000_000)),
                TYPE,
                300,
                OveragePolicy.RECORD,
                true,
                false,
                Map.of())
            .as(event);
    OrgReply reply =
        org(new OrgCommand.Reserve(work, event.id(), "k", null, salt, orgEntity.sequence()));
    if (!(reply instanceof OrgReply.Begun begun)) {
      return false;
    }
    Plan plan = begun.plan();
    team(
        new TeamCommand.CountUsage(
            plan.reservation(),
            plan.quantities(),
            plan.teamLimits(),
            plan.countedWork(),
            Origin.of(now)));
    wallet(
        new WalletCommand.ChargeUsage(
            plan.reservation(),
            TYPE,
            plan.amount(),
            work.overagePolicy(),
            event,
            now,
            true,
            attribution("report", null),
            Origin.of(now)));
    return true;
  }

  private void end() {
    if (open.isEmpty()) {
      return;
    }
    String reservation = open.remove(random.nextInt(open.size()));
    if (random.nextInt(4) == 0) {
      wallet(new WalletCommand.Release(reservation, "k", null));
    } else {
      Credits actual = new Credits(random.nextInt(120_000_000));
      wallet(new WalletCommand.Commit(reservation, actual, null, "k", "c" + count++));
    }
  }

  /** Work costs more than there is, and a grant pays the debt. */
  void overspend() {
    overdraw();
    grant("5000", null);
  }

  /** The same, where a part of the debt is refunded before. */
  void overspendAndForgive() {
    overdraw();
    refund(charges.getLast(), Credits.of(1));
    grant("5000", null);
  }

  private void overdraw() {
    for (int tries = 0; tries < 20 && !isInDebt(); tries++) {
      reserve();
      if (!open.isEmpty()) {
        Credits all =
            wallet.balances().stream()
                .filter(balance -> balance.creditType().equals(TYPE))
                .map(Balance::balance)
                .findFirst()
                .orElse(Credits.ZERO);
        wallet(
            new WalletCommand.Commit(
                open.removeLast(), all.plus(Credits.of(60)), null, "k", "c" + count++));
      }
    }
  }

  private boolean isInDebt() {
    return wallet.balances().stream().anyMatch(balance -> balance.debt().isPositive());
  }

  private void grant(String amount, @Nullable Instant expiresAt) {
    wallet(
        new WalletCommand.AddGrant(
            terms(
                random.nextInt(8) == 0 ? IMAGE : TYPE,
                Credits.parse(amount),
                now.plusSeconds(random.nextInt(3) * 600L),
                expiresAt),
            null,
            attribution("grant", null)));
  }

  private Grant terms(
      String creditType, Credits amount, Instant effectiveAt, @Nullable Instant expiresAt) {
    return new Grant(
        "g" + count++,
        creditType,
        amount,
        Grant.Category.PAID,
        Grant.PRIORITY_DEFAULT,
        effectiveAt,
        expiresAt,
        Set.of(),
        Set.of(),
        cost(),
        null,
        "test",
        now);
  }

  /** None, or an odd price in one of two currencies. */
  private @Nullable Money cost() {
    return random.nextInt(4) == 0
        ? null
        : new Money(
            new Credits(random.nextInt(99_999_999)), random.nextInt(3) == 0 ? "USD" : "EUR");
  }

  /** A grant that is given anew soon, and then ends. */
  private void recur() {
    Recurrence.Terms terms =
        new Recurrence.Terms(
            Recurrence.Interval.values()[random.nextInt(5)],
            now.plusSeconds(600 + random.nextInt(600)),
            Credits.ZERO,
            new Credits(random.nextInt(50_000_000)));
    wallet(
        new WalletCommand.AddGrant(
            terms(TYPE, new Credits(1 + random.nextInt(90_000_000)), now, now.plusSeconds(3_600)),
            terms,
            attribution("grant", null)));
  }

  private void refund() {
    if (charges.isEmpty()) {
      return;
    }
    Transaction of = charges.get(random.nextInt(charges.size()));
    long total = ChargeTrace.of(of, List.of(of)).total().micros();
    Credits part = new Credits(1 + (long) (random.nextDouble() * total));
    refund(of, random.nextBoolean() ? null : part);
  }

  /** A charge is refunded twice, by a reading that knows of no refunds. */
  void refundTwice() {
    Transaction of =
        charges.stream()
            .filter(each -> each.postings().size() == 1)
            .filter(
                each ->
                    ledger(walletId.name()).stream()
                        .noneMatch(it -> each.id().equals(it.corrects())))
            .findFirst()
            .orElseThrow();
    Charge all = ChargeTrace.of(of, List.of(of));
    for (int i = 0; i < 2; i++) {
      Charge blind =
          new Charge(
              all.transaction(),
              all.creditType(),
              all.draws(),
              all.debt(),
              all.paid(),
              all.forgiven(),
              all.refunded(),
              wallet.ledgerSequence());
      wallet(new WalletCommand.Refund(blind, null, attribution("refund", null)));
    }
  }

  private void refund(Transaction of, @Nullable Credits amount) {
    wallet(
        new WalletCommand.Refund(
            ChargeTrace.of(of, ledger(walletId.name())), amount, attribution("refund", null)));
  }

  private void adjust() {
    Credits amount = new Credits(1 + random.nextInt(9_000_000));
    wallet(
        random.nextBoolean()
            ? new WalletCommand.Adjust(TYPE, amount, "adj" + count++, attribution("adjust", null))
            : new WalletCommand.Adjust(TYPE, amount.negated(), null, attribution("adjust", null)));
  }

  private void transferOut() {
    Credits amount = new Credits(1 + random.nextInt(200_000_000));
    Attribution who = attribution("transfer", null, Map.of("to_wallet", SPARE));
    if (wallet(new WalletCommand.TransferOut(SPARE, TYPE, amount, who))
        instanceof WalletReply.Transferred out) {
      onTheWay.add(out.transfer());
      sent.add(out);
    }
  }

  private void transferOn() {
    if (onTheWay.isEmpty()) {
      return;
    }
    Transfer transfer = onTheWay.removeFirst();
    if (random.nextInt(4) == 0) {
      wallet(new WalletCommand.ReturnTransfer(transfer.id()));
      return;
    }
    spare(new WalletCommand.TransferIn(transfer));
    spare(new WalletCommand.TransferIn(transfer));
    if (random.nextInt(4) != 0) {
      wallet(new WalletCommand.SettleTransfer(transfer.id()));
    }
  }

  private Attribution attribution(String trigger, @Nullable String key) {
    return attribution(trigger, key, Map.of());
  }

  private Attribution attribution(
      String trigger, @Nullable String key, Map<String, String> metadata) {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    return new Attribution(
        trigger, "k", Subject.ofOrg(orgId.org()), "chat", "m-1", null, key, metadata, salt);
  }

  /** Does what falls due by this time. */
  @Nullable Instant wake(String name, Instant at) {
    now = at;
    // A wallet that is awake carries on with its transfers.
    while (!onTheWay.isEmpty()) {
      transferOn();
    }
    for (String taken : List.copyOf(wallet.transfers().keySet())) {
      wallet(new WalletCommand.SettleTransfer(taken));
    }
    WalletReply reply =
        name.equals(SPARE) ? spare(new WalletCommand.Wake()) : wallet(new WalletCommand.Wake());
    return reply instanceof WalletReply.Woken woken ? woken.nextDue() : null;
  }

  /** Tells org and team what they have not been told yet. */
  void tellLater() {
    List.copyOf(orgToldLater).forEach(closure -> org(new OrgCommand.Settle(closure)));
    List.copyOf(teamToldLater).forEach(closure -> team(new TeamCommand.Settle(closure)));
    orgToldLater.clear();
    teamToldLater.clear();
  }

  private @Nullable OrgReply org(OrgCommand command) {
    return reply(
        journal.decide(
            orgId,
            orgEntity,
            BatchCodec.orgs(),
            now,
            List.of(new Request<>(command, null)),
            event -> {}));
  }

  private @Nullable TeamReply team(TeamCommand command) {
    return reply(
        journal.decide(
            teamId,
            teamEntity,
            BatchCodec.teams(),
            now,
            List.of(new Request<>(command, null)),
            event -> {}));
  }

  private @Nullable WalletReply wallet(WalletCommand command) {
    return reply(decideWallet(List.of(new Request<>(command, null))));
  }

  private @Nullable WalletReply spare(WalletCommand command) {
    return reply(
        journal.decide(
            spareId,
            spareEntity,
            BatchCodec.wallets(),
            now,
            List.of(new Request<>(command, null)),
            event -> noteEntries(spareId, event)));
  }

  private Entity.Decided<WalletEvent, WalletReply> decideWallet(
      List<Request<WalletCommand>> requests) {
    return journal.decide(
        walletId, walletEntity, BatchCodec.wallets(), now, requests, this::noteEnd);
  }

  private void noteEntries(EntityId id, WalletEvent event) {
    Transaction transaction = event.transaction();
    if (transaction != null) {
      entries.addAll(LedgerEntry.of(id.org(), id.name(), transaction));
    }
  }

  /** The transactions of a wallet so far. */
  List<Transaction> ledger(String wallet) {
    return entries.stream()
        .filter(entry -> entry.wallet().equals(wallet))
        .map(LedgerEntry::transaction)
        .distinct()
        .toList();
  }

  private void noteEnd(WalletEvent event) {
    noteEntries(walletId, event);
    if (event instanceof WalletEvent.Committed committed) {
      charges.add(committed.transaction());
    }
    Closure closure = event.closure();
    if (closure != null) {
      orgToldLater.add(closure);
      teamToldLater.add(closure);
    }
  }

  private static <E, R> @Nullable R reply(Entity.Decided<E, R> decided) {
    return switch (decided.outcomes().getFirst()) {
      case Outcome.Replied<R> replied -> replied.reply();
      case Outcome.Unchanged<R> unchanged -> unchanged.reply();
      case Outcome<R> other -> null;
    };
  }
}
