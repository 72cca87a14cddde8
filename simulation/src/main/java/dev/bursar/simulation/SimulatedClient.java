package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.NaiveWallet.Fate;
import dev.bursar.simulation.NaiveWallet.Figures;
import java.math.BigInteger;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client: asks for one thing after the other, each with a key, and again with the same key until
 * it is answered. Whatever it is told has to be in the journal, and to be what the naive model
 * says.
 */
final class SimulatedClient {

  static final String ORG = "acme";
  static final String OTHER_ORG = "zeta";
  static final String TYPE = "platform";
  static final List<String> TEAMS = List.of("red", "blue");
  static final List<String> USERS = List.of("ann", "bob", "cat");
  static final List<String> WALLETS = List.of("main", "second");

  private static final String ACTOR = "key_sim";
  private static final int TRIES = 12;
  private static final long TIMEOUT_MICROS = 4_000_000;

  /** A reservation that some client was allowed. */
  record Reserved(String id, EntityId wallet, Credits amount) {}

  /** What all clients of a run know of each other's doings. */
  static final class Shared {
    final List<Reserved> reserved = new ArrayList<>();
    final List<String> grants = new ArrayList<>();
    int names;
    int done;
    int gaveUp;
  }

  /** A finished operation, to be asked for once more. */
  private record Finished(Call<?> call, Object answer, String node) {}

  private final World world;
  private final String name;
  private final Shared shared;
  private final Random random;
  private final List<Finished> finished = new ArrayList<>();
  private int left;

  SimulatedClient(World world, String name, Shared shared, int operations) {
    this.world = world;
    this.name = name;
    this.shared = shared;
    this.left = operations;
    this.random = new Random(world.random.nextLong());
  }

  // ---- one call

  /**
   * What is asked of whom, how its answer is told apart from another, and what has to hold of it.
   */
  private final class Call<T> {
    private final String what;
    private final EntityId entity;
    private final Function<ReplyTo<Answer<T>>, EntityMessage> message;
    private final Consumer<Answer<T>> check;
    private final Function<T, Object> essence;
    private final @Nullable Answer<?> first;
    private final String firstNode;
    private int tries;
    private boolean answered;

    Call(
        String what,
        EntityId entity,
        Function<ReplyTo<Answer<T>>, EntityMessage> message,
        Consumer<Answer<T>> check,
        Function<T, Object> essence,
        @Nullable Answer<?> first,
        String firstNode) {
      this.what = what;
      this.entity = entity;
      this.message = message;
      this.check = check;
      this.essence = essence;
      this.first = first;
      this.firstNode = firstNode;
    }

    Call<T> again(Object answer, String node) {
      return new Call<>(what, entity, message, check, essence, (Answer<?>) answer, node);
    }

    void start() {
      ask();
    }

    private void ask() {
      if (answered) {
        return;
      }
      if (tries++ == TRIES) {
        answered = true;
        shared.gaveUp++;
        world.watch.saw(Rarity.CLIENT_GAVE_UP);
        world.log(() -> "%s gives up: %s".formatted(name, what));
        next();
        return;
      }
      int mine = tries;
      world.log(() -> "%s asks (%d): %s".formatted(name, mine, what));
      world.<Answer<T>>ask(entity, message, this::answer);
      world.time.after(
          TIMEOUT_MICROS + world.between(0, 1_000_000),
          () -> {
            if (tries == mine) {
              ask();
            }
          });
    }

    private void answer(String node, Answer<T> answer) {
      if (answered) {
        return;
      }
      if (answer instanceof Answer.Busy<T> || answer instanceof Answer.Unreachable<T>) {
        int mine = tries;
        world.time.after(
            world.between(50_000, 500_000),
            () -> {
              if (tries == mine) {
                ask();
              }
            });
        return;
      }
      answered = true;
      shared.done++;
      world.log(() -> "%s is told by %s: %s: %s".formatted(name, node, what, shown(answer)));
      check.accept(answer);
      compareWithFirst(node, answer);
      if (first == null && !what.startsWith("dry run")) {
        finished.add(new Finished(this, answer, node));
      }
      next();
    }

    private Object shown(Answer<T> answer) {
      return answer instanceof Answer.Done<T>(T value, boolean replayed)
          ? essence.apply(value) + (replayed ? " (replayed)" : "")
          : answer;
    }

    /** Whoever asks again with the same key is told the same. */
    @SuppressWarnings("unchecked")
    private void compareWithFirst(String node, Answer<T> answer) {
      boolean stale = answer instanceof Answer.Refused<T> && world.mayBeStale();
      if (!(first instanceof Answer.Done<?> before) || stale) {
        return;
      }
      boolean same =
          answer instanceof Answer.Done<T>(T value, boolean replayed)
              && essence.apply(value).equals(essence.apply((T) before.value()));
      if (!same) {
        world.watch.violated("I4", "%s: first %s, then %s".formatted(what, before.value(), answer));
      }
      world.watch.saw(Rarity.ANSWER_REPEATED);
      if (!node.equals(firstNode)) {
        world.watch.saw(Rarity.ANSWER_REPEATED_AFTER_FAILOVER);
      }
    }
  }

  // ---- what it does

  void next() {
    if (left-- > 0) {
      world.time.after(
          random.nextInt(4) == 0 ? world.between(0, 3_000_000) : world.between(0, 20_000),
          this::doSomething);
    }
  }

  boolean isDone() {
    return left < 0;
  }

  private void doSomething() {
    int chance = random.nextInt(100);
    if (chance < 24) {
      reserve(false, false);
    } else if (chance < 42) {
      reserve(true, false);
    } else if (chance < 45) {
      reserve(random.nextBoolean(), true);
    } else if (chance < 63) {
      commit();
    } else if (chance < 68) {
      release();
    } else if (chance < 71) {
      extend();
    } else if (chance < 76) {
      grant();
    } else if (chance < 78) {
      voidGrant();
    } else if (chance < 80) {
      adjust();
    } else if (chance < 83) {
      refund();
    } else if (chance < 86) {
      transfer();
    } else if (chance < 88) {
      changeLimit();
    } else if (chance < 90) {
      freeze();
    } else if (chance < 97) {
      again();
    } else {
      reuse();
    }
  }

  private String key() {
    return "k" + shared.names++;
  }

  /** Near what is left, so that limits are met exactly, or missed by the least there is. */
  private Credits amount() {
    return switch (random.nextInt(6)) {
      case 0 -> new Credits(1 + random.nextInt(3));
      case 1 -> Credits.of(1 + random.nextInt(10));
      case 2 -> Credits.of(25);
      case 3 -> new Credits(Credits.of(10).micros() + random.nextInt(3) - 1);
      case 4 -> Credits.of(1 + random.nextInt(60));
      default -> new Credits(1 + random.nextInt(20_000_000));
    };
  }

  /** The first of a list is asked for most. */
  private <T> T some(List<T> list) {
    int at = 0;
    while (at < list.size() - 1 && random.nextInt(3) == 0) {
      at++;
    }
    return list.get(at);
  }

  private String org() {
    return random.nextInt(8) == 0 ? OTHER_ORG : ORG;
  }

  private EntityId wallet(String org) {
    return EntityId.wallet(org, some(WALLETS));
  }

  private byte[] salt() {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    return salt;
  }

  private Attribution attribution(String trigger, String org, String key) {
    return new Attribution(
        trigger, ACTOR, Subject.ofOrg(org), null, null, null, key, Map.of(), salt());
  }

  private void reserve(boolean atOnce, boolean dryRun) {
    String org = org();
    EntityId wallet = wallet(org);
    Credits amount = amount();
    String team = random.nextInt(3) == 0 ? null : some(TEAMS);
    String user = random.nextInt(4) == 0 ? null : some(USERS);
    ReserveRequest request =
        new ReserveRequest(
            new Subject(org, team, user, null, null, null),
            null,
            null,
            null,
            wallet.name(),
            null,
            amount,
            TYPE,
            random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 10 + random.nextInt(50),
            OveragePolicy.values()[random.nextInt(3)],
            atOnce,
            dryRun,
            Map.of());
    String key = key();
    Caller caller = new Caller(ACTOR, key, key, request.hashCode());
    Operation operation = dryRun ? null : caller.operation("reserve");
    int version = world.watch.wallet(wallet).past.size() - 1;
    this.<Decided>start(
        "%s %s of %s for %s/%s"
            .formatted(
                dryRun ? "dry run" : atOnce ? "charge" : "reserve", amount, wallet, team, user),
        EntityId.org(org),
        // Each attempt has a salt of its own, and so a name of its own for the reservation.
        replyTo ->
            new EntityMessage.Reserve(
                new OrgCommand.Reserve(request, key, ACTOR, key, salt()), operation, replyTo),
        answer -> reserved(answer, request, wallet, version),
        decided ->
            decided instanceof Decided.Allowed allowed
                ? "allow " + allowed.plan().reservation() + " " + allowed.plan().amount()
                : "deny "
                    + decided.plan().reservation()
                    + " "
                    + ((Decided.Denied) decided).denials().stream().map(Denial::code).toList());
  }

  private <T> void start(
      String what,
      EntityId entity,
      Function<ReplyTo<Answer<T>>, EntityMessage> message,
      Consumer<Answer<T>> check,
      Function<T, Object> essence) {
    new Call<>(what, entity, message, check, essence, null, "").start();
  }

  private void reserved(
      Answer<Decided> answer, ReserveRequest request, EntityId wallet, int version) {
    if (answer instanceof Answer.Refused<Decided>(Refusal refusal)) {
      world.watch.expect(
          refusal.code() == Refusal.Code.ATTEMPT_WITHDRAWN,
          "model",
          "a reservation is refused: %s",
          refusal);
      world.watch.saw(Rarity.ATTEMPT_WITHDRAWN);
      return;
    }
    switch (((Answer.Done<Decided>) answer).value()) {
      case Decided.Allowed allowed -> allowed(allowed, request, wallet, version);
      case Decided.Denied denied -> denied(denied, request, wallet, version);
    }
  }

  private void allowed(
      Decided.Allowed allowed, ReserveRequest request, EntityId wallet, int version) {
    String reservation = allowed.plan().reservation();
    NaiveWallet naive = world.watch.wallet(wallet);
    world.watch.expect(
        allowed.plan().amount().equals(request.amount()),
        "model",
        "%s was asked for %s, and is told %s",
        reservation,
        request.amount(),
        allowed.plan().amount());
    if (request.dryRun()) {
      return;
    }
    Fate fate = naive.fates.get(reservation);
    world.watch.expect(
        fate != null && fate != Fate.CANCELLED && fate != Fate.BARRED,
        "I4",
        "%s is allowed, and the wallet has it as %s",
        reservation,
        fate);
    world.watch.expect(
        world.watch.hasBegun(reservation) && !world.watch.wasDenied(reservation),
        "I4",
        "%s is allowed, and not in the org's journal",
        reservation);
    boolean known =
        naive.past.subList(version, naive.past.size()).stream()
            .anyMatch(figures -> figures.isLike(allowed.balance()));
    world.watch.expect(
        known,
        "model",
        "%s is told a balance of %s, which there was never meanwhile",
        reservation,
        allowed.balance());
    if (request.commit()) {
      WalletReply.Ended charged = allowed.charged();
      world.watch.expect(
          charged != null && charged.amount().equals(request.amount()),
          "model",
          "%s is to be charged %s, and is told %s",
          reservation,
          request.amount(),
          charged);
    } else {
      shared.reserved.add(new Reserved(reservation, wallet, allowed.plan().amount()));
      world.watch.saw(Rarity.ALLOWED);
    }
  }

  private void denied(Decided.Denied denied, ReserveRequest request, EntityId wallet, int version) {
    String reservation = denied.plan().reservation();
    world.watch.expect(
        !denied.denials().isEmpty(), "model", "%s is denied for no reason", reservation);
    boolean byOrg = false;
    boolean byTeam = false;
    boolean byWallet = false;
    for (Denial denial : denied.denials()) {
      if (denial.code() == DenialCode.INSUFFICIENT_CREDITS
          || denial.code() == DenialCode.WALLET_IN_DEBT) {
        byWallet = true;
        inTheWay(denial, request, wallet, version);
      } else if (denial.code() == DenialCode.FROZEN) {
        world.watch.saw(Rarity.FROZEN);
        byOrg = true;
      } else if (denial.limit() != null && denial.limit().scope().type() != Scope.Type.ORG) {
        byTeam |= denial.limit().scope().type() == Scope.Type.TEAM;
        byOrg |= denial.limit().scope().type() != Scope.Type.TEAM;
      } else {
        byOrg = true;
      }
    }
    if (byOrg) {
      world.watch.saw(Rarity.DENIED_BY_ORG);
    }
    if (byTeam) {
      world.watch.saw(Rarity.DENIED_BY_TEAM);
    }
    if (byWallet) {
      world.watch.saw(Rarity.DENIED_BY_WALLET);
    }
    if (denied.denials().size() > 1) {
      world.watch.saw(Rarity.DENIED_BY_SEVERAL);
    }
    if (!request.dryRun()) {
      world.watch.expect(
          world.watch.wasDenied(reservation),
          "I4",
          "%s is denied, and that is not in the org's journal",
          reservation);
    }
  }

  /** What could be drawn was at some time as it is told, and too little. */
  private void inTheWay(Denial denial, ReserveRequest request, EntityId wallet, int version) {
    Credits available = denial.available();
    Credits asked = request.amount();
    if (available == null || asked == null) {
      return;
    }
    NaiveWallet naive = world.watch.wallet(wallet);
    BigInteger told = NaiveWallet.micros(available.micros());
    boolean known =
        naive.past.subList(world.mayBeStale() ? 0 : version, naive.past.size()).stream()
            .map(Figures::available)
            .anyMatch(told::equals);
    world.watch.expect(
        known, "model", "%s is told of %s available, which there never was", wallet, available);
    world.watch.expect(
        denial.code() == DenialCode.WALLET_IN_DEBT || available.compareTo(asked) < 0,
        "model",
        "%s of %s is denied, with %s available",
        asked,
        wallet,
        available);
  }

  // ---- ends of reservations

  private @Nullable Reserved reserved() {
    return shared.reserved.isEmpty()
        ? null
        : shared.reserved.get(Math.max(0, shared.reserved.size() - 1 - random.nextInt(5)));
  }

  private void ask(
      String what,
      EntityId wallet,
      WalletCommand command,
      Operation operation,
      Consumer<Answer<WalletReply>> check,
      Function<WalletReply, Object> essence) {
    start(
        what,
        wallet,
        replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
        check,
        essence);
  }

  private void commit() {
    Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    Credits amount =
        switch (random.nextInt(5)) {
          case 0 -> Credits.ZERO;
          case 1 -> reserved.amount;
          case 2 -> amount();
          case 3 -> reserved.amount.plus(new Credits(1));
          default -> new Credits(reserved.amount.micros() / 2);
        };
    String key = key();
    Caller caller = new Caller(ACTOR, key, key, amount.micros());
    ask(
        "commit %s of %s".formatted(amount, reserved.id),
        reserved.wallet,
        new WalletCommand.Commit(reserved.id, amount, null, ACTOR, key),
        caller.operation("commit:" + reserved.id),
        answer -> ended(answer, reserved),
        SimulatedClient::ending);
  }

  private static Object ending(WalletReply reply) {
    return reply instanceof WalletReply.Ended ended
        ? "%s %s %s %s"
            .formatted(
                ended.reservation(), ended.status(), ended.amount(), ended.transaction().id())
        : reply;
  }

  private void ended(Answer<WalletReply> answer, Reserved reserved) {
    NaiveWallet naive = world.watch.wallet(reserved.wallet);
    Fate fate = naive.fates.get(reserved.id);
    switch (answer) {
      case Answer.Done<WalletReply> done -> {
        WalletReply.Ended ended = (WalletReply.Ended) done.value();
        BigInteger charged = naive.charged.getOrDefault(reserved.id, BigInteger.ZERO);
        world.watch.expect(
            charged.equals(NaiveWallet.micros(ended.amount().micros())),
            "I4",
            "%s is told to have been charged %s, the journal has %s",
            reserved.id,
            ended.amount(),
            charged);
        world.watch.expect(
            fate == Fate.COMMITTED || fate == Fate.LATE || fate == Fate.RELEASED,
            "I4",
            "%s is told to have ended, the journal has %s",
            reserved.id,
            fate);
      }
      case Answer.Refused<WalletReply>(Refusal refusal) when world.mayBeStale() -> {
        if (refusal.code() == Refusal.Code.RESERVATION_EXPIRED) {
          world.watch.saw(Rarity.COMMIT_LOST_TO_EXPIRY);
        }
      }
      case Answer.Refused<WalletReply>(Refusal refusal) -> {
        if (refusal.code() == Refusal.Code.RESERVATION_EXPIRED) {
          world.watch.expect(
              fate == Fate.EXPIRED || fate == Fate.LATE,
              "model",
              "%s is said to have expired, the journal has %s",
              reserved.id,
              fate);
          world.watch.saw(Rarity.COMMIT_LOST_TO_EXPIRY);
        } else if (refusal.code() != Refusal.Code.OVERAGE_REJECTED) {
          world.watch.expect(
              refusal.code() == Refusal.Code.RESERVATION_FINALIZED
                  && fate != null
                  && fate != Fate.OPEN,
              "model",
              "%s is refused with %s, the journal has %s",
              reserved.id,
              refusal,
              fate);
        }
      }
      case Answer<WalletReply> other -> {}
    }
  }

  private void release() {
    Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    String key = key();
    ask(
        "release " + reserved.id,
        reserved.wallet,
        new WalletCommand.Release(reserved.id, ACTOR, key),
        new Caller(ACTOR, key, key, 0).operation("release:" + reserved.id),
        answer -> ended(answer, reserved),
        SimulatedClient::ending);
  }

  private void extend() {
    Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    String key = key();
    int seconds = 1 + random.nextInt(60);
    ask(
        "extend %s by %d s".formatted(reserved.id, seconds),
        reserved.wallet,
        new WalletCommand.Extend(reserved.id, seconds),
        new Caller(ACTOR, key, key, seconds).operation("extend:" + reserved.id),
        answer -> {},
        reply -> reply);
  }

  // ---- credits

  private void grant() {
    String org = org();
    EntityId wallet = wallet(org);
    String id = "g" + shared.names++;
    Credits amount = Credits.of(1 + random.nextInt(80));
    java.time.Instant now = world.owner(org).now();
    Grant grant =
        new Grant(
            id,
            TYPE,
            amount,
            Grant.Category.values()[random.nextInt(3)],
            random.nextInt(3) * 25,
            now.minusSeconds(1),
            random.nextBoolean() ? null : now.plusSeconds(1 + random.nextInt(90)),
            Set.of(),
            Set.of(),
            random.nextBoolean() ? new Money(amount(), "USD") : null,
            null,
            ACTOR,
            now);
    String key = key();
    ask(
        "grant %s of %s to %s".formatted(id, amount, wallet),
        wallet,
        new WalletCommand.AddGrant(grant, null, attribution("grant", org, key)),
        new Caller(ACTOR, key, key, grant.hashCode()).operation("grant"),
        answer -> {
          if (answer instanceof Answer.Done<WalletReply>) {
            shared.grants.add(wallet + "|" + id);
          }
        },
        reply -> ((WalletReply.GrantAdded) reply).grant().grant().id());
  }

  private void voidGrant() {
    if (shared.grants.isEmpty()) {
      grant();
      return;
    }
    String granted = shared.grants.get(random.nextInt(shared.grants.size()));
    int at = granted.lastIndexOf('|');
    EntityId wallet = EntityId.parse(granted.substring(0, at));
    String key = key();
    ask(
        "void " + granted,
        wallet,
        new WalletCommand.VoidGrant(
            granted.substring(at + 1), attribution("void", wallet.org(), key)),
        new Caller(ACTOR, key, key, 0).operation("void:" + granted),
        answer -> {},
        reply -> reply);
  }

  private void adjust() {
    String org = org();
    EntityId wallet = wallet(org);
    boolean more = random.nextBoolean();
    Credits amount = more ? amount() : amount().negated();
    String key = key();
    ask(
        "adjust %s by %s".formatted(wallet, amount),
        wallet,
        new WalletCommand.Adjust(
            TYPE, amount, more ? "a" + shared.names++ : null, attribution("adjust", org, key)),
        new Caller(ACTOR, key, key, amount.micros()).operation("adjust"),
        answer -> {},
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  private void refund() {
    String org = org();
    EntityId wallet = wallet(org);
    List<Transaction> charges = List.copyOf(world.watch.wallet(wallet).charges.values());
    if (charges.isEmpty()) {
      reserve(true, false);
      return;
    }
    Transaction of = charges.get(random.nextInt(charges.size()));
    List<Draw> draws = new ArrayList<>();
    Credits debt = Credits.ZERO;
    for (Posting posting : of.postings()) {
      String grant = posting.grant();
      if (posting.type() == EntryType.DEBT) {
        debt = debt.plus(posting.amount());
      } else if (grant != null && posting.amount().isNegative()) {
        draws.add(new Draw(grant, posting.amount().negated()));
      }
    }
    Charge charge = new Charge(of.id(), of.creditType(), List.copyOf(draws), debt);
    String key = key();
    Credits amount = random.nextBoolean() ? null : amount();
    ask(
        "refund %s of %s".formatted(amount, of.id()),
        wallet,
        new WalletCommand.Refund(charge, amount, attribution("refund", org, key)),
        new Caller(ACTOR, key, key, amount == null ? 0 : amount.micros())
            .operation("refund:" + of.id()),
        answer -> {},
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  private void transfer() {
    String org = org();
    String from = some(WALLETS);
    // One that is not there can't take them: they come back.
    String to =
        random.nextInt(3) == 0
            ? "nowhere"
            : WALLETS.stream().filter(each -> !each.equals(from)).findFirst().orElseThrow();
    Credits amount = amount();
    String key = key();
    ask(
        "transfer %s from %s to %s".formatted(amount, from, to),
        EntityId.wallet(org, from),
        new WalletCommand.TransferOut(to, TYPE, amount, attribution("transfer", org, key)),
        new Caller(ACTOR, key, key, amount.micros()).operation("transfer"),
        answer -> {},
        reply -> ((WalletReply.Transferred) reply).transfer().id());
  }

  // ---- governance

  private void govern(String what, String org, OrgCommand command) {
    String key = key();
    this.<OrgReply>start(
        what,
        EntityId.org(org),
        replyTo ->
            new EntityMessage.Ask<>(
                new Request<>(
                    command, new Caller(ACTOR, key, key, command.hashCode()).operation("govern")),
                replyTo),
        answer -> {},
        reply -> reply);
  }

  private void changeLimit() {
    List<Budget> budgets = budgets();
    Budget budget = budgets.get(random.nextInt(budgets.size()));
    Budget changed = budget.withLimit(Credits.of(1 + random.nextInt(150)));
    govern(
        "limit %s of %s".formatted(changed.limit(), budget.id()),
        ORG,
        new OrgCommand.PutBudget(changed, ACTOR));
  }

  private void freeze() {
    Scope scope =
        random.nextBoolean()
            ? new Scope(Scope.Type.TEAM, some(TEAMS), null)
            : new Scope(Scope.Type.USER, some(USERS), null);
    java.time.Instant until = world.owner(ORG).now().plusSeconds(1 + random.nextInt(5));
    govern(
        "freeze " + scope.words(),
        ORG,
        new OrgCommand.FreezeScope(new Freeze(scope, until, "try"), ACTOR));
  }

  /** Budgets of every place that counts, in every kind of measure. */
  static List<Budget> budgets() {
    return List.of(
        budget("org-life", Scope.Type.ORG, null, null, TYPE, WindowKind.LIFETIME, 400),
        budget("org-minute", Scope.Type.ORG, null, null, "requests", WindowKind.MINUTE, 40),
        budget(
            "org-open", Scope.Type.ORG, null, null, "open_reservations", WindowKind.LIFETIME, 12),
        budget("each-user", Scope.Type.EACH_USER, null, null, TYPE, WindowKind.DAY, 90),
        budget("red-life", Scope.Type.TEAM, "red", null, TYPE, WindowKind.LIFETIME, 200),
        budget("red-minute", Scope.Type.TEAM, "red", null, TYPE, WindowKind.MINUTE, 60),
        budget("red-member", Scope.Type.EACH_MEMBER, null, "red", TYPE, WindowKind.DAY, 70),
        budget("blue-day", Scope.Type.TEAM, "blue", null, TYPE, WindowKind.DAY, 50));
  }

  private static Budget budget(
      String id,
      Scope.Type type,
      @Nullable String of,
      @Nullable String team,
      String measure,
      WindowKind window,
      long limit) {
    return new Budget(
        id,
        new Scope(type, of, team),
        measure,
        window,
        Credits.of(limit),
        Budget.Mode.HARD,
        Set.of(),
        Set.of(),
        List.of(50, 100),
        ZoneOffset.UTC,
        1);
  }

  // ---- keys

  private void again() {
    if (finished.isEmpty()) {
      reserve(true, false);
      return;
    }
    Finished one = finished.get(random.nextInt(finished.size()));
    again(one);
  }

  private void again(Finished one) {
    one.call.again(one.answer, one.node).start();
  }

  /** The same key for something else is refused. */
  private void reuse() {
    Reserved reserved = reserved();
    if (reserved == null || ReservationId.parse(reserved.id) == null) {
      reserve(false, false);
      return;
    }
    String key = "reused" + reserved.id;
    Credits amount = amount();
    Caller caller = new Caller(ACTOR, key, key, random.nextInt(3));
    ask(
        "commit %s of %s with a key that may have been used".formatted(amount, reserved.id),
        reserved.wallet,
        new WalletCommand.Commit(reserved.id, amount, null, ACTOR, key),
        caller.operation("commit:" + reserved.id),
        answer -> {
          if (answer instanceof Answer.Refused<WalletReply>(Refusal refusal)
              && refusal.code() == Refusal.Code.IDEMPOTENCY_KEY_REUSED) {
            world.watch.saw(Rarity.KEY_REUSED);
          }
        },
        SimulatedClient::ending);
  }
}
