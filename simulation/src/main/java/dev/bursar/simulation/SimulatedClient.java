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
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
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
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
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

  /** Where clocks are set forward and back, and days do not end when they do in UTC. */
  static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static final String ACTOR = "key_sim";

  /**
   * A reservation that some client was allowed.
   *
   * @param keyMayBeUsed whether the key to end it with may have been used for something else
   */
  record Reserved(String id, EntityId wallet, Credits amount, boolean keyMayBeUsed) {

    /** The same, for whoever takes a key that may have been used before. */
    Reserved withKey() {
      return new Reserved(id, wallet, amount, true);
    }
  }

  /** Work that some client has reported, and another may report again. */
  record Report(ReserveRequest work, Reported event, EntityId wallet) {}

  /** A key that was answered, and what it was for. */
  private record UsedKey(String kind, EntityId entity, String key) {}

  /** What all clients of a run know of each other's doings. */
  static final class Shared {
    final List<Reserved> reserved = new ArrayList<>();
    final List<String> grants = new ArrayList<>();
    final List<Report> reports = new ArrayList<>();
    private final List<UsedKey> keys = new ArrayList<>();
    int names;
  }

  /** A finished operation, to be asked for once more. */
  private record Finished<T>(SimulatedCall.Question<T> question, SimulatedCall.Told<T> told) {}

  private final World world;
  private final String name;
  private final Shared shared;
  private final AnswerChecks checks;
  private final OperationChecks others;
  private final Random random;
  private final List<Finished<?>> finished = new ArrayList<>();
  private int left;

  SimulatedClient(World world, String name, Shared shared, int operations) {
    this.world = world;
    this.name = name;
    this.shared = shared;
    this.checks = new AnswerChecks(world);
    this.others = new OperationChecks(world);
    this.left = operations;
    this.random = new Random(world.random.nextLong());
  }

  // ---- what it does

  void next() {
    if (left-- > 0) {
      world.time.after(
          random.nextInt(4) == 0 ? world.between(0, 3_000_000) : world.between(0, 20_000),
          this::doSomething);
    }
  }

  /** Goes on for so many operations. */
  void more(int operations) {
    left = operations;
    next();
  }

  boolean isDone() {
    return left < 0;
  }

  private void doSomething() {
    if (random.nextInt(20) == 0) {
      report();
      return;
    }
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

  /**
   * What a wallet or a limit has left now, or a millionth more or less: what is met exactly, or
   * missed by the least there is.
   */
  private Credits nearTheLimit(EntityId wallet, Subject subject) {
    long moment = world.watch.moment();
    String team = subject.team();
    BigInteger left = null;
    if (random.nextBoolean()) {
      left =
          world
              .watch
              .org(EntityId.org(wallet.org()))
              .room(
                  subject,
                  world.owner(wallet.org()).now(),
                  moment,
                  team == null ? null : world.watch.limits(EntityId.team(wallet.org(), team)));
    }
    if (left == null) {
      left = world.watch.wallet(wallet).figures().available();
    }
    long amount = left.longValueExact() + random.nextInt(3) - 1;
    return amount > 0 ? new Credits(amount) : amount();
  }

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
    String team = random.nextInt(3) == 0 ? null : some(TEAMS);
    String user = random.nextInt(4) == 0 ? null : some(USERS);
    Subject subject = new Subject(org, team, user, null, null, null);
    Credits amount = random.nextInt(8) == 0 ? nearTheLimit(wallet, subject) : amount();
    ReserveRequest request =
        new ReserveRequest(
            subject,
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
    Caller caller = new Caller(ACTOR, key, key, request.toString().hashCode());
    Operation operation = dryRun ? null : caller.operation("reserve");
    Since since = world.since();
    List<String> attempts = new ArrayList<>();
    List<EntityId> deciders =
        team == null
            ? List.of(EntityId.org(org), wallet)
            : List.of(EntityId.org(org), wallet, EntityId.team(org, team));
    this.<Decided>start(
        "%s %s of %s for %s/%s"
            .formatted(
                dryRun ? "dry run" : atOnce ? "charge" : "reserve", amount, wallet, team, user),
        EntityId.org(org),
        deciders,
        // Each attempt has a salt of its own, and so a name of its own for the reservation.
        replyTo -> {
          byte[] salt = salt();
          String attempt = ReservationId.of(org, wallet.name(), key, salt).toString();
          attempts.add(attempt);
          world.watch.attempts(attempt);
          return new EntityMessage.Reserve(
              new OrgCommand.Reserve(request, key, ACTOR, key, salt), operation, replyTo);
        },
        (node, answer) -> checks.told(answer, wallet, node),
        answer -> {
          checks.reserved(answer, request, wallet, since, attempts);
          if (!dryRun) {
            used(answer, "reserve", EntityId.org(org), key);
          }
          if (!atOnce && !dryRun) {
            remember(answer, wallet);
          }
        },
        decided ->
            decided instanceof Decided.Allowed allowed
                ? "allow " + allowed.plan().reservation() + " " + allowed.plan().amount()
                : "deny "
                    + decided.plan().reservation()
                    + " "
                    + ((Decided.Denied) decided).denials().stream().map(Denial::code).toList());
  }

  /** Reports what has run, or what was reported before once more. */
  private void report() {
    boolean again = !shared.reports.isEmpty() && random.nextInt(3) == 0;
    Report report =
        again
            ? shared.reports.get(Math.max(0, shared.reports.size() - 1 - random.nextInt(4)))
            : newReport();
    if (!again) {
      shared.reports.add(report);
    }
    String org = report.wallet.org();
    ReserveRequest work = report.work.as(report.event);
    Operation operation = Operation.ofReport(report.event);
    Since since = world.since();
    this.<Decided>start(
        "report %s of %s, %s, by %s"
            .formatted(work.amount(), report.wallet, report.event, work.overagePolicy()),
        EntityId.org(org),
        List.of(EntityId.org(org), report.wallet),
        replyTo -> {
          byte[] salt = salt();
          String key = report.event.id();
          String attempt = ReservationId.of(org, report.wallet.name(), key, salt).toString();
          world.watch.reports.asks(org, report.event, attempt, work);
          world.watch.attempts(attempt);
          return new EntityMessage.Reserve(
              new OrgCommand.Reserve(work, key, ACTOR, null, salt), operation, replyTo);
        },
        (node, answer) -> checks.told(answer, report.wallet, node),
        answer -> checks.reported(answer, work, report.event, report.wallet, since, again),
        decided -> decided.getClass().getSimpleName() + " " + decided.plan().reservation());
  }

  private Report newReport() {
    String org = org();
    EntityId wallet = wallet(org);
    ReserveRequest work =
        new ReserveRequest(
            new Subject(
                org,
                random.nextInt(3) == 0 ? null : some(TEAMS),
                random.nextInt(4) == 0 ? null : some(USERS),
                null,
                null,
                null),
            null,
            null,
            null,
            wallet.name(),
            null,
            amount(),
            TYPE,
            1,
            OveragePolicy.values()[random.nextInt(3)],
            true,
            false,
            Map.of());
    long secondsAgo =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> random.nextInt(50);
          case 2 -> random.nextInt(100);
          default -> random.nextInt(300);
        };
    Instant ran = world.earliestNow().minusSeconds(secondsAgo);
    return new Report(work, new Reported("/sim", key(), ran), wallet);
  }

  private <T> void start(
      String what,
      EntityId entity,
      List<EntityId> deciders,
      Function<ReplyTo<Answer<T>>, EntityMessage> message,
      World.Answered<Answer<T>> sent,
      Consumer<Answer<T>> check,
      Function<T, Object> essence) {
    start(
        new SimulatedCall.Question<>(
            what,
            entity,
            deciders,
            message,
            sent,
            check,
            essence,
            () -> !what.startsWith("dry run") && !what.startsWith("report ")),
        null);
  }

  private <T> void start(
      SimulatedCall.Question<T> question, SimulatedCall.@Nullable Told<T> first) {
    new SimulatedCall<>(
            world,
            name,
            question,
            first,
            told -> {
              if (told != null && first == null && question.remembered().getAsBoolean()) {
                finished.add(new Finished<>(question, told));
              }
              next();
            })
        .start();
  }

  /** What was set aside can be charged, or given back. */
  private void remember(Answer<Decided> answer, EntityId wallet) {
    if (answer instanceof Answer.Done<Decided> done
        && done.value() instanceof Decided.Allowed allowed) {
      shared.reserved.add(
          new Reserved(allowed.plan().reservation(), wallet, allowed.plan().amount(), false));
    }
  }

  private OperationChecks.Asked asked(EntityId wallet, String key, long content, String kind) {
    return new OperationChecks.Asked(
        wallet, new Caller(ACTOR, key, key, content).operation(kind), world.since());
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
        List.of(wallet),
        replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
        (node, answer) -> {},
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
    Since since = world.since();
    Operation operation =
        new Caller(ACTOR, key, key, amount.micros()).operation("commit:" + reserved.id);
    WalletCommand command = new WalletCommand.Commit(reserved.id, amount, null, ACTOR, key);
    ask(
        "commit %s of %s".formatted(amount, reserved.id),
        reserved.wallet,
        command,
        operation,
        answer -> checks.ended(answer, reserved, command, operation, since),
        SimulatedClient::ending);
  }

  private static Object ending(WalletReply reply) {
    return reply instanceof WalletReply.Ended ended
        ? "%s %s %s %s"
            .formatted(
                ended.reservation(), ended.status(), ended.amount(), ended.transaction().id())
        : reply;
  }

  private void release() {
    Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    String key = key();
    Since since = world.since();
    Operation operation = new Caller(ACTOR, key, key, 0).operation("release:" + reserved.id);
    WalletCommand command = new WalletCommand.Release(reserved.id, ACTOR, key);
    ask(
        "release " + reserved.id,
        reserved.wallet,
        command,
        operation,
        answer -> checks.ended(answer, reserved, command, operation, since),
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
    OperationChecks.Asked asked = asked(reserved.wallet, key, seconds, "extend:" + reserved.id);
    ask(
        "extend %s by %d s".formatted(reserved.id, seconds),
        reserved.wallet,
        new WalletCommand.Extend(reserved.id, seconds),
        asked.operation(),
        answer -> others.extended(answer, asked, reserved.id, seconds),
        reply -> reply);
  }

  // ---- credits

  private void grant() {
    String org = org();
    EntityId wallet = wallet(org);
    String id = "g" + shared.names++;
    Credits amount = Credits.of(1 + random.nextInt(80));
    Grant grant = grant(id, amount, world.owner(org).now());
    String key = key();
    OperationChecks.Asked asked = asked(wallet, key, grant.toString().hashCode(), "grant");
    ask(
        "grant %s of %s to %s".formatted(id, amount, wallet),
        wallet,
        new WalletCommand.AddGrant(grant, null, attribution("grant", org, key)),
        asked.operation(),
        answer -> {
          others.granted(answer, asked, id, amount, grant.expiresAt());
          used(answer, "grant", wallet, key);
          if (answer instanceof Answer.Done<WalletReply>) {
            shared.grants.add(wallet + "|" + id);
          }
        },
        reply -> ((WalletReply.GrantAdded) reply).grant().grant().id());
  }

  private Grant grant(String id, Credits amount, Instant now) {
    return new Grant(
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
    String grant = granted.substring(at + 1);
    OperationChecks.Asked asked = asked(wallet, key, 0, "void:" + granted);
    ask(
        "void " + granted,
        wallet,
        new WalletCommand.VoidGrant(grant, attribution("void", wallet.org(), key)),
        asked.operation(),
        answer -> others.voided(answer, asked, grant),
        reply -> reply);
  }

  private void adjust() {
    String org = org();
    EntityId wallet = wallet(org);
    boolean more = random.nextBoolean();
    Credits amount = more ? amount() : amount().negated();
    String key = key();
    OperationChecks.Asked asked = asked(wallet, key, amount.micros(), "adjust");
    ask(
        "adjust %s by %s".formatted(wallet, amount),
        wallet,
        new WalletCommand.Adjust(
            TYPE, amount, more ? "a" + shared.names++ : null, attribution("adjust", org, key)),
        asked.operation(),
        answer -> {
          others.adjusted(answer, asked, amount);
          used(answer, "adjust", wallet, key);
        },
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
      } else if (grant != null
          && (posting.type() == EntryType.CONSUME || posting.type() == EntryType.LATE_USAGE)) {
        draws.add(new Draw(grant, posting.amount().negated()));
      }
    }
    Charge charge = new Charge(of.id(), of.creditType(), List.copyOf(draws), debt);
    String key = key();
    Credits amount = random.nextBoolean() ? null : amount();
    OperationChecks.Asked asked =
        asked(wallet, key, amount == null ? 0 : amount.micros(), "refund:" + of.id());
    ask(
        "refund %s of %s".formatted(amount, of.id()),
        wallet,
        new WalletCommand.Refund(charge, amount, attribution("refund", org, key)),
        asked.operation(),
        answer -> others.refunded(answer, asked, of.id(), amount),
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
    OperationChecks.Asked asked =
        asked(EntityId.wallet(org, from), key, amount.micros(), "transfer");
    ask(
        "transfer %s from %s to %s".formatted(amount, from, to),
        EntityId.wallet(org, from),
        new WalletCommand.TransferOut(to, TYPE, amount, attribution("transfer", org, key)),
        asked.operation(),
        answer -> {
          others.transferred(answer, asked, to, amount);
          used(answer, "transfer", asked.entity(), key);
        },
        reply -> ((WalletReply.Transferred) reply).transfer().id());
  }

  // ---- governance

  private void govern(String what, String org, OrgCommand command) {
    String key = key();
    Since since = world.since();
    EntityId id = EntityId.org(org);
    Operation operation =
        new Caller(ACTOR, key, key, command.toString().hashCode()).operation("govern");
    start(
        new SimulatedCall.Question<OrgReply>(
            what,
            id,
            List.of(id),
            replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
            (node, answer) -> {},
            answer -> others.governed(answer, id, command, since),
            reply -> reply,
            // What was so already changes nothing, is not remembered, and decided anew each time.
            () -> world.watch.effect(id, operation) != null),
        null);
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
    Instant until = world.owner(ORG).now().plusSeconds(1 + random.nextInt(5));
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
        budget("org-month", Scope.Type.ORG, null, null, TYPE, WindowKind.MONTH, 350),
        budget("each-user", Scope.Type.EACH_USER, null, null, TYPE, WindowKind.DAY, BERLIN, 90),
        budget("red-life", Scope.Type.TEAM, "red", null, TYPE, WindowKind.LIFETIME, 200),
        budget("red-minute", Scope.Type.TEAM, "red", null, TYPE, WindowKind.MINUTE, 60),
        budget("red-member", Scope.Type.EACH_MEMBER, null, "red", TYPE, WindowKind.DAY, 70),
        budget("blue-hour", Scope.Type.TEAM, "blue", null, TYPE, WindowKind.HOUR, BERLIN, 50));
  }

  private static Budget budget(
      String id,
      Scope.Type type,
      @Nullable String of,
      @Nullable String team,
      String measure,
      WindowKind window,
      long limit) {
    return budget(id, type, of, team, measure, window, ZoneOffset.UTC, limit);
  }

  private static Budget budget(
      String id,
      Scope.Type type,
      @Nullable String of,
      @Nullable String team,
      String measure,
      WindowKind window,
      ZoneId zone,
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
        zone,
        1);
  }

  // ---- keys

  private void again() {
    if (finished.isEmpty()) {
      reserve(true, false);
      return;
    }
    again(finished.get(random.nextInt(finished.size())));
  }

  private <T> void again(Finished<T> one) {
    start(one.question, one.told);
  }

  private void used(Answer<?> answer, String kind, EntityId entity, String key) {
    if (answer instanceof Answer.Done) {
      shared.keys.add(new UsedKey(kind, entity, key));
    }
  }

  /** The same key for something else is refused, whatever it was for. */
  private void reuse(UsedKey used) {
    String org = used.entity.org();
    Credits amount = new Credits(1 + random.nextInt(5));
    // Unlike whatever the key was used for.
    OperationChecks.Asked asked = asked(used.entity, used.key, Long.MIN_VALUE, used.kind);
    Attribution attribution = attribution(used.kind, org, used.key);
    if (used.kind.equals("reserve")) {
      reserveAgain(used, amount, asked);
      return;
    }
    WalletCommand command =
        switch (used.kind) {
          case "grant" ->
              new WalletCommand.AddGrant(
                  grant("again" + shared.names++, amount, world.owner(org).now()),
                  null,
                  attribution);
          case "adjust" -> new WalletCommand.Adjust(TYPE, amount.negated(), null, attribution);
          default -> new WalletCommand.TransferOut("nowhere", TYPE, amount, attribution);
        };
    ask(
        "%s of %s with the key %s that was used".formatted(used.kind, used.entity, used.key),
        used.entity,
        command,
        asked.operation(),
        answer -> others.keyReused(answer, asked, Rarity.KEY_REUSED),
        reply -> reply);
  }

  private void reserveAgain(UsedKey used, Credits amount, OperationChecks.Asked asked) {
    ReserveRequest request =
        new ReserveRequest(
            Subject.ofOrg(used.entity.org()),
            null,
            null,
            null,
            WALLETS.getFirst(),
            null,
            amount,
            TYPE,
            10,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of());
    this.<Decided>start(
        "reserve %s with the key %s that was used".formatted(amount, used.key),
        used.entity,
        List.of(used.entity),
        replyTo ->
            new EntityMessage.Reserve(
                new OrgCommand.Reserve(request, used.key, ACTOR, used.key, salt()),
                asked.operation(),
                replyTo),
        (node, answer) -> {},
        answer -> others.keyReused(answer, asked, Rarity.RESERVE_KEY_REUSED),
        decided -> decided);
  }

  /** The same key for something else is refused. */
  private void reuse() {
    if (!shared.keys.isEmpty() && random.nextBoolean()) {
      reuse(shared.keys.get(random.nextInt(shared.keys.size())));
      return;
    }
    Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    String key = "reused" + reserved.id;
    Credits amount = Credits.of(1 + random.nextInt(3));
    Since since = world.since();
    Operation operation =
        new Caller(ACTOR, key, key, amount.micros()).operation("commit:" + reserved.id);
    WalletCommand command = new WalletCommand.Commit(reserved.id, amount, null, ACTOR, key);
    ask(
        "commit %s of %s with a key that may have been used".formatted(amount, reserved.id),
        reserved.wallet,
        command,
        operation,
        answer -> checks.ended(answer, reserved.withKey(), command, operation, since),
        SimulatedClient::ending);
  }
}
