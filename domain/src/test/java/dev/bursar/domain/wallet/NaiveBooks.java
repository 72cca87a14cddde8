package dev.bursar.domain.wallet;

import static java.math.BigInteger.ZERO;
import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What lies in a wallet, said as simply as possible: no running totals, no shelves, no overflow.
 * All grants are sorted and all holds summed up whenever a question comes.
 */
final class NaiveBooks {

  /** How a block comes again: what an interval gives, and what is known of the series. */
  record Again(
      Recurrence.Terms rule,
      Instant anchor,
      Instant until,
      Credits amount,
      Credits cost,
      String series,
      int number) {}

  static final class Block {
    final Grant terms;
    Again again;
    BigInteger left = ZERO;
    boolean started;
    String ended = "";
    Instant voidedAt;
    long voidedThrough;

    Block(Grant terms) {
      this.terms = terms;
    }

    /** What is left of what was paid: whole millionths, a half counting as one; null if unknown. */
    BigInteger worth() {
      return terms.costBasis() == null
          ? null
          : new BigDecimal(micros(terms.costBasis().amount()).multiply(left))
              .divide(new BigDecimal(micros(terms.amount())), 0, RoundingMode.HALF_UP)
              .toBigInteger();
    }

    String state() {
      return switch (ended) {
        case "void" -> "voided";
        case "expire" -> "expired";
        default -> started ? "active" : "scheduled";
      };
    }
  }

  static final class Aside {
    final WalletCommand.HoldCredits ask;
    final Map<Block, BigInteger> parts;
    Instant until;
    boolean open = true;

    Aside(WalletCommand.HoldCredits ask, Map<Block, BigInteger> parts, Instant until) {
      this.ask = ask;
      this.parts = parts;
      this.until = until;
    }
  }

  /** A part of a charge: who bore it; null as long as nobody has. */
  record Piece(Block block, BigInteger amount) {}

  /** What a transaction charged, in the order in which it was borne; the last is refunded first. */
  static final class Charged {
    final String type;
    final List<Piece> pieces = new ArrayList<>();

    Charged(String type) {
      this.type = type;
    }

    BigInteger sum() {
      return pieces.stream().map(Piece::amount).reduce(ZERO, BigInteger::add);
    }

    BigInteger unpaid() {
      boolean owes = !pieces.isEmpty() && pieces.getLast().block == null;
      return owes ? pieces.getLast().amount : ZERO;
    }
  }

  static final Comparator<Block> BURN_ORDER =
      comparing((Block b) -> b.terms.priority())
          .thenComparing(b -> b.terms.expiresAt(), nullsLast(naturalOrder()))
          .thenComparing(
              b -> List.of("promotional", "plan", "paid").indexOf(b.terms.category().word()))
          .thenComparing(b -> b.terms.effectiveAt())
          .thenComparing(b -> b.terms.createdAt())
          .thenComparing(b -> b.terms.id());

  final Map<String, Block> blocks = new TreeMap<>();
  final Map<String, Aside> asides = new TreeMap<>();
  final Map<String, Charged> charges = new LinkedHashMap<>();
  final Map<String, Charged> takings = new TreeMap<>();
  private final List<String> entries = new ArrayList<>();
  private final List<String> undated = new ArrayList<>();

  /** All entries so far. */
  List<String> entries() {
    return entries;
  }

  void start(Block block) {
    block.started = true;
    move("grant", block, micros(block.terms.amount()));
    repay(block, block.left);
  }

  BigInteger end(Block block, String how) {
    BigInteger taken = free(block);
    move(how, block, taken.negate());
    block.ended = how;
    return taken;
  }

  /** What has come to a block pays debt first, the oldest first. */
  void repay(Block block, BigInteger come) {
    String type = block.terms.creditType();
    BigInteger left = come.min(debt(type));
    move("debt_repaid", block, left.negate());
    for (Charged each : charges.values()) {
      BigInteger part = each.type.equals(type) ? each.unpaid().min(left) : ZERO;
      if (part.signum() > 0) {
        BigInteger rest = each.pieces.removeLast().amount.subtract(part);
        each.pieces.add(new Piece(block, part));
        if (rest.signum() > 0) {
          each.pieces.add(new Piece(null, rest));
        }
        left = left.subtract(part);
      }
    }
  }

  /** What comes back to a block ends with it, or pays debt. */
  void comeBack(String how, Block block, BigInteger amount) {
    move(how, block, amount);
    if (block.ended.isEmpty()) {
      repay(block, amount);
    } else {
      move(block.ended, block, amount.negate());
    }
  }

  BigInteger held(Block block) {
    BigInteger held = ZERO;
    for (Aside aside : asides.values()) {
      held = aside.open ? held.add(aside.parts.getOrDefault(block, ZERO)) : held;
    }
    return held;
  }

  BigInteger free(Block block) {
    return block.left.subtract(held(block));
  }

  /** Up to this amount, in burn order, from what can be used at this time. */
  Map<Block, BigInteger> draw(
      String type, BigInteger amount, String feature, String model, Instant now) {
    Map<Block, BigInteger> parts = new LinkedHashMap<>();
    BigInteger missing = amount;
    for (Block b : blocks.values().stream().sorted(BURN_ORDER).toList()) {
      Grant terms = b.terms;
      boolean usable =
          terms.creditType().equals(type)
              && !terms.effectiveAt().isAfter(now)
              && (terms.expiresAt() == null || now.isBefore(terms.expiresAt()))
              && !b.ended.equals("void")
              && admits(terms.features(), feature)
              && admits(terms.models(), model);
      BigInteger part = usable ? free(b).min(missing) : ZERO;
      if (part.signum() > 0) {
        parts.put(b, part);
        missing = missing.subtract(part);
      }
    }
    return parts;
  }

  /** Up to this amount, in burn order, whatever it may be used for. */
  Map<Block, BigInteger> drawAny(String type, BigInteger amount) {
    Map<Block, BigInteger> parts = new LinkedHashMap<>();
    BigInteger missing = amount;
    for (Block b : blocks.values().stream().sorted(BURN_ORDER).toList()) {
      boolean usable = b.terms.creditType().equals(type) && b.state().equals("active");
      BigInteger part = usable ? free(b).min(missing) : ZERO;
      if (part.signum() > 0) {
        parts.put(b, part);
        missing = missing.subtract(part);
      }
    }
    return parts;
  }

  private static boolean admits(Set<String> only, String asked) {
    return only.isEmpty() || (asked != null && only.contains(asked));
  }

  void charge(String how, String type, Map<Block, BigInteger> parts, BigInteger owed) {
    String transaction = "txn_main_" + (entries.size() + undated.size() + 1);
    Charged charged = new Charged(type);
    parts.forEach(
        (block, part) -> {
          move(how, block, part.negate());
          if (part.signum() > 0) {
            charged.pieces.add(new Piece(block, part));
          }
        });
    owe(type, owed);
    if (owed.signum() > 0) {
      charged.pieces.add(new Piece(null, owed));
    }
    if (!charged.pieces.isEmpty()) {
      charges.put(transaction, charged);
    }
  }

  void owe(String type, BigInteger amount) {
    if (amount.signum() != 0) {
      undated.add(type + " debt null " + text(amount));
    }
  }

  /** What was set aside is free again: it ends with its block, or pays debt. */
  void giveBack(Map<Block, BigInteger> parts) {
    for (Block block : new ArrayList<>(parts.keySet()).reversed()) {
      if (block.ended.isEmpty()) {
        repay(block, parts.get(block));
      } else {
        move(block.ended, block, parts.get(block).negate());
      }
    }
  }

  BigInteger debt(String type) {
    return charges.values().stream()
        .filter(each -> each.type.equals(type))
        .map(Charged::unpaid)
        .reduce(ZERO, BigInteger::add);
  }

  String figures(String type) {
    return figures(type, ZERO);
  }

  /** The figures as they would be with this much more held. */
  String figures(String type, BigInteger heldBesides) {
    BigInteger balance = ZERO;
    BigInteger held = heldBesides;
    for (Block b : blocks.values()) {
      if (b.terms.creditType().equals(type)) {
        balance = balance.add(b.left);
        held = held.add(held(b));
      }
    }
    return "%s %s/%s/%s".formatted(type, text(balance), text(held), text(debt(type)));
  }

  /** Adds to what is left of a block, and tells what that is worth. */
  BigInteger move(String how, Block block, BigInteger amount) {
    BigInteger before = block.worth();
    block.left = block.left.add(amount);
    BigInteger worth = before == null ? null : block.worth().subtract(before);
    entry(how, block, amount, worth);
    return worth;
  }

  /** Adds to what is left of a block what is known to be worth so much. */
  void move(String how, Block block, BigInteger amount, BigInteger worth) {
    block.left = block.left.add(amount);
    entry(how, block, amount, worth);
  }

  private void entry(String how, Block block, BigInteger amount, BigInteger worth) {
    if (amount.signum() != 0) {
      Grant of = block.terms;
      String value = worth == null ? "" : " " + text(worth) + " " + of.costBasis().currency();
      undated.add("%s %s %s %s%s".formatted(of.creditType(), how, of.id(), text(amount), value));
    }
    if (amount.signum() < 0 && (how.equals("void") || how.equals("adjust"))) {
      // Each transaction is dated before the next begins.
      takings
          .computeIfAbsent(
              "txn_main_" + (entries.size() + 1), t -> new Charged(block.terms.creditType()))
          .pieces
          .add(new Piece(block, amount.negate()));
    }
  }

  /** Dates the entries that have come about since. */
  void date(Instant at) {
    undated.forEach(line -> entries.add(at + " " + line));
    undated.clear();
  }

  static BigInteger sum(Map<Block, BigInteger> parts) {
    return parts.values().stream().reduce(ZERO, BigInteger::add);
  }

  static BigInteger micros(Credits amount) {
    return BigInteger.valueOf(amount.micros());
  }

  static String text(BigInteger micros) {
    return new BigDecimal(micros, 6).stripTrailingZeros().toPlainString();
  }
}
