package dev.bursar.domain.wallet;

import static java.math.BigInteger.ZERO;
import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsLast;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.math.BigInteger;
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

  static final class Block {
    final Grant terms;
    BigInteger left = ZERO;
    boolean started;
    String ended = "";

    Block(Grant terms) {
      this.terms = terms;
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
  private final Map<String, BigInteger> debts = new TreeMap<>();
  private final List<String> entries = new ArrayList<>();
  private final List<String> undated = new ArrayList<>();

  /** All entries so far. */
  List<String> entries() {
    return entries;
  }

  void start(Block block) {
    block.started = true;
    String type = block.terms.creditType();
    BigInteger amount = micros(block.terms.amount());
    BigInteger repaid = amount.min(debt(type));
    block.left = amount.subtract(repaid);
    entry("grant", block, amount);
    debts.put(type, debt(type).subtract(repaid));
    entry("debt_repaid", block, repaid.negate());
  }

  BigInteger end(Block block, String how) {
    BigInteger taken = free(block);
    block.left = block.left.subtract(taken);
    block.ended = how;
    entry(how, block, taken.negate());
    return taken;
  }

  BigInteger held(Block block) {
    BigInteger held = ZERO;
    for (Aside aside : asides.values()) {
      held = aside.open ? held.add(aside.parts.getOrDefault(block, ZERO)) : held;
    }
    return held;
  }

  private BigInteger free(Block block) {
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

  private static boolean admits(Set<String> only, String asked) {
    return only.isEmpty() || (asked != null && only.contains(asked));
  }

  void consume(String how, Map<Block, BigInteger> parts) {
    parts.forEach(
        (block, part) -> {
          block.left = block.left.subtract(part);
          entry(how, block, part.negate());
        });
  }

  void owe(String type, BigInteger amount) {
    debts.put(type, debt(type).add(amount));
    if (amount.signum() > 0) {
      undated.add(type + " debt null " + text(amount));
    }
  }

  void giveBack(Map<Block, BigInteger> parts) {
    for (Block block : new ArrayList<>(parts.keySet()).reversed()) {
      if (!block.ended.isEmpty()) {
        block.left = block.left.subtract(parts.get(block));
        entry(block.ended, block, parts.get(block).negate());
      }
    }
  }

  BigInteger debt(String type) {
    return debts.getOrDefault(type, ZERO);
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

  private void entry(String how, Block block, BigInteger amount) {
    if (amount.signum() != 0) {
      String type = block.terms.creditType();
      undated.add("%s %s %s %s".formatted(type, how, block.terms.id(), text(amount)));
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
