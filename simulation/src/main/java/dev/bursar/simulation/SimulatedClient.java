package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;

/**
 * A client: asks for one thing after the other, each with a key, and again with the same key until
 * it is answered. Whatever it is told has to be in the journal, and to be what the naive model
 * says.
 */
final class SimulatedClient {

  static final String ORG = "acme";
  static final String OTHER_ORG = "zeta";
  static final String TYPE = "platform";
  static final List<String> TYPES = List.of(TYPE, "image");
  static final List<String> FEATURES = List.of("chat", "search");
  static final List<String> MODELS = List.of("large", "small");
  static final List<String> TEAMS = List.of("red", "blue");

  /** The first is above the second. */
  static final List<String> DEPARTMENTS = List.of("eng", "lab");

  static final List<String> USERS = List.of("ann", "bob", "cat");
  static final List<String> WALLETS = List.of("main", "second");

  /** Who names no wallet draws on that of the team, if it owns one. */
  static final String OWNER = "blue";

  static final String WALLET_OF_TEAM = "blues";

  static final List<String> ALL_WALLETS = List.of("main", "second", WALLET_OF_TEAM);

  /** Where clocks are set forward and back, and days do not end when they do in UTC. */
  static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

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

  private final World world;
  private final Random random;
  private final ClientReservations reservations;
  private final ClientCredits credits;
  private final ClientGovernance governance;
  private final ClientKeys keys;
  private int left;

  SimulatedClient(World world, String name, Asker.Shared shared, int operations) {
    Asker asker = new Asker(world, name, shared, this::next);
    this.world = world;
    this.random = asker.random;
    this.reservations = new ClientReservations(asker);
    this.credits = new ClientCredits(asker, reservations);
    this.governance = new ClientGovernance(asker);
    this.keys = new ClientKeys(asker, reservations, credits);
    this.left = operations;
  }

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
      reservations.report();
      return;
    }
    if (world.scenario.isForgetful() && random.nextInt(5) == 0) {
      keys.again();
      return;
    }
    int chance = random.nextInt(100);
    if (chance < 24) {
      reservations.reserve(false, false);
    } else if (chance < 42) {
      reservations.reserve(true, false);
    } else if (chance < 45) {
      reservations.reserve(random.nextBoolean(), true);
    } else if (chance < 63) {
      reservations.commit();
    } else if (chance < 68) {
      reservations.release();
    } else if (chance < 71) {
      reservations.extend();
    } else if (chance < 76) {
      credits.grant();
    } else if (chance < 78) {
      credits.voidGrant();
    } else if (chance < 80) {
      credits.adjust();
    } else if (chance < 83) {
      credits.refund();
    } else if (chance < 86) {
      credits.transfer();
    } else if (chance < 88) {
      governance.changeLimit();
    } else if (chance < 89) {
      governance.freeze();
    } else if (chance < 90) {
      governance.moveTeam();
    } else if (chance < 97) {
      keys.again();
    } else {
      keys.reuse();
    }
  }
}
