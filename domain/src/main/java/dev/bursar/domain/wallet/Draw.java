package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.util.List;

/**
 * A part of a hold that lies on one grant.
 *
 * @param grant the grant's name
 * @param amount how much of it, above 0
 */
public record Draw(String grant, Credits amount) {

  /** All of them together. */
  static Credits sum(List<Draw> draws) {
    Credits sum = Credits.ZERO;
    for (Draw draw : draws) {
      sum = sum.plus(draw.amount);
    }
    return sum;
  }
}
