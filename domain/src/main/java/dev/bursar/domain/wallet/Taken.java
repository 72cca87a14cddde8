package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a transaction took away without charging it, and how much of that has gone back, as the
 * wallet's ledger tells it up to an entry: what was adjusted, or ended with a grant that was
 * voided.
 *
 * @param transaction its name
 * @param at when it was taken
 * @param last the last of its entries
 * @param creditType the credit type
 * @param voided whether it ended with a grant that was voided; else it was adjusted
 * @param draws what was taken, in the order in which it was; empty where nothing was
 * @param returned how much of it has gone back
 * @param through the last entry of the wallet that was there when it was read, or an earlier one
 */
public record Taken(
    String transaction,
    Instant at,
    long last,
    String creditType,
    boolean voided,
    List<Draw> draws,
    Credits returned,
    long through) {

  /** All that was taken. */
  public Credits total() {
    return Draw.sum(draws);
  }

  /** Whether an entry takes something away that can be given back as it was taken. */
  public static boolean takes(EntryType type, Credits amount) {
    return amount.isNegative() && (type == EntryType.ADJUST || type == EntryType.VOID);
  }

  /** What a wallet's ledger, read from its first entry on, tells of one of its transactions. */
  public static Taken of(Transaction taking, Iterable<Transaction> ledger) {
    boolean voided = false;
    List<Draw> draws = new ArrayList<>();
    for (Posting each : taking.postings()) {
      if (takes(each.type(), each.amount())) {
        voided = each.type() == EntryType.VOID;
        draws.add(new Draw(Objects.requireNonNull(each.grant()), each.amount().negated()));
      }
    }
    Credits returned = Credits.ZERO;
    long through = 0;
    for (Transaction each : ledger) {
      for (Posting posting : each.postings()) {
        through = posting.sequence();
        if (taking.id().equals(each.corrects()) && posting.type() == EntryType.ADJUST) {
          returned = returned.plus(posting.amount());
        }
      }
    }
    return new Taken(
        taking.id(),
        taking.postedAt(),
        taking.lastSequence(),
        taking.creditType(),
        voided,
        List.copyOf(draws),
        returned,
        through);
  }
}
