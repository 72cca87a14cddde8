package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Which transactions left a debt, what is still owed for each, and which grants paid the rest, so
 * that a refund gives back where the money came from. The oldest debt is paid first; a debt that
 * was refunded whole is forgotten. Mutable, owned by its wallet.
 */
public final class Debts {

  /**
   * The debt of one transaction.
   *
   * @param owed what has not been paid, 0 or more
   * @param paid what has been, in the order in which it was, less what was refunded
   */
  public record Owed(String transaction, String creditType, Credits owed, List<Draw> paid) {}

  private static final class Debt {
    final String creditType;
    Credits owed = Credits.ZERO;
    final List<Draw> paid = new ArrayList<>(1);

    Debt(String creditType) {
      this.creditType = creditType;
    }
  }

  private final LinkedHashMap<String, Debt> byTransaction = new LinkedHashMap<>();

  /** Those of which something is still owed, by credit type, the oldest first. */
  private final Map<String, LinkedHashSet<String>> owing = new HashMap<>();

  /** The debt that a transaction left; nothing, if it left none. */
  Owed of(String transaction, String creditType) {
    Debt debt = byTransaction.get(transaction);
    return debt == null
        ? new Owed(transaction, creditType, Credits.ZERO, List.of())
        : owed(transaction, debt);
  }

  private static Owed owed(String transaction, Debt debt) {
    return new Owed(transaction, debt.creditType, debt.owed, List.copyOf(debt.paid));
  }

  /** A transaction leaves more debt, or less of it after all. */
  void add(String transaction, String creditType, Credits amount) {
    Debt debt = byTransaction.computeIfAbsent(transaction, t -> new Debt(creditType));
    debt.owed = debt.owed.plus(amount);
    if (debt.owed.isPositive()) {
      owing.computeIfAbsent(creditType, t -> new LinkedHashSet<>()).add(transaction);
    } else {
      owing.getOrDefault(creditType, new LinkedHashSet<>()).remove(transaction);
    }
    forgetIfNothing(transaction, debt);
  }

  /** A grant pays what is owed, the oldest first; looks at no debt that it does not pay. */
  void pay(String creditType, String grant, Credits amount) {
    Iterator<String> oldest = owing.getOrDefault(creditType, new LinkedHashSet<>()).iterator();
    Credits left = amount;
    while (left.isPositive() && oldest.hasNext()) {
      Debt debt = byTransaction.get(oldest.next());
      if (debt == null) {
        throw new IllegalStateException("a debt that nobody knows is owed");
      }
      Credits part = debt.owed.min(left);
      debt.owed = debt.owed.minus(part);
      debt.paid.add(new Draw(grant, part));
      left = left.minus(part);
      if (debt.owed.isZero()) {
        oldest.remove();
      }
    }
  }

  /** What had been paid goes back to who paid it, the last first. */
  void giveBack(String transaction, List<Draw> back) {
    Debt debt = byTransaction.get(transaction);
    if (debt == null) {
      return;
    }
    for (Draw draw : back) {
      Draw last = debt.paid.removeLast();
      Credits rest = last.amount().minus(draw.amount());
      if (rest.isPositive()) {
        debt.paid.add(new Draw(last.grant(), rest));
      }
    }
    forgetIfNothing(transaction, debt);
  }

  private void forgetIfNothing(String transaction, Debt debt) {
    if (debt.owed.isZero() && debt.paid.isEmpty()) {
      byTransaction.remove(transaction);
    }
  }

  /** The sum of what is owed in a credit type. */
  public Credits owed(String creditType) {
    Credits sum = Credits.ZERO;
    for (String each : owing.getOrDefault(creditType, new LinkedHashSet<>())) {
      Debt debt = byTransaction.get(each);
      sum = debt == null ? sum : sum.plus(debt.owed);
    }
    return sum;
  }

  /** All of it, the oldest first. */
  List<Owed> all() {
    List<Owed> all = new ArrayList<>(byTransaction.size());
    byTransaction.forEach((transaction, debt) -> all.add(owed(transaction, debt)));
    return List.copyOf(all);
  }

  void restore(List<Owed> all) {
    for (Owed each : all) {
      add(each.transaction, each.creditType, each.owed);
      if (!each.paid.isEmpty()) {
        byTransaction
            .computeIfAbsent(each.transaction, t -> new Debt(each.creditType))
            .paid
            .addAll(each.paid);
      }
    }
  }
}
