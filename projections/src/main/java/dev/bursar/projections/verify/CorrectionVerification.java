package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * That no more of a transaction goes back than it charged or took away. Needs memory for what is
 * corrected alone; what that was is looked up by its sequence, and not by the index which those who
 * refund look into.
 */
final class CorrectionVerification {

  /** In millionths: what is refunded of a charge, and what is reversed of what was taken. */
  private record Back(BigInteger refunded, BigInteger reversed) {
    static final Back NONE = new Back(BigInteger.ZERO, BigInteger.ZERO);

    Back and(Posting posting) {
      BigInteger amount = BigInteger.valueOf(posting.amount().micros());
      return switch (posting.type()) {
        case REFUND -> new Back(refunded.add(amount), reversed);
        case DEBT -> new Back(refunded.subtract(amount), reversed);
        case ADJUST -> new Back(refunded, reversed.add(amount));
        default -> this;
      };
    }
  }

  private final EntityId wallet;
  private final Snapshot snapshot;
  private final Findings findings;
  private final Map<String, Back> corrected = new HashMap<>();

  CorrectionVerification(EntityId wallet, Snapshot snapshot, Findings findings) {
    this.wallet = wallet;
    this.snapshot = snapshot;
    this.findings = findings;
  }

  /** A transaction that is in the read table. */
  void take(Transaction transaction) {
    String corrects = transaction.corrects();
    if (corrects == null) {
      return;
    }
    Back back = corrected.getOrDefault(corrects, Back.NONE);
    for (Posting posting : transaction.postings()) {
      back = back.and(posting);
    }
    // A transfer that came back corrects the one that left, and is verified with both wallets.
    if (back != Back.NONE) {
      corrected.put(corrects, back);
    }
  }

  void finish() {
    corrected.forEach(
        (name, back) -> {
          Snapshot.Gone gone = snapshot.gone(wallet, name);
          atMost(back.refunded, gone.charged(), "refunded", "charged", name);
          atMost(back.reversed, gone.taken(), "given back", "took away", name);
        });
  }

  private void atMost(BigInteger back, BigInteger of, String what, String did, String name) {
    if (back.compareTo(of) > 0) {
      findings.add(
          Discrepancy.Kind.INVARIANT,
          wallet,
          "I1: %s millionths are %s of %s, which %s %s".formatted(back, what, name, did, of));
    }
  }
}
