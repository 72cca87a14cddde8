package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a wallet's ledger, as the node shows it, in credits.
 *
 * @param amount signed
 * @param balance after it
 * @param reservation that it charges, if any
 * @param key idempotency key of the request that caused it, if shown
 */
record LedgerEntry(
    long sequence,
    String type,
    String creditType,
    BigDecimal amount,
    BigDecimal balance,
    @Nullable String reservation,
    @Nullable String session,
    @Nullable String key) {

  static LedgerEntry read(JsonNode entry) throws ReplayFailure {
    return new LedgerEntry(
        Json.number(entry, "sequence"),
        Json.text(entry, "type"),
        Json.text(entry, "credit_type"),
        Json.amount(entry, "amount"),
        Json.amount(entry, "balance"),
        optional(entry, "reservation"),
        optional(entry, "session"),
        optional(entry, "idempotency_key"));
  }

  /** Whether it charges usage to somebody. */
  boolean isUsage() {
    return switch (type) {
      case "consume", "debt", "late_usage" -> true;
      default -> false;
    };
  }

  boolean isDebt() {
    return type.equals("debt");
  }

  /** By how much it changes the balance: a debt is recorded beside it. */
  BigDecimal movement() {
    return isDebt() ? BigDecimal.ZERO : amount;
  }

  private static @Nullable String optional(JsonNode entry, String field) {
    return entry.hasNonNull(field) ? entry.path(field).asText() : null;
  }
}
