package dev.bursar.benchmarks.chaos;

import dev.bursar.database.proxy.Countdown;
import dev.bursar.database.proxy.Tap;

/** Keeps answers from those who wait for them, as often as it is asked to. */
final class AnswerTap implements Tap {

  private final Countdown toDrop;

  /**
   * @param toDrop how many answers nobody is to hear; for all connections together
   */
  AnswerTap(Countdown toDrop) {
    this.toDrop = toDrop;
  }

  @Override
  public void asked(byte[] bytes, int length) {}

  @Override
  public boolean passes(byte[] bytes, int length) {
    return !toDrop.take();
  }
}
