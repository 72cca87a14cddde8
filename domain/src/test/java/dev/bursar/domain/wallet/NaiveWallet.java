package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.NaiveBooks.micros;
import static dev.bursar.domain.wallet.NaiveBooks.sum;
import static dev.bursar.domain.wallet.NaiveBooks.text;
import static java.math.BigInteger.ZERO;
import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;

import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.wallet.NaiveBooks.Aside;
import dev.bursar.domain.wallet.NaiveBooks.Block;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a wallet does, said again as simply as possible, in the words of {@link WalletText}. Written
 * from the rules, not from the wallet.
 */
final class NaiveWallet {

  private record Due(Instant at, int rank, String id, Runnable happens) {}

  private record Ending(String how, String reply) {}

  private static final BigInteger MUCH = BigInteger.TEN.pow(30);

  private final NaiveBooks books = new NaiveBooks();
  private final Map<String, Ending> endings = new TreeMap<>();
  private Instant now;
  private Instant changedAt;
  private boolean changed;

  NaiveWallet(Instant openedAt) {
    this.now = openedAt;
    this.changedAt = openedAt;
  }

  /** All entries so far. */
  List<String> entries() {
    return books.entries();
  }

  /** Whether the last command changed anything. */
  boolean changed() {
    return changed;
  }

  /** Lets time pass, though never backwards, and does what falls due on the way. */
  void at(Instant time) {
    Instant to = time.isBefore(changedAt) ? changedAt : time;
    for (Due due = nextDue(); due != null && !due.at.isAfter(to); due = nextDue()) {
      now = due.at.isBefore(changedAt) ? changedAt : due.at;
      due.happens.run();
      changedAt = now;
      books.date(now);
    }
    now = to;
  }

  private Due nextDue() {
    List<Due> dues = new ArrayList<>();
    for (Block b : books.blocks.values()) {
      String id = b.terms.id();
      if (b.state().equals("scheduled")) {
        dues.add(new Due(b.terms.effectiveAt(), 0, id, () -> books.start(b)));
      } else if (b.state().equals("active") && b.terms.expiresAt() != null) {
        dues.add(new Due(b.terms.expiresAt(), 1, id, () -> books.end(b, "expire")));
      }
    }
    for (Aside a : books.asides.values()) {
      if (a.open) {
        String id = a.ask.reservation();
        dues.add(new Due(a.until, 2, id, () -> giveBack(a, "expired", "expired")));
      }
    }
    return dues.stream()
        .min(comparing(Due::at).thenComparing(Due::rank).thenComparing(Due::id))
        .orElse(null);
  }

  /** What becomes of a command, in words. */
  String decide(WalletCommand command) {
    changed = true;
    String reply = reply(command);
    changedAt = changed ? now : changedAt;
    books.date(now);
    return reply;
  }

  private String told(String reply) {
    changed = false;
    return reply;
  }

  private String refused(String code) {
    return told("refused " + code);
  }

  private String reply(WalletCommand command) {
    return switch (command) {
      case WalletCommand.Open open ->
          open.owner().team() == null ? told("opened") : refused("OWNER_FIXED");
      case WalletCommand.AddGrant add -> add(add.grant());
      case WalletCommand.VoidGrant it -> voided(it.grant());
      case WalletCommand.HoldCredits ask -> hold(ask);
      case WalletCommand.CheckCredits ask -> {
        String no = denial(ask.creditType(), micros(ask.amount()), ask.feature(), ask.model());
        yield told(no != null ? no : "would hold; " + books.figures(ask.creditType()));
      }
      case WalletCommand.Commit ask -> commit(ask);
      case WalletCommand.Release ask -> {
        Aside a = open(ask.reservation());
        yield a == null ? notOpen(ask.reservation()) : giveBack(a, "released", "released");
      }
      case WalletCommand.Cancel ask -> cancel(ask.reservation());
      case WalletCommand.Extend ask -> extend(ask);
      case WalletCommand.Wake wake -> {
        Due next = nextDue();
        yield told("woken, next " + (next == null ? null : next.at));
      }
      case WalletCommand.View view -> told(view());
      case WalletCommand.ListGrants list -> told(list());
      case WalletCommand.ListOpen list ->
          told("open " + books.asides.keySet().stream().filter(r -> open(r) != null).toList());
      case WalletCommand.Find find -> find(find.reservation());
    };
  }

  // ---- grants

  private String add(Grant asked) {
    if (books.blocks.containsKey(asked.id())) {
      return refused("GRANT_EXISTS");
    }
    Instant end = asked.expiresAt();
    if (end != null && (!end.isAfter(now) || !end.isAfter(asked.effectiveAt()))) {
      return refused("INVALID");
    }
    Block block = new Block(WalletText.addedAt(asked, now));
    books.blocks.put(asked.id(), block);
    if (!asked.effectiveAt().isAfter(now)) {
      books.start(block);
    }
    return "granted " + line(block);
  }

  private static String line(Block b) {
    String left = b.state().equals("scheduled") ? b.terms.amount().toString() : text(b.left);
    return b.terms.id() + " " + b.state() + " " + left;
  }

  private String voided(String id) {
    Block block = books.blocks.get(id);
    if (block == null) {
      return refused("GRANT_NOT_FOUND");
    }
    return switch (block.state()) {
      case "voided" -> refused("GRANT_VOIDED");
      case "expired" -> refused("GRANT_EXPIRED");
      default -> "voided %s %s".formatted(id, text(books.end(block, "void")));
    };
  }

  // ---- reservations

  private String denial(String type, BigInteger amount, String feature, String model) {
    BigInteger available = sum(books.draw(type, MUCH, feature, model, now));
    String code =
        books.debt(type).signum() > 0
            ? "WALLET_IN_DEBT"
            : available.compareTo(amount) < 0 ? "INSUFFICIENT_CREDITS" : null;
    return code == null ? null : "denied %s, available %s".formatted(code, text(available));
  }

  private String hold(WalletCommand.HoldCredits ask) {
    Ending before = endings.get(ask.reservation());
    Aside open = open(ask.reservation());
    if (before != null || open != null) {
      return told(before != null ? before.reply : held(open));
    }
    Attribution who = ask.attribution();
    BigInteger amount = micros(ask.amount());
    String no = denial(ask.creditType(), amount, who.feature(), who.model());
    if (no != null) {
      return told(no);
    }
    Map<Block, BigInteger> parts =
        books.draw(ask.creditType(), amount, who.feature(), who.model(), now);
    Aside made = new Aside(ask, parts, now.plusSeconds(ask.ttlSeconds()));
    books.asides.put(ask.reservation(), made);
    return held(made);
  }

  private String held(Aside a) {
    List<String> parts = new ArrayList<>();
    a.parts.forEach((block, part) -> parts.add(block.terms.id() + " " + text(part)));
    return "held %s until %s; %s".formatted(parts, a.until, books.figures(a.ask.creditType()));
  }

  private Aside open(String reservation) {
    Aside a = books.asides.get(reservation);
    return a != null && a.open ? a : null;
  }

  private String notOpen(String reservation) {
    Ending ending = endings.get(reservation);
    return refused(
        switch (ending == null ? "barred" : ending.how) {
          case "committed", "released" -> "RESERVATION_FINALIZED";
          case "expired" -> "RESERVATION_EXPIRED";
          default -> "RESERVATION_NOT_FOUND";
        });
  }

  private String ended(String reservation, String how, String reply) {
    endings.put(reservation, new Ending(how, reply));
    return reply;
  }

  private String giveBack(Aside a, String how, String word) {
    a.open = false;
    books.giveBack(a.parts);
    String reply =
        "%s 0, back %s, debt 0, uncharged 0; %s"
            .formatted(word, a.ask.amount(), books.figures(a.ask.creditType()));
    return ended(a.ask.reservation(), how, reply);
  }

  private String cancel(String reservation) {
    Aside a = open(reservation);
    if (a != null) {
      return giveBack(a, "released", "cancelled");
    }
    Ending before = endings.get(reservation);
    return before != null ? told(before.reply) : ended(reservation, "barred", "barred");
  }

  private String extend(WalletCommand.Extend ask) {
    Aside a = open(ask.reservation());
    if (a == null) {
      return notOpen(ask.reservation());
    }
    Instant asked = now.plusSeconds(ask.ttlSeconds());
    a.until = asked.isAfter(a.until) ? asked : a.until;
    return "extended until " + a.until;
  }

  private String commit(WalletCommand.Commit ask) {
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
      return refused("INVALID");
    }
    BigInteger actual = ask.usage() == null ? micros(ask.amount()) : History.cost(ask.usage());
    BigInteger held = late ? ZERO : micros(a.ask.amount());
    boolean more = actual.compareTo(held) > 0;
    return more && !late && a.ask.overagePolicy() == OveragePolicy.REJECT
        ? refused("OVERAGE_REJECTED")
        : settle(a, actual, held, late);
  }

  private String settle(Aside a, BigInteger actual, BigInteger held, boolean late) {
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
    books.consume(late ? "late_usage" : "consume", used);
    books.owe(type, owed);
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

  // ---- telling

  private String find(String reservation) {
    Aside a = open(reservation);
    Ending before = endings.get(reservation);
    if (a == null) {
      return before == null ? refused("RESERVATION_NOT_FOUND") : told(before.reply);
    }
    String figures = books.figures(a.ask.creditType());
    return told("open %s until %s; %s".formatted(a.ask.amount(), a.until, figures));
  }

  private String view() {
    Instant next =
        books.blocks.values().stream()
            .filter(b -> b.state().equals("active") && b.left.signum() > 0)
            .map(b -> b.terms.expiresAt())
            .filter(Objects::nonNull)
            .min(naturalOrder())
            .orElse(null);
    return "view %s; %s, next end %s"
        .formatted(books.figures("image"), books.figures("platform"), next);
  }

  private String list() {
    List<String> all = new ArrayList<>();
    for (List<String> states :
        List.of(List.of("active"), List.of("scheduled"), List.of("expired", "voided"))) {
      books.blocks.values().stream()
          .filter(b -> states.contains(b.state()))
          .sorted(NaiveBooks.BURN_ORDER)
          .forEach(b -> all.add(line(b) + " " + text(books.held(b))));
    }
    return "grants " + all;
  }
}
