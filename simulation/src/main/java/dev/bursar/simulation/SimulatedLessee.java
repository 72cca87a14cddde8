package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.lease.Leasing;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.usage.UsageReporting;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.simulation.history.OrgShape;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Somebody who closes leases with uses of which some are not taken, through the API: such a lease
 * stays open, since what is left of it may be what those have used. Then they are corrected, and it
 * is closed.
 */
final class SimulatedLessee {

  private static final String NAME = "lessee";
  private static final int LEASES = 3;
  private static final int TRIES = 8;
  private static final int AMOUNT_MAX = 6;
  private static final int LASTS_MAX = 30;
  private static final long SECOND = 1_000_000;

  /** A wallet that there is not. */
  private static final String NOWHERE = "nowhere";

  private final World world;
  private final Leasing leasing;

  /** Of its own, so that what it wants changes nothing of what others want. */
  private final Random random;

  private int left = LEASES;
  private int names;

  SimulatedLessee(World world) {
    this.world = world;
    this.random = new Random(world.scenario.seed() * 23);
    ServedCluster served = new ServedCluster(world, random);
    UsageReports reports = new UsageReporting(served, served, 4, 1);
    this.leasing = new Leasing(served, served, reports, World.LEASE_SETTLE);
  }

  boolean isDone() {
    return left < 0;
  }

  void next() {
    if (left-- > 0) {
      world.time.after(random.nextLong(2 * SECOND), this::acquire);
    }
  }

  private void acquire() {
    Subject subject =
        new Subject(
            SimulatedClient.ORG,
            OrgShape.TEAMS.get(random.nextInt(OrgShape.TEAMS.size())),
            OrgShape.USERS.get(random.nextInt(OrgShape.USERS.size())),
            null,
            null,
            null);
    String wallet = OrgShape.WALLETS.get(random.nextInt(OrgShape.WALLETS.size()));
    world.heard(
        leasing.acquire(
            new Leases.Wanted(
                NAME,
                subject,
                null,
                null,
                wallet,
                OrgShape.TYPE,
                Credits.of(1 + random.nextInt(AMOUNT_MAX)),
                Map.of("requests", 2L, "open_reservations", 1L),
                1 + random.nextInt(LASTS_MAX),
                Set.of()),
            caller()),
        answer -> {
          world.log(() -> "%s asks for a lease of %s: %s".formatted(NAME, wallet, answer));
          if (answer instanceof Answer.Done<Leases.Outcome>(Leases.Outcome it, boolean again)
              && it instanceof Leases.Granted granted) {
            world.time.after(
                random.nextLong(SECOND), () -> close(granted.lease(), subject, wallet, true));
          } else {
            next();
          }
        });
  }

  private void close(Leases.View lease, Subject subject, String wallet, boolean wrong) {
    List<Leases.Use> uses =
        wrong
            ? List.of(use(subject, NOWHERE), use(subject, wallet))
            : List.of(use(subject, wallet));
    close(
        lease,
        random.nextBoolean() ? uses : uses.reversed(),
        wrong,
        caller(),
        TRIES,
        subject,
        wallet);
  }

  private void close(
      Leases.View lease,
      List<Leases.Use> uses,
      boolean wrong,
      Caller caller,
      int tries,
      Subject subject,
      String wallet) {
    world.log(() -> "%s closes %s with %s".formatted(NAME, lease.lease(), uses));
    world.heard(
        leasing.close(lease.lease(), lease.terms().epoch(), uses, caller),
        answer -> {
          world.log(() -> "%s is told: %s".formatted(NAME, answer));
          switch (answer) {
            case Answer.Done<Leases.Settled> done -> {
              closed(done.value(), wrong);
              if (wrong && done.value().lease().settleBy() != null) {
                close(done.value().lease(), subject, wallet, false);
              } else {
                next();
              }
            }
            case Answer.Refused<Leases.Settled> refused -> next();
            case Answer<Leases.Settled> other when tries > 1 ->
                world.time.after(
                    SECOND / 2,
                    () -> close(lease, uses, wrong, caller, tries - 1, subject, wallet));
            case Answer<Leases.Settled> other -> next();
          }
        });
  }

  /** It is open as long as not all that was used is on record, unless its time is over. */
  private void closed(Leases.Settled settled, boolean wrong) {
    boolean rejected = settled.results().stream().anyMatch(UsageReports.Rejected.class::isInstance);
    world.watch.expect(
        rejected || !wrong, "model", "a wallet that is not there has paid: %s", settled);
    world.watch.expect(
        !rejected || !settled.lease().status().equals("released"),
        "I9",
        "%s is told, and not all that was used is taken: %s",
        settled.lease(),
        settled.results());
    if (rejected && settled.lease().settleBy() != null) {
      world.watch.saw(Rarity.LEASE_NOT_CLOSED_AS_A_USE_WAS_REJECTED);
    }
  }

  private Leases.Use use(Subject subject, String wallet) {
    return new Leases.Use(
        key(),
        world.cluster.earliestNow(),
        new ReserveRequest(
            subject,
            "chat",
            null,
            null,
            wallet,
            null,
            new Credits(1 + random.nextInt(900_000)),
            OrgShape.TYPE,
            1,
            OveragePolicy.RECORD,
            true,
            false,
            Map.of()));
  }

  private Caller caller() {
    String key = key();
    return new Caller(Asker.ACTOR, key, key, names);
  }

  /** A key that carries its time, as a UUID of version 7 does, and that nobody else uses. */
  private String key() {
    long millis = world.cluster.earliestNow().toEpochMilli();
    return "%08x-%04x-7000-a000-%012x".formatted(millis >>> 16, millis & 0xffff, ++names);
  }
}
