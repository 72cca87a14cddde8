package dev.bursar.benchmarks.history;

import static dev.bursar.benchmarks.history.Amounts.same;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One wallet's ledger, as the node shows it in the end: it is sound in itself, has everything that
 * answers named, exactly once, and nothing that nobody was told of.
 */
final class LedgerChecks {

  private static final Set<String> USAGE = Set.of("consume", "debt", "late_usage");

  private final String org;
  private final String wallet;
  private final List<JsonNode> entries;
  private final Findings findings;
  private final Map<Long, JsonNode> bySequence = new HashMap<>();
  private final Map<String, BigDecimal> charged = new HashMap<>();

  /** Transactions by the idempotency key that caused them. */
  private final Map<String, Set<String>> byKey = new HashMap<>();

  /**
   * @param entries of its ledger, in order
   */
  LedgerChecks(String org, String wallet, List<JsonNode> entries, Findings findings) {
    this.org = org;
    this.wallet = wallet;
    this.entries = entries;
    this.findings = findings;
  }

  /**
   * Compares.
   *
   * @param balances the wallet's, live
   * @param setupPrefix begins the keys with which it was set up; longer keys that begin with
   *     keyPrefix are clients'
   */
  void run(JsonNode balances, Memory memory, String setupPrefix, String keyPrefix) {
    walk();
    figures(balances);
    Map<String, Told> done = new HashMap<>();
    for (Told told : memory.all()) {
      if (told.isDone() && told.call().org().equals(org)) {
        done.put(told.key(), told);
        told.body().path("entries").forEach(entry -> named(entry, told));
      }
    }
    byKey.forEach(
        (key, transactions) -> {
          boolean known =
              key.startsWith(keyPrefix) ? done.containsKey(key) : key.startsWith(setupPrefix);
          findings.expect(
              known,
              "%s/%s: %s by key %s, of which nobody was told",
              org,
              wallet,
              transactions,
              key);
          findings.expect(
              transactions.size() == 1,
              "%s/%s: one key, %s, has had an effect more than once: %s",
              org,
              wallet,
              key,
              transactions);
        });
    charges(memory);
  }

  private void walk() {
    BigDecimal balance = BigDecimal.ZERO;
    BigDecimal debt = BigDecimal.ZERO;
    long sequence = 0;
    for (JsonNode entry : entries) {
      sequence++;
      String type = entry.path("type").asText();
      BigDecimal amount = Amounts.of(entry, "amount");
      switch (type) {
        case "debt" -> debt = debt.add(amount);
        case "debt_repaid" -> {
          debt = debt.add(amount);
          balance = balance.add(amount);
        }
        default -> balance = balance.add(amount);
      }
      findings.expect(
          entry.path("sequence").asLong() == sequence
              && same(Amounts.of(entry, "balance"), balance)
              && same(Amounts.of(entry, "debt"), debt)
              && balance.signum() >= 0
              && debt.signum() >= 0,
          "%s/%s: entry %d does not follow, balance %s and debt %s were due: %s",
          org,
          wallet,
          sequence,
          balance,
          debt,
          entry);
      bySequence.put(sequence, entry);
      String reservation = entry.path("reservation").asText();
      // A debt that a refund takes back is no charge.
      if (USAGE.contains(type) && !entry.hasNonNull("corrects")) {
        charged.merge(reservation, amount.abs(), BigDecimal::add);
      }
      String key = entry.path("idempotency_key").asText();
      if (!key.isEmpty()) {
        byKey.computeIfAbsent(key, k -> new HashSet<>()).add(entry.path("transaction_id").asText());
      }
      balance = Amounts.of(entry, "balance");
      debt = Amounts.of(entry, "debt");
    }
  }

  private void figures(JsonNode balances) {
    JsonNode last = entries.getLast();
    for (JsonNode balance : balances) {
      findings.expect(
          same(Amounts.of(balance, "balance"), Amounts.of(last, "balance"))
              && same(Amounts.of(balance, "debt"), Amounts.of(last, "debt"))
              && Amounts.of(balance, "held").signum() == 0,
          "%s/%s shows %s, its last entry is %s",
          org,
          wallet,
          balance,
          last);
    }
  }

  /** An entry that an answer has named is there, as it was named. */
  private void named(JsonNode entry, Told told) {
    if (!walletOf(told).equals(wallet)) {
      return;
    }
    JsonNode there = bySequence.get(entry.path("sequence").asLong());
    boolean same =
        there != null
            && there.path("entry_id").equals(entry.path("entry_id"))
            && there.path("type").equals(entry.path("type"))
            && there.path("grant").equals(entry.path("grant"))
            && same(Amounts.of(there, "amount"), Amounts.of(entry, "amount"))
            && same(Amounts.of(there, "balance"), Amounts.of(entry, "balance"));
    findings.expect(
        same,
        "%s/%s: an answer names the entry %s, there is %s: %s",
        org,
        wallet,
        entry,
        there,
        told);
  }

  private static String walletOf(Told told) {
    return switch (told.call()) {
      case Call.Reserve reserve -> reserve.wallet();
      case Call.Commit commit -> commit.of().as().wallet();
      case Call.Release release -> release.of().as().wallet();
      case Call.Extend extend -> extend.of().as().wallet();
      case Call.Grant grant -> grant.wallet();
      case Call.VoidGrant voided -> voided.wallet();
      case Call.Adjust adjust -> adjust.wallet();
      case Call.Refund refund -> refund.wallet();
      case Call.Transfer transfer -> transfer.from();
      case Call.ChangeBudget e -> "";
      case Call.Freeze e -> "";
    };
  }

  /** Each reservation is charged what was told, and nothing else is charged. */
  private void charges(Memory memory) {
    Map<String, BigDecimal> left = new HashMap<>(charged);
    for (Memory.Course course : memory.courses()) {
      Call.Reserve as = course.reserved.as();
      if (!as.org().equals(org) || !as.wallet().equals(wallet)) {
        continue;
      }
      Memory.End end = course.end;
      BigDecimal told = end == null ? BigDecimal.ZERO : end.charged();
      BigDecimal there = left.remove(course.reserved.id());
      findings.expect(
          same(there == null ? BigDecimal.ZERO : there, told),
          "%s is charged %s in the ledger, told was %s: %s",
          course.reserved.id(),
          there,
          told,
          course.told);
    }
    left.forEach(
        (reservation, amount) ->
            findings.add(
                "%s/%s: %s is charged %s, and nobody was allowed that",
                org, wallet, reservation, amount));
  }
}
