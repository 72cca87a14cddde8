package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.projections.copy.JsonColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From a row of {@code ledger_entry} back to the entry. Its transaction has just its own posting;
 * the transaction's previous hash is the entry's.
 */
public final class LedgerRow {

  /** The columns that {@link #entry} reads. */
  public static final String COLUMNS = LedgerTable.COLUMNS;

  private static final Map<String, EntryType> TYPES =
      Arrays.stream(EntryType.values())
          .collect(Collectors.toMap(EntryType::word, Function.identity()));

  private LedgerRow() {}

  /** The entry in the row on which the result stands. */
  public static LedgerEntry entry(ResultSet rs) throws SQLException {
    byte[] previousHash = rs.getBytes("previous_hash");
    Posting posting =
        new Posting(
            rs.getLong("sequence"),
            type(rs.getString("type")),
            new Credits(rs.getLong("amount")),
            new Credits(rs.getLong("balance")),
            new Credits(rs.getLong("debt")),
            rs.getString("grant_id"),
            value(rs),
            rs.getBytes("hash"));
    Transaction transaction =
        new Transaction(
            rs.getString("transaction_id"),
            rs.getObject("posted_at", OffsetDateTime.class).toInstant(),
            rs.getString("credit_type"),
            rs.getString("reservation"),
            rs.getString("corrects"),
            attribution(rs),
            previousHash,
            List.of(posting));
    return new LedgerEntry(
        rs.getString("entry_id"),
        rs.getString("org"),
        rs.getString("wallet"),
        transaction,
        posting,
        previousHash,
        rs.getBytes("canonical"));
  }

  /** The entry in the row on which the result stands, with its place in its org's tree. */
  public static Leaf leaf(ResultSet rs) throws SQLException {
    return new Leaf(rs.getLong("leaf"), entry(rs));
  }

  /** The type with this word. */
  public static EntryType type(String word) {
    EntryType known = TYPES.get(word);
    if (known == null) {
      throw new IllegalStateException("no type of entries: " + word);
    }
    return known;
  }

  private static @Nullable Money value(ResultSet rs) throws SQLException {
    String currency = rs.getString("currency");
    return currency == null ? null : new Money(new Credits(rs.getLong("value")), currency);
  }

  private static Attribution attribution(ResultSet rs) throws SQLException {
    return new Attribution(
        rs.getString("trigger"),
        rs.getString("actor"),
        new Subject(
            rs.getString("subject_org"),
            rs.getString("team"),
            rs.getString("user_id"),
            rs.getString("product"),
            rs.getString("cost_center"),
            rs.getString("agent")),
        rs.getString("feature"),
        rs.getString("model"),
        rs.getString("session"),
        rs.getString("idempotency_key"),
        JsonColumns.readTexts(rs.getString("metadata")),
        rs.getBytes("salt"));
  }
}
