package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.simulation.NaivePots.Use;
import dev.bursar.simulation.history.Sight;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that sees all there is: what the naive models say of now. */
final class SimulatedSight implements Sight {

  /** Some of it is let in, and some is not. */
  private static final int KEY_FAR_AHEAD_MS = 25_000;

  private static final int WORK_FAR_AHEAD_MS = 8_000;

  private final World world;
  private final Asker asker;

  SimulatedSight(Asker asker) {
    this.world = asker.world;
    this.asker = asker;
  }

  @Override
  public Instant now(String org) {
    return world.cluster.owner(org).now();
  }

  @Override
  public Instant earliestNow() {
    return world.cluster.earliestNow();
  }

  /** Where clocks jump, a client's does, too. */
  @Override
  public int keyAheadMaxMs() {
    boolean jumps = world.scenario.has(Fault.CLOCK_JUMPS) && asker.random.nextInt(30) == 0;
    return jumps ? KEY_FAR_AHEAD_MS : Sight.super.keyAheadMaxMs();
  }

  @Override
  public int workAheadMaxMs() {
    return world.scenario.has(Fault.CLOCK_JUMPS) ? WORK_FAR_AHEAD_MS : 0;
  }

  @Override
  public int finished() {
    return asker.finished.size();
  }

  @Override
  public List<String> charges(EntityId wallet) {
    return List.copyOf(world.watch.wallet(wallet).charges.keySet());
  }

  @Override
  public List<String> planGrants(EntityId wallet) {
    return world.watch.wallet(wallet).planGrants();
  }

  @Override
  public @Nullable Credits room(Subject subject, String creditType) {
    String org = subject.org();
    String team = subject.team();
    BigInteger room =
        world
            .watch
            .org(EntityId.org(org))
            .room(
                subject,
                creditType,
                now(org),
                world.watch.moment(),
                team == null ? null : world.watch.limits(EntityId.team(org, team)));
    return room == null ? null : credits(room);
  }

  @Override
  public Credits available(
      EntityId wallet, String creditType, @Nullable String feature, @Nullable String model) {
    return credits(
        world.watch.wallet(wallet).figures(creditType).available(new Use(feature, model)));
  }

  private static Credits credits(BigInteger micros) {
    return new Credits(micros.longValueExact());
  }
}
