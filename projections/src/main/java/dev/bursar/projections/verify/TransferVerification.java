package dev.bursar.projections.verify;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.HashMap;
import java.util.Map;

/**
 * The transfers between the wallets of one org, as both wallets tell of them. What has left one and
 * not come to the other, nor back, is in transit. Only what has not been settled is kept.
 */
final class TransferVerification {

  private static final class Course {
    final Transfer out;
    boolean in;

    Course(Transfer out) {
      this.out = out;
    }
  }

  private final Findings findings;
  private final Map<String, Course> courses = new HashMap<>();
  private boolean distrusted;

  TransferVerification(Findings findings) {
    this.findings = findings;
  }

  /** The journal of one of the wallets can't be followed further. */
  void distrust() {
    distrusted = true;
  }

  /** What a wallet tells; events that are not about transfers say nothing here. */
  void take(EntityId wallet, WalletEvent event) {
    if (distrusted) {
      return;
    }
    if (event instanceof WalletEvent.TransferredOut out) {
      out(wallet, out);
    } else if (event instanceof WalletEvent.TransferredIn in) {
      in(wallet, in);
    } else if (event instanceof WalletEvent.TransferSettled settled) {
      settled(wallet, settled);
    } else if (event instanceof WalletEvent.TransferReturned returned) {
      returned(wallet, returned);
    }
  }

  private void out(EntityId wallet, WalletEvent.TransferredOut event) {
    Transfer transfer = event.transfer();
    if (courses.putIfAbsent(transfer.id(), new Course(transfer)) != null) {
      add(wallet, transfer.id(), "leaves twice");
    }
    entries(wallet, transfer, event.transaction(), EntryType.TRANSFER_OUT);
  }

  private void in(EntityId wallet, WalletEvent.TransferredIn event) {
    Transfer transfer = event.transfer();
    Course course = courses.get(transfer.id());
    if (course == null) {
      add(wallet, transfer.id(), "comes, and has not left or is settled");
      return;
    }
    if (course.in) {
      add(wallet, transfer.id(), "comes twice");
    }
    if (!course.out.equals(transfer) || !transfer.to().equals(wallet.name())) {
      add(wallet, transfer.id(), "comes as %s, left as %s".formatted(transfer, course.out));
    }
    course.in = true;
    entries(wallet, transfer, event.transaction(), EntryType.TRANSFER_IN);
  }

  private void settled(EntityId wallet, WalletEvent.TransferSettled event) {
    Course course = courses.remove(event.transfer());
    if (course == null || !course.in) {
      add(wallet, event.transfer(), "is settled, and has not come to the other wallet");
    }
  }

  private void returned(EntityId wallet, WalletEvent.TransferReturned event) {
    Course course = courses.remove(event.transfer());
    if (course == null || course.in) {
      add(wallet, event.transfer(), "comes back, and is not on its way");
    } else {
      entries(wallet, course.out, event.transaction(), EntryType.TRANSFER_IN);
    }
  }

  private void entries(
      EntityId wallet, Transfer transfer, Transaction transaction, EntryType type) {
    Credits sum = Credits.ZERO;
    for (Posting posting : transaction.postings()) {
      sum = posting.type() == type ? sum.plus(posting.amount()) : sum;
    }
    Credits should =
        type == EntryType.TRANSFER_OUT ? transfer.amount().negated() : transfer.amount();
    if (!sum.equals(should)) {
      add(wallet, transfer.id(), "its entries come to %s, should be %s".formatted(sum, should));
    }
  }

  void finish() {
    if (distrusted) {
      return;
    }
    courses.forEach(
        (id, course) -> {
          findings.transfersInTransit += course.in ? 0 : 1;
          findings.underWay(
              Discrepancy.Kind.TRANSFER,
              course.out.to(),
              "transfer %s: %s"
                  .formatted(id, course.in ? "has come, and is not settled" : "is on its way"));
        });
  }

  private void add(EntityId wallet, String transfer, String what) {
    findings.add(Discrepancy.Kind.TRANSFER, wallet, "transfer " + transfer + ": " + what);
  }
}
