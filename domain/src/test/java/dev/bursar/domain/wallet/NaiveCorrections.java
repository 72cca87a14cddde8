package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.NaiveBooks.micros;
import static dev.bursar.domain.wallet.NaiveBooks.sum;

import dev.bursar.domain.wallet.NaiveBooks.Block;
import dev.bursar.domain.wallet.NaiveBooks.Charged;
import dev.bursar.domain.wallet.NaiveBooks.Piece;
import dev.bursar.domain.wallet.NaiveWallet.Said;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What becomes of refunds and adjustments, said again as simply as possible. */
final class NaiveCorrections {

  private final NaiveBooks books;
  private final Map<String, BigInteger> totals = new HashMap<>();

  NaiveCorrections(NaiveBooks books) {
    this.books = books;
  }

  /** Takes the pieces of the charge away, the last first: nothing is looked up in the ask. */
  Said refund(WalletCommand.Refund ask) {
    Charged charged = books.charges.get(ask.charge().transaction());
    if (charged == null) {
      return Said.refused("NOT_REFUNDABLE");
    }
    totals.putIfAbsent(ask.charge().transaction(), charged.sum());
    if (!totals.get(ask.charge().transaction()).equals(micros(ask.charge().total()))) {
      throw new AssertionError("the ledger tells of another charge: " + ask.charge());
    }
    BigInteger amount = ask.amount() == null ? charged.sum() : micros(ask.amount());
    if (ask.amount() != null && amount.signum() <= 0) {
      return Said.refused("INVALID");
    }
    if (amount.signum() == 0 || amount.compareTo(charged.sum()) > 0) {
      return Said.refused("REFUND_EXCEEDS_CHARGE");
    }
    BigInteger missing = amount;
    while (missing.signum() > 0) {
      Piece last = charged.pieces.removeLast();
      BigInteger part = last.amount().min(missing);
      missing = missing.subtract(part);
      if (part.compareTo(last.amount()) < 0) {
        charged.pieces.add(new Piece(last.block(), last.amount().subtract(part)));
      }
      if (last.block() == null) {
        books.owe(charged.type, part.negate());
      } else {
        books.comeBack("refund", last.block(), part);
      }
    }
    return Said.done("corrected null; " + books.figures(charged.type));
  }

  Said adjust(WalletCommand.Adjust ask, Instant now) {
    BigInteger amount = micros(ask.amount());
    if (amount.signum() == 0 || (amount.signum() > 0 && ask.grant() == null)) {
      return Said.refused("INVALID");
    }
    return amount.signum() > 0 ? putIn(ask, now) : takeAway(ask, amount.negate());
  }

  private Said putIn(WalletCommand.Adjust ask, Instant now) {
    if (books.blocks.containsKey(ask.grant())) {
      return Said.refused("GRANT_EXISTS");
    }
    Block block =
        new Block(
            new Grant(
                ask.grant(),
                ask.creditType(),
                ask.amount(),
                Grant.Category.PROMOTIONAL,
                50,
                now,
                null,
                Set.of(),
                Set.of(),
                null,
                null,
                "",
                now));
    block.started = true;
    books.blocks.put(ask.grant(), block);
    books.comeBack("adjust", block, micros(ask.amount()));
    return Said.done("corrected %s; %s".formatted(ask.grant(), books.figures(ask.creditType())));
  }

  private Said takeAway(WalletCommand.Adjust ask, BigInteger amount) {
    Map<Block, BigInteger> parts = books.drawAny(ask.creditType(), amount);
    if (ask.grant() != null) {
      Block block = books.blocks.get(ask.grant());
      if (block == null
          || block.state().equals("scheduled")
          || !block.terms.creditType().equals(ask.creditType())) {
        return Said.refused("GRANT_NOT_FOUND");
      }
      boolean ended = !block.state().equals("active");
      parts = Map.of(block, ended ? BigInteger.ZERO : books.free(block).min(amount));
    }
    if (sum(parts).compareTo(amount) < 0) {
      return Said.refused("EXCEEDS_AVAILABLE");
    }
    parts.forEach((block, part) -> books.move("adjust", block, part.negate()));
    return Said.done("corrected null; " + books.figures(ask.creditType()));
  }

  /** Puts the pieces back, the last first; whoever was voided for them is in force again. */
  Said reverse(WalletCommand.Reverse ask, Instant now) {
    Charged taken = books.takings.get(ask.taken().transaction());
    if (taken == null) {
      return Said.refused("NOT_REFUNDABLE");
    }
    BigInteger amount = micros(ask.amount());
    if (amount.signum() <= 0 || !taken.type.equals(ask.creditType())) {
      return Said.refused("INVALID");
    }
    if (amount.compareTo(taken.sum()) > 0) {
      return Said.refused("REFUND_EXCEEDS_CHARGE");
    }
    BigInteger missing = amount;
    while (missing.signum() > 0) {
      Piece last = taken.pieces.removeLast();
      BigInteger part = last.amount().min(missing);
      missing = missing.subtract(part);
      if (part.compareTo(last.amount()) < 0) {
        taken.pieces.add(new Piece(last.block(), last.amount().subtract(part)));
      }
      Block block = last.block();
      Instant end = block.terms.expiresAt();
      if (!ask.taken().voided()
          || !block.ended.equals("void")
          || ask.taken().last() < block.voidedThrough) {
        books.comeBack("adjust", block, part);
      } else if (end != null && !now.isBefore(end)) {
        books.move("adjust", block, part);
        books.move("expire", block, part.negate());
      } else {
        block.ended = "";
        books.comeBack("adjust", block, part);
      }
    }
    return Said.done("corrected null; " + books.figures(taken.type));
  }
}
