package dev.bursar.simulation;

import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.lang.reflect.Field;
import java.util.Arrays;

/** What is stored beside the journal, with something missing. */
final class LostParts {

  private static final int BYTES_OF_AN_OPERATION = 48;

  private LostParts() {}

  static WalletSnapshot withoutAHold(WalletSnapshot of) {
    return of.holds().isEmpty()
        ? of
        : new WalletSnapshot(
            of.owner(),
            of.lastAt(),
            of.ledgerSequence(),
            of.ledgerHead(),
            of.balances(),
            of.grants(),
            of.scheduled(),
            of.holds().subList(1, of.holds().size()),
            of.lapsed(),
            of.transfers(),
            of.barredTransfers(),
            of.endings(),
            of.planChanges(),
            of.usedAhead(),
            of.cutShort());
  }

  /** A memory that does not know that it had forgotten anything before it was stored. */
  static void nothingForgotten(OperationMemory memory) {
    try {
      Field through = OperationMemory.class.getDeclaredField("forgottenThrough");
      through.setAccessible(true);
      through.setLong(memory, 0);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  static OperationMemory.Part withoutTheLast(OperationMemory.Part of) {
    return new OperationMemory.Part(
        of.from(),
        of.to(),
        Arrays.copyOf(of.bytes(), Math.max(0, of.bytes().length - BYTES_OF_AN_OPERATION)));
  }
}
