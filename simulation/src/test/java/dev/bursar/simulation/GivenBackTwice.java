package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A wallet that, when a hold is given back, sets its credits free and adds them to its grants, too.
 */
final class GivenBackTwice implements Function<Object, List<Object>> {

  private final Map<String, Hold> holds = new HashMap<>();
  private @Nullable Posting last;

  @Override
  public List<Object> apply(Object event) {
    if (!(event instanceof WalletEvent of)) {
      return List.of(event);
    }
    if (of instanceof WalletEvent.CreditsHeld held) {
      holds.put(held.hold().reservation(), held.hold());
    }
    Transaction transaction = of.transaction();
    if (transaction == null) {
      return List.of(event);
    }
    if (of instanceof WalletEvent.Released it && it.cause() == WalletEvent.Cause.RELEASED) {
      Transaction twice = twice(transaction, holds.get(it.reservation()));
      keepLast(twice);
      return List.of(
          new WalletEvent.Released(
              it.at(),
              it.reservation(),
              it.cause(),
              it.released(),
              it.teamHolds(),
              twice,
              it.balance()));
    }
    keepLast(transaction);
    return List.of(event);
  }

  private void keepLast(Transaction transaction) {
    if (!transaction.postings().isEmpty()) {
      last = transaction.postings().getLast();
    }
  }

  /** The ledger stays where it is: only the figures are others. */
  private Transaction twice(Transaction of, @Nullable Hold hold) {
    List<Posting> postings = new ArrayList<>(of.postings());
    Posting before = postings.isEmpty() ? last : postings.getLast();
    if (hold == null || before == null) {
      return of;
    }
    Credits balance = before.balance();
    for (Draw draw : hold.draws()) {
      balance = balance.plus(draw.amount());
      postings.add(
          new Posting(
              before.sequence(),
              EntryType.ADJUST,
              draw.amount(),
              balance,
              before.debt(),
              draw.grant(),
              null,
              before.hash()));
    }
    return new Transaction(
        of.id(),
        of.postedAt(),
        of.creditType(),
        of.reservation(),
        of.corrects(),
        of.attribution(),
        of.previousHash(),
        postings);
  }
}
