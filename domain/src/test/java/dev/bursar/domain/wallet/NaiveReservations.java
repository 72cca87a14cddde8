package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.NaiveBooks.micros;
import static dev.bursar.domain.wallet.NaiveBooks.sum;
import static dev.bursar.domain.wallet.NaiveBooks.text;
import static java.math.BigInteger.ZERO;

import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.wallet.NaiveBooks.Aside;
import dev.bursar.domain.wallet.NaiveBooks.Block;
import dev.bursar.domain.wallet.NaiveWallet.Said;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What becomes of reservations, said again as simply as possible. */
final class NaiveReservations {

  private record Ending(String how, String reply) {}

  private static final BigInteger MUCH = BigInteger.TEN.pow(30);

  private final NaiveBooks books;
  private final Map<String, Ending> endings = new TreeMap<>();

  NaiveReservations(NaiveBooks books) {
    this.books = books;
  }

  String denial(String type, BigInteger amount, String feature, String model, Instant now) {
    BigInteger available = sum(books.draw(type, MUCH, feature, model, now));
    String code =
        books.debt(type).signum() > 0
            ? "WALLET_IN_DEBT"
            : available.compareTo(amount) < 0 ? "INSUFFICIENT_CREDITS" : null;
    return code == null ? null : "denied %s, available %s".formatted(code, text(available));
  }

  Said hold(WalletCommand.HoldCredits ask, Instant now) {
    Ending before = endings.get(ask.reservation());
    Aside open = open(ask.reservation());
    if (before != null || open != null) {
      return Said.told(before != null ? before.reply : held(open));
    }
    Attribution who = ask.attribution();
    BigInteger amount = micros(ask.amount());
    String no = denial(ask.creditType(), amount, who.feature(), who.model(), now);
    if (no != null) {
      return Said.told(no);
    }
    Map<Block, BigInteger> parts =
        books.draw(ask.creditType(), amount, who.feature(), who.model(), now);
    if (ask.commit()) {
      books.charge("consume", ask.creditType(), parts, ZERO);
      String reply =
          "committed %s, back 0, debt 0, uncharged 0; %s"
              .formatted(text(amount), books.figures(ask.creditType()));
      return ended(ask.reservation(), "committed", reply);
    }
    Aside made = new Aside(ask, parts, now.plusSeconds(ask.ttlSeconds()));
    books.asides.put(ask.reservation(), made);
    return Said.done(held(made));
  }

  /** Whatever there is pays for what has run; the rest is owed, or nobody's. */
  Said chargeUsage(WalletCommand.ChargeUsage ask, Instant now) {
    Ending before = endings.get(ask.reservation());
    if (before != null) {
      return Said.told(before.reply);
    }
    String type = ask.creditType();
    Attribution who = ask.attribution();
    BigInteger amount = micros(ask.amount());
    Map<Block, BigInteger> parts = books.draw(type, amount, who.feature(), who.model(), now);
    BigInteger missing = amount.subtract(sum(parts));
    if (missing.signum() > 0 && ask.overagePolicy() == OveragePolicy.REJECT) {
      return Said.told("denied INSUFFICIENT_CREDITS, available " + text(amount.subtract(missing)));
    }
    BigInteger owed = ask.overagePolicy() == OveragePolicy.CAP ? ZERO : missing;
    Instant lateFrom = ask.reported().happenedAt().plus(WalletWords.GRACE);
    boolean late = ask.reportedAt().isAfter(lateFrom);
    books.charge(late ? "late_usage" : "consume", type, parts, owed);
    String reply =
        "committed%s %s, back 0, debt %s, uncharged %s; %s"
            .formatted(
                late ? " late" : "",
                text(amount.subtract(missing).add(owed)),
                text(owed),
                text(missing.subtract(owed)),
                books.figures(type));
    return ended(ask.reservation(), "committed", reply);
  }

  private String held(Aside a) {
    List<String> parts = new ArrayList<>();
    a.parts.forEach((block, part) -> parts.add(block.terms.id() + " " + text(part)));
    return "held %s until %s; %s".formatted(parts, a.until, books.figures(a.ask.creditType()));
  }

  Aside open(String reservation) {
    Aside a = books.asides.get(reservation);
    return a != null && a.open ? a : null;
  }

  Said notOpen(String reservation) {
    Ending ending = endings.get(reservation);
    return Said.refused(
        switch (ending == null ? "barred" : ending.how) {
          case "committed", "released" -> "RESERVATION_FINALIZED";
          case "expired" -> "RESERVATION_EXPIRED";
          default -> "RESERVATION_NOT_FOUND";
        });
  }

  private Said ended(String reservation, String how, String reply) {
    endings.put(reservation, new Ending(how, reply));
    return Said.done(reply);
  }

  Said giveBack(Aside a, String how, String word) {
    a.open = false;
    books.giveBack(a.parts);
    String reply =
        "%s 0, back %s, debt 0, uncharged 0; %s"
            .formatted(word, a.ask.amount(), books.figures(a.ask.creditType()));
    return ended(a.ask.reservation(), how, reply);
  }

  Said cancel(String reservation) {
    Aside a = open(reservation);
    if (a != null) {
      return giveBack(a, "released", "cancelled");
    }
    Ending before = endings.get(reservation);
    return before != null ? Said.told(before.reply) : ended(reservation, "barred", "barred");
  }

  Said bar(String reservation) {
    return open(reservation) != null ? find(reservation) : cancel(reservation);
  }

  Said extend(WalletCommand.Extend ask, Instant now) {
    Aside a = open(ask.reservation());
    if (a == null) {
      return notOpen(ask.reservation());
    }
    Instant asked = now.plusSeconds(ask.ttlSeconds());
    a.until = asked.isAfter(a.until) ? asked : a.until;
    return Said.done("extended until " + a.until);
  }

  Said commit(WalletCommand.Commit ask, Instant now) {
    Aside a = books.asides.get(ask.reservation());
    Ending ending = endings.get(ask.reservation());
    boolean late =
        ending != null
            && ending.how.equals("expired")
            && now.isBefore(a.until.plus(WalletWords.GRACE));
    if (a == null || (!a.open && !late)) {
      return notOpen(ask.reservation());
    }
    if (ask.usage() != null && a.ask.price() == null) {
      return Said.refused("INVALID");
    }
    BigInteger actual = ask.usage() == null ? micros(ask.amount()) : History.cost(ask.usage());
    BigInteger held = late ? ZERO : micros(a.ask.amount());
    boolean more = actual.compareTo(held) > 0;
    return more && !late && a.ask.overagePolicy() == OveragePolicy.REJECT
        ? Said.refused("OVERAGE_REJECTED")
        : settle(a, actual, held, late, now);
  }

  private Said settle(Aside a, BigInteger actual, BigInteger held, boolean late, Instant now) {
    String type = a.ask.creditType();
    Attribution who = a.ask.attribution();
    BigInteger excess = actual.subtract(held).max(ZERO);
    Map<Block, BigInteger> more = books.draw(type, excess, who.feature(), who.model(), now);
    BigInteger uncovered = excess.subtract(sum(more));
    BigInteger owed = !late && a.ask.overagePolicy() == OveragePolicy.CAP ? ZERO : uncovered;
    Map<Block, BigInteger> used = new LinkedHashMap<>();
    Map<Block, BigInteger> unused = new LinkedHashMap<>();
    if (!late) {
      a.parts.forEach(
          (block, part) -> {
            BigInteger mine = part.min(actual.subtract(sum(used)));
            used.put(block, mine);
            unused.put(block, part.subtract(mine));
          });
    }
    more.forEach((block, part) -> used.merge(block, part, BigInteger::add));
    a.open = false;
    books.charge(late ? "late_usage" : "consume", type, used, owed);
    books.giveBack(unused);
    String reply =
        "committed%s %s, back %s, debt %s, uncharged %s; %s"
            .formatted(
                late ? " late" : "",
                text(actual.subtract(uncovered).add(owed)),
                text(held.subtract(actual).max(ZERO)),
                text(owed),
                text(uncovered.subtract(owed)),
                books.figures(type));
    return ended(a.ask.reservation(), "committed", reply);
  }

  Said find(String reservation) {
    Aside a = open(reservation);
    Ending before = endings.get(reservation);
    if (a == null) {
      return before == null ? Said.refused("RESERVATION_NOT_FOUND") : Said.told(before.reply);
    }
    String figures = books.figures(a.ask.creditType());
    return Said.told("open %s until %s; %s".formatted(a.ask.amount(), a.until, figures));
  }
}
