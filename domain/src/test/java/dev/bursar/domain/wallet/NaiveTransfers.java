package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.NaiveBooks.micros;
import static dev.bursar.domain.wallet.NaiveBooks.sum;
import static dev.bursar.domain.wallet.NaiveBooks.text;

import dev.bursar.domain.wallet.NaiveBooks.Block;
import dev.bursar.domain.wallet.NaiveWallet.Said;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What becomes of transfers, said again as simply as possible. */
final class NaiveTransfers {

  private final NaiveBooks books;

  /** What has left, in its order; null once it is settled or has come back. */
  private final List<Map<Block, BigInteger>> sent = new ArrayList<>();

  private final Set<String> barred = new HashSet<>();

  NaiveTransfers(NaiveBooks books) {
    this.books = books;
  }

  Said out(WalletCommand.TransferOut ask) {
    BigInteger amount = micros(ask.amount());
    if (ask.to().equals("main") || amount.signum() <= 0) {
      return Said.refused("INVALID");
    }
    if (books.debt(ask.creditType()).signum() > 0) {
      return Said.refused("WALLET_IN_DEBT");
    }
    Map<Block, BigInteger> parts = books.drawAny(ask.creditType(), amount);
    if (sum(parts).compareTo(amount) < 0) {
      return Said.refused("EXCEEDS_AVAILABLE");
    }
    parts.forEach((block, part) -> books.move("transfer_out", block, part.negate()));
    sent.add(parts);
    return Said.done("transferred %s; %s".formatted(text(amount), books.figures(ask.creditType())));
  }

  Said in(Transfer transfer, Instant now) {
    if (books.blocks.containsKey(transfer.grants().getFirst().id())) {
      return Said.told("transfer taken");
    }
    if (barred.contains(transfer.id())) {
      return Said.refused("TRANSFER_RETURNED");
    }
    for (Grant grant : transfer.grants()) {
      Block block = new Block(grant);
      block.started = true;
      block.ended = grant.expiresAt() != null && !now.isBefore(grant.expiresAt()) ? "expire" : "";
      books.blocks.put(grant.id(), block);
      books.comeBack("transfer_in", block, micros(grant.amount()));
    }
    return Said.done("transfer taken");
  }

  Said bar(Transfer transfer) {
    if (books.blocks.containsKey(transfer.grants().getFirst().id())) {
      return Said.told("transfer taken");
    }
    return barred.add(transfer.id()) ? Said.done("transfer barred") : Said.told("transfer barred");
  }

  /** The transfer that left as this one, from 0; a negative one never did. */
  Said settle(int number) {
    boolean underWay = number >= 0 && sent.get(number) != null;
    if (underWay) {
      sent.set(number, null);
    }
    return new Said("transfer ended", underWay);
  }

  Said comeBack(int number) {
    Map<Block, BigInteger> parts = number < 0 ? null : sent.get(number);
    Said said = settle(number);
    if (parts != null) {
      for (Block block : new ArrayList<>(parts.keySet()).reversed()) {
        books.comeBack("transfer_in", block, parts.get(block));
      }
    }
    return said;
  }

  boolean areUnderWay() {
    return sent.stream().anyMatch(Objects::nonNull);
  }

  Said list() {
    return Said.told("transfers " + sent.stream().filter(Objects::nonNull).count());
  }
}
