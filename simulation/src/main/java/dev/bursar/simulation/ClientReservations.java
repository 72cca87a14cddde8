package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.NaivePots.Use;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What a client asks about reservations, and of work that has run. */
final class ClientReservations {

  private final Asker asker;
  private final World world;
  private final Asker.Shared shared;
  private final AnswerChecks checks;
  private final EndChecks ends;
  private final ReportChecks reports;
  private final OperationChecks others;
  private final Random random;

  ClientReservations(Asker asker) {
    this.asker = asker;
    this.world = asker.world;
    this.shared = asker.shared;
    this.checks = asker.checks;
    this.ends = asker.ends;
    this.reports = asker.reports;
    this.others = asker.others;
    this.random = asker.random;
  }

  void reserve(boolean atOnce, boolean dryRun) {
    String org = asker.org();
    String team = random.nextInt(3) == 0 ? null : asker.some(SimulatedClient.TEAMS);
    String user = random.nextInt(4) == 0 ? null : asker.some(SimulatedClient.USERS);
    Subject subject = new Subject(org, team, user, null, null, null);
    String named = random.nextInt(3) == 0 ? null : asker.some(SimulatedClient.WALLETS);
    EntityId wallet = EntityId.wallet(org, named == null ? walletOf(team) : named);
    String creditType = asker.some(SimulatedClient.TYPES);
    Use use = new Use(asker.seldom(SimulatedClient.FEATURES), asker.seldom(SimulatedClient.MODELS));
    Credits amount =
        random.nextInt(8) == 0
            ? asker.nearTheLimit(wallet, subject, creditType, use)
            : asker.amount();
    ReserveRequest request =
        new ReserveRequest(
            subject,
            use.feature(),
            use.model(),
            null,
            named,
            null,
            amount,
            creditType,
            random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 10 + random.nextInt(50),
            OveragePolicy.values()[random.nextInt(3)],
            atOnce,
            dryRun,
            Map.of());
    String key = asker.key();
    Caller caller = new Caller(Asker.ACTOR, key, key, request.toString().hashCode());
    Operation operation = dryRun ? null : caller.operation("reserve");
    Since since = world.since();
    List<String> attempts = new ArrayList<>();
    List<EntityId> deciders =
        team == null
            ? List.of(EntityId.org(org), wallet)
            : List.of(EntityId.org(org), wallet, EntityId.team(org, team));
    asker.<Decided>start(
        "%s %s %s of %s for %s/%s"
            .formatted(
                dryRun ? "dry run" : atOnce ? "charge" : "reserve",
                amount,
                creditType,
                wallet,
                team,
                user),
        EntityId.org(org),
        deciders,
        // Each attempt has a salt of its own, and so a name of its own for the reservation.
        replyTo -> {
          byte[] salt = asker.salt();
          String attempt = ReservationId.of(org, wallet.name(), key, salt).toString();
          attempts.add(attempt);
          world.watch.attempts(attempt);
          return new EntityMessage.Reserve(
              new OrgCommand.Reserve(request, key, Asker.ACTOR, key, salt), operation, replyTo);
        },
        (node, answer) -> checks.told(answer, wallet, node),
        answer -> {
          checks.reserved(answer, request, wallet, operation, since, attempts);
          if (!dryRun) {
            asker.used(answer, "reserve", EntityId.org(org), key);
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

  /** The wallet of who names none: that of the team, if it owns one. */
  private String walletOf(@Nullable String team) {
    if (SimulatedClient.OWNER.equals(team)) {
      world.watch.saw(Rarity.WALLET_OF_THE_TEAM);
      return SimulatedClient.WALLET_OF_TEAM;
    }
    return SimulatedClient.WALLETS.getFirst();
  }

  /** Reports what has run, or what was reported before once more. */
  void report() {
    boolean again = !shared.reports.isEmpty() && random.nextInt(3) == 0;
    SimulatedClient.Report report =
        again
            ? shared.reports.get(Math.max(0, shared.reports.size() - 1 - random.nextInt(4)))
            : newReport();
    if (!again) {
      shared.reports.add(report);
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
            () -> false),
        null);
  }

  private EntityMessage reporting(
      SimulatedClient.Report report,
      ReserveRequest work,
      Operation operation,
      ReplyTo<Answer<Decided>> replyTo) {
    byte[] salt = asker.salt();
    String org = report.wallet().org();
    String key = report.event().id();
    String attempt = ReservationId.of(org, report.wallet().name(), key, salt).toString();
    world.watch.reports.asks(org, report.event(), attempt, work);
    world.watch.attempts(attempt);
    long notThrough =
        world.watch.reports.notOnRecordThrough(org, report.event(), lookedUpThrough(org));
    return new EntityMessage.Reserve(
        new OrgCommand.Reserve(work, key, Asker.ACTOR, null, salt, notThrough), operation, replyTo);
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

  SimulatedClient.Report newReport() {
    String org = asker.org();
    String team = random.nextInt(3) == 0 ? null : asker.some(SimulatedClient.TEAMS);
    String named = random.nextInt(3) == 0 ? null : asker.some(SimulatedClient.WALLETS);
    EntityId wallet = EntityId.wallet(org, named == null ? walletOf(team) : named);
    ReserveRequest work =
        new ReserveRequest(
            new Subject(
                org,
                team,
                random.nextInt(4) == 0 ? null : asker.some(SimulatedClient.USERS),
                null,
                null,
                null),
            asker.seldom(SimulatedClient.FEATURES),
            asker.seldom(SimulatedClient.MODELS),
            null,
            named,
            null,
            asker.amount(),
            asker.some(SimulatedClient.TYPES),
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
    Instant ran = world.cluster.earliestNow().minusSeconds(secondsAgo);
    return new SimulatedClient.Report(work, new Reported("/sim", asker.key(), ran), wallet);
  }

  /** What was set aside can be charged, or given back. */
  void remember(Answer<Decided> answer, EntityId wallet) {
    if (answer instanceof Answer.Done<Decided> done
        && done.value() instanceof Decided.Allowed allowed) {
      shared.reserved.add(
          new SimulatedClient.Reserved(
              allowed.plan().reservation(), wallet, allowed.plan().amount(), false));
    }
  }

  SimulatedClient.@Nullable Reserved reserved() {
    return shared.reserved.isEmpty()
        ? null
        : shared.reserved.get(Math.max(0, shared.reserved.size() - 1 - random.nextInt(5)));
  }

  void commit() {
    SimulatedClient.Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    Credits amount =
        switch (random.nextInt(5)) {
          case 0 -> Credits.ZERO;
          case 1 -> reserved.amount();
          case 2 -> asker.amount();
          case 3 -> reserved.amount().plus(new Credits(1));
          default -> new Credits(reserved.amount().micros() / 2);
        };
    commit(
        "commit %s of %s".formatted(amount, reserved.id()),
        reserved,
        reserved,
        amount,
        asker.key());
  }

  /**
   * Commits by a key.
   *
   * @param judged the reservation as the answer is to be judged by
   */
  void commit(
      String what,
      SimulatedClient.Reserved reserved,
      SimulatedClient.Reserved judged,
      Credits amount,
      String key) {
    Since since = world.since();
    Operation operation =
        new Caller(Asker.ACTOR, key, key, amount.micros()).operation("commit:" + reserved.id());
    WalletCommand command = new WalletCommand.Commit(reserved.id(), amount, null, Asker.ACTOR, key);
    asker.ask(
        what,
        reserved.wallet(),
        command,
        operation,
        answer -> ends.ended(answer, judged, command, operation, since),
        ClientReservations::ending);
  }

  private static Object ending(WalletReply reply) {
    return reply instanceof WalletReply.Ended ended
        ? "%s %s %s %s"
            .formatted(
                ended.reservation(), ended.status(), ended.amount(), ended.transaction().id())
        : reply;
  }

  void release() {
    SimulatedClient.Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    String key = asker.key();
    Since since = world.since();
    Operation operation =
        new Caller(Asker.ACTOR, key, key, 0).operation("release:" + reserved.id());
    WalletCommand command = new WalletCommand.Release(reserved.id(), Asker.ACTOR, key);
    asker.ask(
        "release " + reserved.id(),
        reserved.wallet(),
        command,
        operation,
        answer -> ends.ended(answer, reserved, command, operation, since),
        ClientReservations::ending);
  }

  void extend() {
    SimulatedClient.Reserved reserved = reserved();
    if (reserved == null) {
      reserve(false, false);
      return;
    }
    String key = asker.key();
    int seconds = 1 + random.nextInt(60);
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
