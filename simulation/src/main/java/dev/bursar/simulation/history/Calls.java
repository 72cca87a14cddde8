package dev.bursar.simulation.history;

import java.util.Random;

/**
 * What one client asks for, one thing after the other. Whoever plays it says through {@link Known}
 * what was allowed and carried out, and shows through {@link Sight} what the client can see; all
 * else follows from the lots that are drawn. For one thread at a time, with the other clients of
 * its history.
 */
public final class Calls {

  /** How long anything lasts where time costs nothing. */
  public static final int SECONDS_MAX = 60;

  private static final int LONG_PAUSE_MICROS = 3_000_000;
  private static final int SHORT_PAUSE_MICROS = 20_000;

  private final Random random;
  private final boolean forgetful;
  private final ReservationCalls reservations;
  private final CreditCalls credits;
  private final GovernanceCalls governance;
  private final KeyCalls keys;

  /**
   * @param secondsMax how long anything lasts, but for grants, which last half as long again; above
   *     10
   * @param known of all clients of the history
   * @param forgetful whether keys are soon forgotten, so that more is asked for again
   */
  public Calls(
      Orgs orgs, int secondsMax, Known known, Sight sight, boolean forgetful, Random random) {
    this.random = random;
    this.forgetful = forgetful;
    Draws draws = new Draws(orgs, secondsMax, known, sight, random);
    this.reservations = new ReservationCalls(draws);
    this.credits = new CreditCalls(draws, reservations);
    this.governance = new GovernanceCalls(draws);
    this.keys = new KeyCalls(draws, reservations, credits);
  }

  /** The most microseconds until the client does the next thing; from 0 to so many, all alike. */
  public long pauseMicrosMax() {
    return random.nextInt(4) == 0 ? LONG_PAUSE_MICROS : SHORT_PAUSE_MICROS;
  }

  /** What it does next. */
  public Step next() {
    if (random.nextInt(20) == 0) {
      return reservations.report();
    }
    if (forgetful && random.nextInt(5) == 0) {
      return keys.again();
    }
    int chance = random.nextInt(100);
    if (chance < 24) {
      return reservations.reserve(false, false);
    } else if (chance < 42) {
      return reservations.reserve(true, false);
    } else if (chance < 45) {
      boolean atOnce = random.nextBoolean();
      return reservations.reserve(atOnce, true);
    } else if (chance < 63) {
      return reservations.commit();
    } else if (chance < 68) {
      return reservations.release();
    } else if (chance < 71) {
      return reservations.extend();
    } else if (chance < 76) {
      return credits.grant();
    } else if (chance < 78) {
      return credits.voidGrant();
    } else if (chance < 80) {
      return credits.adjust();
    } else if (chance < 83) {
      return credits.refund();
    } else if (chance < 86) {
      return credits.transfer();
    } else if (chance < 88) {
      return governance.changeLimit();
    } else if (chance < 89) {
      return governance.freeze();
    } else if (chance < 90) {
      return governance.moveTeam();
    }
    return chance < 97 ? keys.again() : keys.reuse();
  }
}
