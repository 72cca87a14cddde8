package dev.bursar.benchmarks.history;

import static dev.bursar.benchmarks.history.Amounts.same;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.simulation.history.Call;
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

  private final EntityId wallet;
  private final List<JsonNode> entries;
  private final Findings findings;
  private final Map<Long, JsonNode> bySequence = new HashMap<>();
  private final Map<String, BigDecimal> charged = new HashMap<>();

  /** The last entry of each credit type. */
  private final Map<String, JsonNode> last = new HashMap<>();

  /** Transactions by the idempotency key that caused them. */
  private final Map<String, Set<String>> byKey = new HashMap<>();

  /**
   * @param entries of its ledger, in order
   */
  LedgerChecks(EntityId wallet, List<JsonNode> entries, Findings findings) {
    this.wallet = wallet;
    this.entries = entries;
    this.findings = findings;
  }

  /**
   * Compares.
   *
   * @param balances the wallet's, live
   * @param grants the wallet's, live
   * @param reported what was charged for reported work, by reservation
   * @param setupPrefix begins the keys with which it was set up
   */
  void run(
      JsonNode balances,
      List<JsonNode> grants,
      Memory memory,
      Map<String, BigDecimal> reported,
      String setupPrefix) {
    walk();
    figures(balances, grants);
    for (Told told : memory.all()) {
      if (told.isDone()
          && told.call() instanceof Call.OfWallet call
          && call.wallet().equals(wallet)) {
        told.body().path("entries").forEach(entry -> named(entry, told));
      }
    }
    byKey.forEach(
        (key, transactions) -> {
          findings.expect(
              memory.wasDone(key) || key.startsWith(setupPrefix),
              "%s: %s by key %s, of which nobody was told",
              wallet,
              transactions,
              key);
          findings.expect(
              transactions.size() == 1,
              "%s: one key, %s, has had an effect more than once: %s",
              wallet,
              key,
              transactions);
        });
    charges(memory, reported);
  }

  private void walk() {
    long sequence = 0;
    for (JsonNode entry : entries) {
      sequence++;
      follows(entry, sequence);
      bySequence.put(sequence, entry);
      last.put(entry.path("credit_type").asText(), entry);
      // A debt that a refund takes back is no charge.
      if (USAGE.contains(entry.path("type").asText()) && !entry.hasNonNull("corrects")) {
        charged.merge(
            entry.path("reservation").asText(), Amounts.of(entry, "amount").abs(), BigDecimal::add);
      }
      String key = entry.path("idempotency_key").asText("");
      if (!key.isEmpty()) {
        byKey.computeIfAbsent(key, k -> new HashSet<>()).add(entry.path("transaction_id").asText());
      }
    }
  }

  private void follows(JsonNode entry, long sequence) {
    JsonNode before = last.get(entry.path("credit_type").asText());
    BigDecimal balance = before == null ? BigDecimal.ZERO : Amounts.of(before, "balance");
    BigDecimal debt = before == null ? BigDecimal.ZERO : Amounts.of(before, "debt");
    BigDecimal amount = Amounts.of(entry, "amount");
    switch (entry.path("type").asText()) {
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
        "%s: entry %d does not follow, balance %s and debt %s were due: %s",
        wallet,
        sequence,
        balance,
        debt,
        entry);
  }

  /** A balance is what the last entry says, and what is left of the grants. */
  private void figures(JsonNode balances, List<JsonNode> grants) {
    for (JsonNode balance : balances) {
      String creditType = balance.path("credit_type").asText();
      JsonNode entry = last.get(creditType);
      BigDecimal left = BigDecimal.ZERO;
      for (JsonNode grant : grants) {
        if (grant.path("state").asText().equals("active")
            && grant.path("credit_type").asText().equals(creditType)) {
          left = left.add(Amounts.of(grant, "remaining"));
        }
      }
      findings.expect(
          entry != null
              && same(Amounts.of(balance, "balance"), Amounts.of(entry, "balance"))
              && same(Amounts.of(balance, "debt"), Amounts.of(entry, "debt"))
              && Amounts.of(balance, "held").signum() == 0
              && same(Amounts.of(balance, "balance"), left),
          "%s shows %s, its grants have %s left, its last entry is %s",
          wallet,
          balance,
          left,
          entry);
    }
  }

  /** An entry that an answer has named is there, as it was named. */
  private void named(JsonNode entry, Told told) {
    JsonNode there = bySequence.get(entry.path("sequence").asLong());
    boolean same =
        there != null
            && there.path("entry_id").equals(entry.path("entry_id"))
            && there.path("type").equals(entry.path("type"))
            && there.path("grant").equals(entry.path("grant"))
            && same(Amounts.of(there, "amount"), Amounts.of(entry, "amount"))
            && same(Amounts.of(there, "balance"), Amounts.of(entry, "balance"));
    findings.expect(
        same, "%s: an answer names the entry %s, there is %s: %s", wallet, entry, there, told);
  }

  /** Each reservation is charged what was told, and nothing else is charged. */
  private void charges(Memory memory, Map<String, BigDecimal> reported) {
    Map<String, BigDecimal> left = new HashMap<>(charged);
    for (Course course : memory.courses()) {
      if (course.asked.wallet().equals(wallet)) {
        expectCharged(course.reservation(), left, course.charged());
      }
    }
    reported.forEach((reservation, credits) -> expectCharged(reservation, left, credits));
    left.forEach(
        (reservation, amount) ->
            findings.add(
                "%s: %s is charged %s, and nobody was allowed or has reported that",
                wallet, reservation, amount));
  }

  private void expectCharged(String reservation, Map<String, BigDecimal> left, BigDecimal told) {
    BigDecimal there = left.remove(reservation);
    findings.expect(
        same(there == null ? BigDecimal.ZERO : there, told),
        "%s is charged %s in the ledger, told was %s",
        reservation,
        there,
        told);
  }
}
