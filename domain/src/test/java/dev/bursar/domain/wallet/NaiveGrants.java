package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.NaiveBooks.micros;
import static dev.bursar.domain.wallet.NaiveBooks.text;
import static java.math.BigInteger.ZERO;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.wallet.NaiveBooks.Again;
import dev.bursar.domain.wallet.NaiveBooks.Block;
import dev.bursar.domain.wallet.NaiveWallet.Said;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** How grants come, end and come again, said again as simply as possible. */
final class NaiveGrants {

  /** Anchors lie no more intervals ahead than this. */
  private static final int AHEAD = 40;

  private final NaiveBooks books;

  NaiveGrants(NaiveBooks books) {
    this.books = books;
  }

  Said add(WalletCommand.AddGrant add, Instant now) {
    Grant asked = add.grant();
    if (books.blocks.containsKey(asked.id())) {
      return Said.refused("GRANT_EXISTS");
    }
    Instant end = asked.expiresAt();
    if (end != null && (!end.isAfter(now) || !end.isAfter(asked.effectiveAt()))) {
      return Said.refused("INVALID");
    }
    Again again = null;
    if (add.recurrence() != null) {
      Recurrence.Terms rule = add.recurrence();
      Credits cost = asked.costBasis() == null ? null : asked.costBasis().amount();
      Instant anchor = rule.anchor() == null ? asked.effectiveAt() : rule.anchor();
      again = new Again(rule, anchor, end, asked.amount(), cost, asked.id(), 1);
      Instant from = asked.effectiveAt().isAfter(now) ? asked.effectiveAt() : now;
      end = endOf(again, from);
    }
    Block block =
        new Block(
            like(
                asked,
                asked.id(),
                asked.amount(),
                asked.costBasis(),
                asked.effectiveAt(),
                end,
                now));
    block.again = again;
    books.blocks.put(asked.id(), block);
    if (!asked.effectiveAt().isAfter(now)) {
      books.start(block);
    }
    return Said.done("granted " + line(block));
  }

  static Grant like(
      Grant g,
      String id,
      Credits amount,
      Money cost,
      Instant from,
      Instant until,
      Instant createdAt) {
    return new Grant(
        id,
        g.creditType(),
        amount,
        g.category(),
        g.priority(),
        from,
        until,
        g.features(),
        g.models(),
        cost,
        null,
        g.source(),
        createdAt);
  }

  /** When the interval ends that has begun by this time: all of them are counted through. */
  private static Instant endOf(Again again, Instant at) {
    OffsetDateTime anchor = again.anchor().atOffset(ZoneOffset.UTC);
    for (int n = -AHEAD; ; n++) {
      OffsetDateTime next =
          switch (again.rule().interval()) {
            case DAY -> anchor.plusDays(n);
            case WEEK -> anchor.plusWeeks(n);
            case MONTH -> anchor.plusMonths(n);
            case QUARTER -> anchor.plusMonths(3L * n);
            case YEAR -> anchor.plusYears(n);
          };
      Instant start = next.toInstant();
      if (start.isAfter(at)) {
        return again.until() != null && again.until().isBefore(start) ? again.until() : start;
      }
    }
  }

  static String line(Block b) {
    String left = b.state().equals("scheduled") ? b.terms.amount().toString() : text(b.left);
    return b.terms.id() + " " + b.state() + " " + left;
  }

  Said voided(String id) {
    Block block = books.blocks.get(id);
    if (block == null) {
      return Said.refused("GRANT_NOT_FOUND");
    }
    return switch (block.state()) {
      case "voided" -> Said.refused("GRANT_VOIDED");
      case "expired" -> Said.refused("GRANT_EXPIRED");
      default -> Said.done("voided %s %s".formatted(id, text(books.end(block, "void"))));
    };
  }

  /** A grant has reached its end. */
  void over(Block block, Instant now) {
    Again again = block.again;
    Instant end = block.terms.expiresAt();
    if (again == null || (again.until() != null && !end.isBefore(again.until()))) {
      books.end(block, "expire");
    } else {
      renew(block, again, end, now);
    }
  }

  private void renew(Block old, Again again, Instant start, Instant now) {
    BigInteger rest = books.free(old);
    BigInteger over =
        micros(again.rule().rolloverMax()).min(micros(again.rule().rolloverMin()).max(rest));
    BigInteger carried = over.min(rest);
    books.move("expire", old, carried.subtract(rest));
    BigInteger worth = books.move("transfer_out", old, carried.negate());
    old.ended = "expire";
    BigInteger whole = micros(again.amount()).add(over);
    Money cost =
        again.cost() == null
            ? null
            : new Money(
                new Credits(micros(again.cost()).subtract(worth).longValueExact()),
                old.terms.costBasis().currency());
    int number = again.number() + 1;
    Grant terms =
        like(
            old.terms,
            again.series() + "#" + number,
            new Credits(whole.longValueExact()),
            cost,
            start,
            endOf(again, start),
            now);
    Block next = new Block(terms);
    next.again =
        new Again(
            again.rule(),
            again.anchor(),
            again.until(),
            again.amount(),
            again.cost(),
            again.series(),
            number);
    next.started = true;
    books.blocks.put(terms.id(), next);
    BigInteger paid = again.cost() == null ? null : micros(again.cost());
    books.move("grant", next, whole.subtract(carried), paid);
    books.move("transfer_in", next, carried, worth == null ? null : ZERO.subtract(worth));
    books.repay(next, whole);
  }
}
