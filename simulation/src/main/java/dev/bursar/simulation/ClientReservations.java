package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.OrgShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a client asks about reservations, and of work that has run. */
final class ClientReservations {

  private final Asker asker;
  private final World world;
  private final Known known;
  private final AnswerChecks checks;
  private final EndChecks ends;
  private final ReportChecks reports;
  private final OperationChecks others;
  private final Random random;

  ClientReservations(Asker asker) {
    this.asker = asker;
    this.world = asker.world;
    this.known = asker.known;
    this.checks = asker.checks;
    this.ends = asker.ends;
    this.reports = asker.reports;
    this.others = asker.others;
    this.random = asker.random;
  }

  void reserve(Call.Reserve call, String key) {
    ReserveRequest request = call.request();
    EntityId wallet = call.wallet();
    Subject subject = request.subject();
    String org = subject.org();
    String team = subject.team();
    boolean atOnce = request.commit();
    boolean dryRun = request.dryRun();
    sawWallet(request);
    Caller caller = new Caller(Asker.ACTOR, key, key, request.toString().hashCode());
    Operation operation = dryRun ? null : caller.operation("reserve");
    Since since = world.since();
    List<String> attempts = new ArrayList<>();
    List<EntityId> deciders =
        team == null
            ? List.of(EntityId.org(org), wallet)
            : List.of(EntityId.org(org), wallet, EntityId.team(org, team));
    asker.<Decided>start(
        "%s %s %s of %s for %s"
            .formatted(
                dryRun ? "dry run" : atOnce ? "charge" : "reserve",
                request.amount(),
                request.creditType(),
                wallet,
                Stream.of(team, subject.user())
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("/", org + "/", ""))),
        EntityId.org(org),
        deciders,
        // Each attempt has a salt of its own, and so a name of its own for the reservation.
        replyTo -> {
          byte[] salt = asker.salt();
          String attempt = ReservationId.of(org, wallet.name(), key, salt).toString();
          attempts.add(attempt);
          OrgCommand.Reserve ask = new OrgCommand.Reserve(request, key, Asker.ACTOR, key, salt);
          world.watch.attempts(attempt, ask);
          return new EntityMessage.Reserve(ask, operation, replyTo);
        },
        (node, answer) -> checks.told(answer, wallet, node),
        answer -> {
          checks.reserved(answer, request, wallet, operation, since, attempts);
          if (!dryRun) {
            asker.used(answer, call, key);
          }
          if (!atOnce && !dryRun) {
            remember(answer, wallet);
          }
        },
        this::decision);
  }

  private Object decision(Decided decided) {
    return switch (decided) {
      case Decided.Allowed allowed ->
          "allow %s %s%s"
              .formatted(
                  allowed.plan().reservation(), allowed.plan().amount(), particulars(allowed));
      case Decided.Denied denied ->
          "deny %s %s"
              .formatted(
                  denied.plan().reservation(),
                  denied.denials().stream().map(Denial::code).toList());
    };
  }

  /** Where the wallet remembers everything, all of an answer is the same. */
  private String particulars(Decided.Allowed allowed) {
    if (world.scenario.isForgetful() || world.days > 0) {
      return "";
    }
    Hold hold = allowed.hold();
    WalletReply.Ended charged = allowed.charged();
    return " until %s, %s %s, %s, %s"
        .formatted(
            hold == null ? null : hold.expiresAt(),
            charged == null ? "open" : charged.status(),
            charged == null ? null : charged.amount(),
            allowed.balance(),
            allowed.limits());
  }

  private void sawWallet(ReserveRequest request) {
    if (request.wallet() == null && OrgShape.OWNER.equals(request.subject().team())) {
      world.watch.saw(Rarity.WALLET_OF_THE_TEAM);
    }
  }

  /**
   * Reports what has run.
   *
   * @param again whether it was reported before
   */
  void report(Call.Report report, boolean again) {
    if (!again) {
      sawWallet(report.work());
    }
    String org = report.wallet().org();
    ReserveRequest work = report.work().as(report.event());
    Operation operation = Operation.ofReport(report.event());
    Since since = world.since();
    asker.start(
        new SimulatedCall.Question<Decided>(
            "report %s of %s, %s, by %s"
                .formatted(work.amount(), report.wallet(), report.event(), work.overagePolicy()),
            EntityId.org(org),
            List.of(EntityId.org(org), report.wallet()),
            replyTo -> reporting(report, work, operation, replyTo),
            (node, answer) -> {
              checks.told(answer, report.wallet(), node);
              reports.told(answer, EntityId.org(org));
            },
            answer -> reports.reported(answer, work, report.event(), report.wallet(), since, again),
            decided -> decided.getClass().getSimpleName() + " " + decided.plan().reservation(),
            () -> isOnRecord(report.event(), org),
            () -> false,
            !again),
        null);
  }

  private EntityMessage reporting(
      Call.Report report,
      ReserveRequest work,
      Operation operation,
      ReplyTo<Answer<Decided>> replyTo) {
    byte[] salt = asker.salt();
    String org = report.wallet().org();
    String key = report.event().id();
    String attempt = ReservationId.of(org, report.wallet().name(), key, salt).toString();
    world.watch.reports.asks(org, report.event(), attempt, work);
    long notThrough =
        world.watch.reports.notOnRecordThrough(org, report.event(), lookedUpThrough(org));
    OrgCommand.Reserve ask = new OrgCommand.Reserve(work, key, Asker.ACTOR, null, salt, notThrough);
    world.watch.attempts(attempt, ask);
    return new EntityMessage.Reserve(ask, operation, replyTo);
  }

  /** It is found in the table of what is on record: nobody is asked. */
  private boolean isOnRecord(Reported event, String org) {
    boolean found = world.watch.reports.isOnRecord(org, event, lookedUpThrough(org));
    if (found) {
      reports.onRecord(event, org);
    }
    return found;
  }

  /** The row of the org's journal up to which what was reported is looked up in a table. */
  private long lookedUpThrough(String org) {
    long last = world.journal.last(EntityId.org(org));
    boolean farBehind =
        random.nextBoolean() && !world.watch.memories.hasForgottenSome(EntityId.org(org));
    return farBehind ? 0 : Math.max(0, last - random.nextInt(random.nextInt(3) == 0 ? 30 : 6));
  }

  /** What was set aside can be charged, or given back. */
  void remember(Answer<Decided> answer, EntityId wallet) {
    if (answer instanceof Answer.Done<Decided> done
        && done.value() instanceof Decided.Allowed allowed) {
      known.reserved(
          new Call.Reserved(allowed.plan().reservation(), wallet, allowed.plan().amount()));
    }
  }

  void commit(Call.Commit commit, String key) {
    commit("commit %s of %s".formatted(commit.amount(), commit.of().id()), commit, key, false);
  }

  /** With a key that others may have used to end it in another way. */
  void contest(Call.Commit commit, String key) {
    commit(
        "commit %s of %s with a key that may have been used"
            .formatted(commit.amount(), commit.of().id()),
        commit,
        key,
        true);
  }

  private void commit(String what, Call.Commit commit, String key, boolean keyMayBeUsed) {
    Call.Reserved reserved = commit.of();
    end(
        what,
        new EndChecks.Asked(
            reserved,
            new WalletCommand.Commit(reserved.id(), commit.amount(), null, Asker.ACTOR, key),
            new Caller(Asker.ACTOR, key, key, commit.amount().micros())
                .operation("commit:" + reserved.id()),
            keyMayBeUsed,
            world.since()));
  }

  private void end(String what, EndChecks.Asked asked) {
    EntityId wallet = asked.reserved().wallet();
    asker.start(
        new SimulatedCall.Question<WalletReply>(
            what,
            wallet,
            List.of(wallet),
            replyTo ->
                new EntityMessage.Ask<>(new Request<>(asked.command(), asked.operation()), replyTo),
            (node, answer) -> {},
            answer -> ends.ended(answer, asked),
            ClientReservations::ending,
            () -> false,
            () -> true,
            !asked.keyMayBeUsed()),
        null);
  }

  private static Object ending(WalletReply reply) {
    return reply instanceof WalletReply.Ended ended
        ? "%s %s %s %s"
            .formatted(
                ended.reservation(), ended.status(), ended.amount(), ended.transaction().id())
        : reply;
  }

  void release(Call.Reserved reserved, String key) {
    end(
        "release " + reserved.id(),
        new EndChecks.Asked(
            reserved,
            new WalletCommand.Release(reserved.id(), Asker.ACTOR, key),
            new Caller(Asker.ACTOR, key, key, 0).operation("release:" + reserved.id()),
            false,
            world.since()));
  }

  void extend(Call.Extend extend, String key) {
    Call.Reserved reserved = extend.of();
    int seconds = extend.seconds();
    OperationChecks.Asked asked =
        asker.asked(reserved.wallet(), key, seconds, "extend:" + reserved.id());
    asker.ask(
        "extend %s by %d s".formatted(reserved.id(), seconds),
        reserved.wallet(),
        new WalletCommand.Extend(reserved.id(), seconds),
        asked.operation(),
        answer -> others.extended(answer, asked, reserved.id(), seconds),
        reply -> reply);
  }
}
