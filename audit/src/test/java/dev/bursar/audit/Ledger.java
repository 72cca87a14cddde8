package dev.bursar.audit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An org's ledger, made up from a seed: all its leaves, as the objects of an export without hashes.
 * Its rules are written a second time here, on purpose.
 */
final class Ledger {

  static final String ORG = "acmé & co";

  private static final Instant START = Instant.parse("2026-10-30T00:00:00Z");
  private static final List<String> WALLETS = List.of("main", "büro", "z/1");
  private static final List<String> CREDIT_TYPES = List.of("platform", "image");

  private record Purse(String wallet, String creditType) {}

  private static final class Grant {
    String id;
    long size;
    long left;
    long cost;
  }

  private final Random random;
  private final List<Map<String, Object>> leaves = new ArrayList<>();
  private final Map<String, Long> sequences = new HashMap<>();
  private final Map<Purse, long[]> figures = new HashMap<>();
  private final Map<Purse, Grant> grants = new HashMap<>();
  private Instant now = START;
  private int named;

  private Ledger(long seed) {
    random = new Random(seed);
  }

  /** A ledger of so many entries over a little more than October's last days and November. */
  static List<Map<String, Object>> of(long seed, int size) {
    Ledger ledger = new Ledger(seed);
    long stepMicros =
        ChronoUnit.MICROS.between(START, Instant.parse("2026-12-05T00:00:00Z")) / size;
    while (ledger.leaves.size() < size) {
      ledger.now = ledger.now.plus(1 + ledger.random.nextLong(2 * stepMicros), ChronoUnit.MICROS);
      ledger.step();
    }
    return new ArrayList<>(ledger.leaves.subList(0, size));
  }

  private void step() {
    Purse purse =
        new Purse(
            WALLETS.get(random.nextInt(WALLETS.size())),
            CREDIT_TYPES.get(random.nextInt(CREDIT_TYPES.size())));
    Grant grant = grants.get(purse);
    long debt = figures.getOrDefault(purse, new long[2])[1];
    if (grant == null || grant.left == 0) {
      grant = new Grant();
      grant.id = "g" + ++named;
      grant.size = 1 + random.nextLong(100_000_000L);
      grant.cost = random.nextInt(3) == 0 ? -1 : random.nextLong(10_000_000L);
      grants.put(purse, grant);
      onGrant(purse, grant, "grant", grant.size, false);
      if (debt > 0) {
        onGrant(purse, grant, "debt_repaid", -Math.min(debt, grant.left), false);
      }
    } else if (random.nextInt(12) == 0) {
      post(purse, "debt", 1 + random.nextLong(5_000_000L), null, null, false);
    } else if (random.nextInt(15) == 0 && debt > 1) {
      post(purse, "debt", -1 - random.nextLong(debt - 1), null, null, true);
    } else if (random.nextInt(6) == 0 && grant.left < grant.size) {
      onGrant(purse, grant, "refund", 1 + random.nextLong(grant.size - grant.left), true);
    } else {
      String type = List.of("consume", "consume", "expire", "late_usage").get(random.nextInt(4));
      long amount = random.nextInt(6) == 0 ? grant.left : 1 + random.nextLong(grant.left);
      onGrant(purse, grant, type, -amount, false);
    }
  }

  private void onGrant(Purse purse, Grant grant, String type, long amount, boolean corrects) {
    Map<String, Object> value = null;
    if (grant.cost >= 0) {
      long worth = worth(grant, grant.left + amount) - worth(grant, grant.left);
      value = new LinkedHashMap<>(Map.of("amount", text(worth), "currency", "EUR"));
    }
    grant.left += amount;
    post(purse, type, amount, grant.id, value, corrects);
  }

  private static long worth(Grant grant, long left) {
    return new BigDecimal(BigInteger.valueOf(grant.cost).multiply(BigInteger.valueOf(left)))
        .divide(BigDecimal.valueOf(grant.size), 0, java.math.RoundingMode.HALF_UP)
        .longValueExact();
  }

  private void post(
      Purse purse,
      String type,
      long amount,
      String grant,
      Map<String, Object> value,
      boolean corrects) {
    long[] figure = figures.computeIfAbsent(purse, p -> new long[2]);
    figure[0] += type.equals("debt") ? 0 : amount;
    figure[1] += type.startsWith("debt") ? amount : 0;
    long sequence = sequences.merge(purse.wallet, 1L, Long::sum);
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("leaf", (long) leaves.size());
    entry.put("org", ORG);
    entry.put("wallet", purse.wallet);
    entry.put("sequence", sequence);
    entry.put("transaction_id", "txn_" + purse.wallet + "_" + sequence);
    entry.put("posted_at", now.toString());
    entry.put("type", type);
    entry.put("credit_type", purse.creditType);
    entry.put("amount", text(amount));
    entry.put("balance", text(figure[0]));
    entry.put("debt", text(figure[1]));
    put(entry, "grant", grant);
    put(entry, "value", value);
    put(entry, "reservation", random.nextBoolean() ? "rsv_" + random.nextInt(1000) : null);
    put(entry, "corrects", corrects ? "txn_" + purse.wallet + "_1" : null);
    entry.put("trigger", "commit");
    entry.put("actor", "key_" + random.nextInt(5));
    Map<String, Object> subject = new LinkedHashMap<>();
    subject.put("org", ORG);
    put(subject, "team", random.nextBoolean() ? "team \"a\"\n" : null);
    put(subject, "user", random.nextBoolean() ? "ada?" : null);
    put(subject, "product", random.nextBoolean() ? "p" : null);
    put(subject, "cost_center", random.nextBoolean() ? "4711" : null);
    put(subject, "agent", random.nextBoolean() ? "🤖" : null);
    entry.put("subject", subject);
    put(entry, "feature", random.nextBoolean() ? "chat" : null);
    put(entry, "model", random.nextBoolean() ? "m\\1" : null);
    put(entry, "session", random.nextBoolean() ? "s" : null);
    put(entry, "idempotency_key", random.nextBoolean() ? "k" + leaves.size() : null);
    if (random.nextBoolean()) {
      // In UTF-8 the second stands before the third, in UTF-16 behind it.
      entry.put("metadata", new LinkedHashMap<>(Map.of("b", "1", "ﬀ", "2", "😀", "3", "a", "")));
    }
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    entry.put("salt", HexFormat.of().formatHex(salt));
    leaves.add(entry);
  }

  private static void put(Map<String, Object> to, String name, Object value) {
    if (value != null) {
      to.put(name, value);
    }
  }

  static String text(long micros) {
    BigDecimal value = BigDecimal.valueOf(micros, 6);
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
