package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds leases without our sidecar, and reports what was used: in time, late, twice,
 * by a clock that is wrong; who stops in the midst of it and never comes back, or comes back and
 * knows only what it knew before.
 */
final class SimulatedHolder {

  private static final int REPORT_LATE_SECONDS_MAX = 60;
  private static final int CLOCK_WRONG_SECONDS_MAX = 600;
  private static final int ADDED_LATE_SECONDS_MAX = 8;
  private static final int MISTAKES_ONE_IN = 12;
  private static final long SECOND = 1_000_000;

  /** A lease as its holder knows it. */
  private static final class Held {
    final Plan plan;
    final EntityId wallet;
    long epoch = 1;
    Credits left;

    Held(Plan plan, EntityId wallet) {
      this.plan = plan;
      this.wallet = wallet;
      this.left = plan.amount();
    }

    String name() {
      return plan.reservation();
    }
  }

  private final World world;
  private final String name;
  private final Asker asker;
  private final ClientReservations reports;
  private final LeaseChecks checks;
  private final Duration clockWrong;

  /** Of its own, so that what else it does stays as it is. */
  private final Random mistakes;

  private final List<Call.Report> reported = new ArrayList<>();
  private int left;
  private int keys;
  private @Nullable Held held;

  /** Those that were given up, or closed: somebody may yet report on them. */
  private final List<Held> before = new ArrayList<>();

  SimulatedHolder(World world, String name, Known known, int operations) {
    this.world = world;
    this.name = name;
    this.asker = new Asker(world, name, known, this::next);
    this.reports = new ClientReservations(asker);
    this.checks = new LeaseChecks(world);
    this.left = operations;
    this.mistakes = new Random(world.scenario.seed() * 37);
    this.clockWrong =
        Duration.ofSeconds(
            asker.random.nextInt(3) == 0
                ? asker.random.nextInt(2 * CLOCK_WRONG_SECONDS_MAX) - CLOCK_WRONG_SECONDS_MAX
                : 0);
  }

  boolean isDone() {
    return left < 0;
  }

  void next() {
    if (left-- > 0) {
      long micros =
          asker.random.nextInt(8) == 0
              ? world.between(0, REPORT_LATE_SECONDS_MAX * 1_000_000L)
              : world.between(0, 300_000);
      world.time.after(micros, this::act);
    }
  }

  private void act() {
    Held lease = held;
    if (lease != null && mistakes.nextInt(MISTAKES_ONE_IN) == 0) {
      endAsReservation(lease);
      return;
    }
    int what = asker.random.nextInt(20);
    if (what == 0 && !before.isEmpty()) {
      reportOn(before.get(asker.random.nextInt(before.size())));
    } else if (what == 1 && !reported.isEmpty()) {
      reports.report(reported.get(asker.random.nextInt(reported.size())), true);
    } else if (lease == null) {
      acquire();
    } else if (what == 2) {
      // It stops, and forgets what it had.
      before.add(lease);
      held = null;
      acquire();
    } else if (what < 12) {
      reportOn(lease);
    } else if (what < 15) {
      settle(lease, lease.epoch, asker.random.nextInt(3) == 0 ? half(lease.left) : Credits.ZERO);
    } else if (what < 16 && lease.epoch > 1) {
      settle(lease, lease.epoch - 1, Credits.ZERO);
    } else if (what < 18) {
      topUp(lease);
    } else if (what < 19) {
      revoke(lease);
    } else {
      close(lease);
    }
  }

  private static Credits half(Credits of) {
    return new Credits(of.micros() / 2);
  }

  /** A key that carries its time, as a UUID of version 7 does, and that no client uses. */
  private String key() {
    long millis = world.cluster.earliestNow().toEpochMilli();
    long names = ((long) name.hashCode() & 0x7fff) << 32 | ++keys;
    return "%08x-%04x-7000-9000-%012x".formatted(millis >>> 16, millis & 0xffff, names);
  }

  // ---- granting

  private void acquire() {
    String team = asker.random.nextBoolean() ? "red" : OrgShape.OWNER;
    Subject subject =
        new Subject(
            SimulatedClient.ORG,
            team,
            asker.random.nextInt(world.scenario.has(Beside.LIMITS_OF_USERS) ? 10 : 2) == 0
                ? null
                : OrgShape.USERS.get(asker.random.nextInt(OrgShape.USERS.size())),
            null,
            null,
            null);
    EntityId wallet =
        EntityId.wallet(
            SimulatedClient.ORG,
            asker.random.nextInt(3) == 0
                ? OrgShape.WALLET_OF_TEAM
                : OrgShape.WALLETS.get(asker.random.nextInt(2)));
    reserve(
        subject,
        asker.random.nextInt(3) == 0 ? someFeature() : null,
        wallet,
        Credits.of(1 + asker.random.nextInt(12)),
        null,
        plan -> held = new Held(plan, wallet));
  }

  private void topUp(Held lease) {
    reserve(
        lease.plan.request().subject(),
        lease.plan.request().feature(),
        lease.wallet,
        Credits.of(asker.random.nextInt(5)),
        lease.name(),
        plan -> {
          // One answer has just come; the next is waited for by itself.
          left++;
          long micros =
              asker.random.nextInt(3) == 0 ? world.between(0, ADDED_LATE_SECONDS_MAX * SECOND) : 0;
          world.time.after(micros, () -> settle(lease, lease.epoch, plan));
        });
  }

  private String someFeature() {
    return OrgShape.FEATURES.get(asker.random.nextInt(OrgShape.FEATURES.size()));
  }

  private void reserve(
      Subject subject,
      @Nullable String feature,
      EntityId wallet,
      Credits amount,
      @Nullable String more,
      Consumer<Plan> then) {
    String key = key();
    ReserveRequest request =
        new ReserveRequest(
            subject,
            feature,
            null,
            null,
            wallet.name(),
            null,
            amount,
            OrgShape.TYPE,
            1 + asker.random.nextInt(30),
            OveragePolicy.RECORD,
            false,
            false,
            Map.of(),
            null,
            null,
            new LeaseTerms(
                name,
                World.LEASE_SETTLE,
                Map.of("requests", 2L, "open_reservations", (long) asker.random.nextInt(2)),
                more));
    Operation operation = new Caller(Asker.ACTOR, key, key, 1).operation("lease");
    Since since = world.since();
    List<String> attempts = new ArrayList<>();
    asker.<Decided>start(
        "lease %s of %s for %s".formatted(amount, wallet, subject),
        EntityId.org(subject.org()),
        List.of(
            EntityId.org(subject.org()),
            wallet,
            EntityId.team(subject.org(), Objects.requireNonNull(subject.team()))),
        replyTo -> {
          byte[] salt = asker.salt();
          String attempt = ReservationId.of(subject.org(), wallet.name(), key, salt).toString();
          attempts.add(attempt);
          OrgCommand.Reserve ask = new OrgCommand.Reserve(request, key, Asker.ACTOR, key, salt);
          world.watch.attempts(attempt, ask);
          return new EntityMessage.Reserve(ask, operation, replyTo);
        },
        (node, answer) -> asker.checks.told(answer, wallet, node),
        answer -> {
          asker.checks.reserved(answer, request, wallet, operation, since, attempts);
          if (answer instanceof Answer.Done<Decided> done
              && done.value() instanceof Decided.Allowed allowed) {
            then.accept(allowed.plan());
          }
        },
        decided -> decided.getClass().getSimpleName() + " " + decided.plan().reservation());
  }

  // ---- reports

  private void reportOn(Held lease) {
    Credits amount =
        new Credits(asker.random.nextInt(4) == 0 ? 0 : 1 + asker.random.nextInt(3_000_000));
    Subject subject = lease.plan.request().subject();
    Subject whom = asker.random.nextInt(8) == 0 ? another(subject) : subject;
    String named = lease.plan.request().feature();
    String feature = named == null || asker.random.nextInt(6) == 0 ? someFeature() : named;
    boolean covered = whom.equals(subject) && (named == null || named.equals(feature));
    boolean obeys = lease == held && covered && amount.compareTo(lease.left) <= 0;
    if (named != null && !named.equals(feature)) {
      world.watch.saw(Rarity.LEASE_REPORTED_FOR_ANOTHER_FEATURE);
    }
    Instant ran = world.cluster.earliestNow().plus(clockWrong);
    Call.Report report =
        new Call.Report(
            new ReserveRequest(
                whom,
                feature,
                null,
                null,
                lease.wallet.name(),
                null,
                amount,
                OrgShape.TYPE,
                1,
                OveragePolicy.RECORD,
                true,
                false,
                Map.of()),
            new Reported(lease.name(), key(), ran, lease.epoch),
            lease.wallet);
    if (obeys) {
      lease.left = lease.left.minus(amount);
    }
    reported.add(report);
    reports.report(report, false);
  }

  /** Another team, or another user: most leases are for neither. */
  private Subject another(Subject of) {
    boolean team = asker.random.nextBoolean();
    return new Subject(
        of.org(),
        team ? OrgShape.OWNER.equals(of.team()) ? "red" : OrgShape.OWNER : of.team(),
        team ? of.user() : OrgShape.USERS.get(asker.random.nextInt(OrgShape.USERS.size())),
        null,
        null,
        null);
  }

  private void settle(Held lease, long epoch, Credits handBack) {
    if (epoch == lease.epoch) {
      lease.left = lease.left.minus(handBack);
    }
    ask(
        lease,
        epoch,
        "settle",
        key ->
            new WalletCommand.SettleLease(
                lease.name(), epoch, null, null, World.LEASE_SETTLE, handBack, Asker.ACTOR, key));
  }

  private void settle(Held lease, long epoch, Plan added) {
    ask(
        lease,
        epoch,
        "settle",
        key ->
            new WalletCommand.SettleLease(
                lease.name(),
                epoch,
                added.reservation(),
                added.leaseUntil(),
                World.LEASE_SETTLE,
                Credits.ZERO,
                Asker.ACTOR,
                key));
  }

  private void close(Held lease) {
    before.add(lease);
    held = null;
    ask(
        lease,
        lease.epoch,
        "close",
        key -> new WalletCommand.CloseLease(lease.name(), lease.epoch, Asker.ACTOR, key));
  }

  /** Its holder is to stop, and does not hear of it. */
  private void revoke(Held lease) {
    world.tell(lease.wallet, new WalletCommand.RevokeLease(lease.name(), Asker.ACTOR));
    next();
  }

  /** Somebody takes it for a reservation: it goes on as it was. */
  private void endAsReservation(Held lease) {
    Call.Reserved as = new Call.Reserved(lease.name(), lease.wallet, lease.plan.amount());
    switch (mistakes.nextInt(3)) {
      case 0 -> reports.commit(new Call.Commit(as, Credits.of(mistakes.nextInt(4))), key());
      case 1 -> reports.release(as, key());
      default -> reports.extend(new Call.Extend(as, 1 + mistakes.nextInt(60)), key());
    }
  }

  private interface Command {
    WalletCommand with(String key);
  }

  private void ask(Held lease, long epoch, String kind, Command command) {
    String key = key();
    WalletCommand asked = command.with(key);
    Operation operation = new Caller(Asker.ACTOR, key, key, 1).operation(kind + ":" + lease.name());
    Since since = world.since();
    asker.ask(
        "%s %s in epoch %d".formatted(kind, lease.name(), epoch),
        lease.wallet,
        asked,
        operation,
        answer -> {
          checks.settled(answer, asked, lease.wallet, operation, since, epoch, lease.epoch);
          if (answer instanceof Answer.Done<WalletReply>(WalletReply reply, boolean again)
              && reply instanceof WalletReply.LeaseSettled it) {
            lease.epoch = it.terms().epoch();
            lease.left = it.terms().left().min(lease.left);
          } else if (answer instanceof Answer.Refused && lease == held) {
            before.add(lease);
            held = null;
          }
        },
        reply -> reply.getClass().getSimpleName());
  }
}
