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
  private final Mix mix;
  private final boolean forgetful;
  private final ReservationCalls reservations;
  private final CreditCalls credits;
  private final GovernanceCalls governance;
  private final KeyCalls keys;

  /**
   * @param secondsMax how long anything lasts, but for grants, which last half as long again; above
   *     10
   * @param known of all clients of the history
   * @param mix what they ask for
   * @param forgetful whether keys are soon forgotten, so that more is asked for again
   */
  public Calls(
      Orgs orgs,
      int secondsMax,
      Known known,
      Mix mix,
      Sight sight,
      boolean forgetful,
      Random random) {
    this.mix = mix;
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
    if (forgetful && random.nextInt(5) == 0) {
      return keys.again();
    }
    return switch (mix.draw(random)) {
      case RESERVE -> reservations.reserve(false, false);
      case CHARGE -> reservations.reserve(true, false);
      case DRY_RUN -> reservations.reserve(random.nextBoolean(), true);
      case COMMIT -> reservations.commit();
      case RELEASE -> reservations.release();
      case EXTEND -> reservations.extend();
      case REPORT -> reservations.report();
      case GRANT -> credits.grant();
      case VOID_GRANT -> credits.voidGrant();
      case ADJUST -> credits.adjust();
      case REFUND -> credits.refund();
      case TRANSFER -> credits.transfer();
      case CHANGE_LIMIT -> governance.changeLimit();
      case FREEZE -> governance.freeze();
      case MOVE_TEAM -> governance.moveTeam();
      case AGAIN -> keys.again();
      case REUSE -> keys.reuse();
    };
  }
}
