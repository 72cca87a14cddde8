package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Follows a charge along the ledger: what was drawn, and who paid its debt. A wallet's debt in a
 * credit type is a queue: the oldest is paid first, and what is refunded of one that nobody has
 * paid leaves it. So the running debt on the charge's own entry tells how much was ahead of it, and
 * the later entries when its turn came. Not thread-safe.
 */
public final class ChargeTrace {

  private final String transaction;
  private final String creditType;
  private final List<Draw> draws = new ArrayList<>(2);
  private final List<Draw> paid = new ArrayList<>(1);
  private Credits debt = Credits.ZERO;
  private Credits ahead = Credits.ZERO;
  private Credits owed = Credits.ZERO;
  private Credits forgiven = Credits.ZERO;

  public ChargeTrace(String transaction, String creditType) {
    this.transaction = transaction;
    this.creditType = creditType;
  }

  /**
   * The next entry of the transaction itself.
   *
   * @param running the wallet's debt in the credit type after it
   */
  public void own(EntryType type, @Nullable String grant, Credits amount, Credits running) {
    switch (type) {
      case CONSUME, LATE_USAGE -> draws.add(new Draw(of(grant), amount.negated()));
      case DEBT -> {
        if (amount.isPositive()) {
          ahead = running.minus(amount);
          debt = amount;
          owed = amount;
        }
      }
      case GRANT, EXPIRE, VOID, REFUND, ADJUST, TRANSFER_IN, TRANSFER_OUT, DEBT_REPAID -> {}
    }
  }

  /** Whether nothing is owed (any more): later entries don't matter. */
  public boolean isSettled() {
    return owed.isZero();
  }

  /**
   * The next later entry in the credit type; only those that lower the debt matter.
   *
   * @param corrects the transaction that it corrects, if it does
   */
  public void later(
      EntryType type, @Nullable String corrects, @Nullable String grant, Credits amount) {
    if (type == EntryType.DEBT_REPAID) {
      Credits repaid = amount.negated();
      Credits others = ahead.min(repaid);
      Credits part = owed.min(repaid.minus(others));
      ahead = ahead.minus(others);
      owed = owed.minus(part);
      if (part.isPositive()) {
        paid.add(new Draw(of(grant), part));
      }
    } else if (type == EntryType.DEBT && amount.isNegative() && corrects != null) {
      if (corrects.equals(transaction)) {
        owed = owed.plus(amount);
        forgiven = forgiven.minus(amount);
      } else if (Transaction.firstSequence(corrects) < Transaction.firstSequence(transaction)) {
        ahead = ahead.plus(amount);
      }
    }
  }

  private static String of(@Nullable String grant) {
    return Objects.requireNonNull(grant, "the entry is on a grant");
  }

  /**
   * What has been read.
   *
   * @param refunded how much has been refunded
   * @param through the last entry of the wallet that can have been read
   */
  public Charge charge(Credits refunded, long through) {
    return new Charge(
        transaction,
        creditType,
        List.copyOf(draws),
        debt,
        List.copyOf(paid),
        forgiven,
        refunded,
        through);
  }

  /** What a wallet's ledger, read from its first entry on, tells of one of its transactions. */
  public static Charge of(Transaction charge, Iterable<Transaction> ledger) {
    ChargeTrace trace = new ChargeTrace(charge.id(), charge.creditType());
    Credits refunded = Credits.ZERO;
    long through = 0;
    boolean found = false;
    for (Transaction each : ledger) {
      for (var posting : each.postings()) {
        through = posting.sequence();
        if (each.id().equals(charge.id())) {
          found = true;
          trace.own(posting.type(), posting.grant(), posting.amount(), posting.debt());
        } else if (found && each.creditType().equals(charge.creditType())) {
          trace.later(posting.type(), each.corrects(), posting.grant(), posting.amount());
        }
        if (charge.id().equals(each.corrects())) {
          refunded = refunded.plus(refund(posting.type(), posting.amount()));
        }
      }
    }
    return trace.charge(refunded, through);
  }

  /** How much an entry that corrects a charge refunds of it. */
  private static Credits refund(EntryType type, Credits amount) {
    return switch (type) {
      case REFUND -> amount;
      case DEBT -> amount.negated();
      case GRANT,
          CONSUME,
          EXPIRE,
          VOID,
          ADJUST,
          TRANSFER_IN,
          TRANSFER_OUT,
          DEBT_REPAID,
          LATE_USAGE ->
          Credits.ZERO;
    };
  }
}
