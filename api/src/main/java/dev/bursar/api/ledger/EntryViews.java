package dev.bursar.api.ledger;

import dev.bursar.api.csv.CsvRows;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries as answers and exports show them. */
final class EntryViews {

  /** The columns of a table of entries. */
  static final List<String> COLUMNS =
      List.of(
          "wallet",
          "sequence",
          "posted_at",
          "type",
          "credit_type",
          "amount",
          "balance",
          "debt",
          "grant",
          "value",
          "currency",
          "transaction_id",
          "corrects",
          "reservation",
          "trigger",
          "actor",
          "team",
          "user",
          "product",
          "cost_center",
          "agent",
          "feature",
          "model",
          "session",
          "idempotency_key",
          "metadata",
          "entry_id",
          "previous_hash",
          "hash");

  private EntryViews() {}

  static void json(JsonWriter json, LedgerEntry entry) {
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution attribution = transaction.attribution();
    json.field("entry_id", entry.entryId())
        .field("wallet", entry.wallet())
        .field("sequence", posting.sequence())
        .field("transaction_id", transaction.id())
        .field("posted_at", transaction.postedAt())
        .field("type", posting.type().word())
        .field("credit_type", transaction.creditType())
        .field("amount", posting.amount())
        .field("balance", posting.balance())
        .field("debt", posting.debt())
        .field("grant", posting.grant());
    money(json, "value", posting.value());
    json.field("corrects", transaction.corrects())
        .field("trigger", attribution.trigger())
        .field("actor", attribution.actor());
    ReservationViews.attribution(json, attribution);
    json.field("reservation", transaction.reservation())
        .field("idempotency_key", attribution.idempotencyKey())
        .field("salt", HexFormat.of().formatHex(attribution.salt()))
        .field("previous_hash", HexFormat.of().formatHex(entry.previousHash()))
        .field("hash", HexFormat.of().formatHex(posting.hash()));
  }

  static void money(JsonWriter json, String name, @Nullable Money money) {
    if (money != null) {
      json.object(
          name, in -> in.field("amount", money.amount()).field("currency", money.currency()));
    }
  }

  static void csv(CsvRows rows, LedgerEntry entry) {
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution attribution = transaction.attribution();
    Subject subject = attribution.subject();
    Money value = posting.value();
    rows.text(entry.wallet())
        .number(posting.sequence())
        .time(transaction.postedAt())
        .text(posting.type().word())
        .text(transaction.creditType())
        .amount(posting.amount())
        .amount(posting.balance())
        .amount(posting.debt())
        .text(posting.grant())
        .amount(value == null ? null : value.amount())
        .text(value == null ? null : value.currency())
        .text(transaction.id())
        .text(transaction.corrects())
        .text(transaction.reservation())
        .text(attribution.trigger())
        .text(attribution.actor())
        .text(subject.team())
        .text(subject.user())
        .text(subject.product())
        .text(subject.costCenter())
        .text(subject.agent())
        .text(attribution.feature())
        .text(attribution.model())
        .text(attribution.session())
        .text(attribution.idempotencyKey())
        .text(metadata(attribution))
        .text(entry.entryId())
        .text(HexFormat.of().formatHex(entry.previousHash()))
        .text(HexFormat.of().formatHex(posting.hash()))
        .end();
  }

  private static String metadata(Attribution attribution) {
    return attribution.metadata().isEmpty()
        ? ""
        : new String(
            JsonWriter.bytes(json -> attribution.metadata().forEach(json::field)),
            StandardCharsets.UTF_8);
  }
}
