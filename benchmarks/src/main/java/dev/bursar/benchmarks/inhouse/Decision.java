package dev.bursar.benchmarks.inhouse;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules, on rows that are locked: what is denied, which grants pay, what the ledger and the
 * caller are told.
 */
final class Decision {

  private static final String CREDIT_TYPE = "platform";

  private Decision() {}

  /** Every limit in the way, the nearest to the user first; empty when there is none. */
  static List<Replies.Denial> denials(
      String org,
      List<Rows.Budget> budgets,
      Rows.Wallet wallet,
      List<Rows.Grant> grants,
      long amount,
      Instant now) {
    List<Replies.Denial> denials = new ArrayList<>(0);
    for (Rows.Budget budget : budgets.reversed()) {
      if (!budget.allows(amount)) {
        denials.add(overBudget(org, budget, amount, now));
      }
    }
    long free = 0;
    for (Rows.Grant grant : grants) {
      free += grant.free();
    }
    if (wallet.debt > 0) {
      denials.add(inWallet("wallet_in_debt", amount, "debt is " + Micros.text(wallet.debt)));
    } else if (free < amount) {
      denials.add(inWallet("insufficient_credits", amount, "available is " + Micros.text(free)));
    }
    return denials;
  }

  private static Replies.Denial overBudget(
      String org, Rows.Budget budget, long amount, Instant now) {
    return new Replies.Denial(
        "budget_exceeded",
        budget.replyScope(org),
        Long.toString(budget.id),
        Micros.text(budget.limit),
        Micros.text(budget.used),
        Micros.text(budget.held),
        Micros.text(amount),
        budget.period,
        Replies.time(budget.resetsAt(now)),
        "budget",
        "over the budget");
  }

  private static Replies.Denial inWallet(String code, long amount, String detail) {
    return new Replies.Denial(
        code, null, null, null, null, null, Micros.text(amount), null, null, "wallet", detail);
  }

  /** Takes an amount from what is free, in burn order; the grants are known to suffice. */
  static List<Rows.Part> draw(List<Rows.Grant> grants, long amount) {
    List<Rows.Part> parts = new ArrayList<>(1);
    long rest = amount;
    for (Rows.Grant grant : grants) {
      long taken = Math.min(rest, grant.free());
      if (taken > 0) {
        parts.add(new Rows.Part(grant, taken));
        rest -= taken;
      }
    }
    return parts;
  }

  /**
   * Ends a hold: gives up what it held, and takes the actual amount first from there, then from
   * what is free. The parts may be less than the amount; the difference is debt.
   */
  static List<Rows.Part> settle(Rows.Hold hold, List<Rows.Grant> grants, long amount) {
    Map<Long, Rows.Grant> byId = new HashMap<>();
    grants.forEach(grant -> byId.put(grant.id, grant));
    Map<Rows.Grant, Long> taken = new HashMap<>();
    long rest = amount;
    for (int i = 0; i < hold.grants().size(); i++) {
      Rows.Grant grant = byId.get(hold.grants().get(i));
      if (grant == null) {
        throw new IllegalStateException("grant " + hold.grants().get(i) + " is gone");
      }
      long held = hold.parts().get(i);
      long part = Math.min(rest, held);
      grant.held -= held;
      taken.put(grant, part);
      rest -= part;
    }
    List<Rows.Part> parts = new ArrayList<>(grants.size());
    for (Rows.Grant grant : grants) {
      long part = taken.getOrDefault(grant, 0L);
      long more = Math.max(0, Math.min(rest, grant.free() - part));
      part += more;
      rest -= more;
      if (part > 0) {
        parts.add(new Rows.Part(grant, part));
      }
    }
    return parts;
  }

  /** Charges the parts, and writes an entry for each. */
  static void consume(Rows.Wallet wallet, List<Rows.Part> parts, List<Rows.Entry> entries) {
    for (Rows.Part part : parts) {
      part.grant().remaining -= part.amount();
      wallet.balance -= part.amount();
      entries.add(
          new Rows.Entry(
              ++wallet.sequence, "consume", part.grant(), -part.amount(), wallet.balance));
    }
  }

  /** Records what no grant covered. */
  static long owe(
      Rows.Wallet wallet, List<Rows.Part> parts, long amount, List<Rows.Entry> entries) {
    long debt = amount - parts.stream().mapToLong(Rows.Part::amount).sum();
    if (debt > 0) {
      wallet.debt += debt;
      entries.add(new Rows.Entry(++wallet.sequence, "debt", null, debt, wallet.balance));
    }
    return debt;
  }

  static Replies.Allowed allowed(
      Rows.Hold hold,
      Rows.Wallet wallet,
      List<Rows.Budget> budgets,
      List<Rows.Entry> entries,
      Instant now) {
    List<Replies.Limit> limits = new ArrayList<>(budgets.size());
    for (Rows.Budget budget : budgets) {
      limits.add(
          new Replies.Limit(
              budget.replyScope(hold.org()),
              Long.toString(budget.id),
              CREDIT_TYPE,
              budget.period,
              "hard",
              Micros.text(budget.limit),
              Micros.text(budget.used),
              Micros.text(budget.held),
              Micros.text(budget.limit - budget.used - budget.held),
              Replies.time(budget.resetsAt(now)),
              "budget"));
    }
    return new Replies.Allowed(
        hold.id(),
        "allow",
        hold.status(),
        Micros.text(hold.amount()),
        CREDIT_TYPE,
        Replies.time(hold.expiresAt()),
        wallet.reply(),
        limits,
        entries.isEmpty() ? null : replies(wallet, entries));
  }

  static Replies.Committed committed(
      Rows.Hold hold, Rows.Wallet wallet, long amount, long debt, List<Rows.Entry> entries) {
    return new Replies.Committed(
        hold.id(),
        "committed",
        Micros.text(amount),
        Micros.text(Math.max(0, hold.amount() - amount)),
        Micros.text(debt),
        replies(wallet, entries),
        wallet.reply());
  }

  private static List<Replies.Entry> replies(Rows.Wallet wallet, List<Rows.Entry> entries) {
    return entries.stream()
        .map(
            entry ->
                new Replies.Entry(
                    wallet.id + "-" + entry.sequence(),
                    entry.sequence(),
                    entry.grant() == null ? "" : entry.grant().name,
                    Micros.text(entry.amount()),
                    Micros.text(entry.balance())))
        .toList();
  }
}
