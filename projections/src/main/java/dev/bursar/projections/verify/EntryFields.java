package dev.bursar.projections.verify;

import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fields of a ledger entry, to be compared one by one. */
final class EntryFields {

  private record Field(String name, @Nullable Object value) {}

  private EntryFields() {}

  /** The fields in which the stored entry is another than it should be; empty if in none. */
  static List<String> differences(LedgerEntry expected, LedgerEntry stored) {
    List<Field> should = of(expected);
    List<Field> is = of(stored);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < should.size(); i++) {
      if (!Objects.equals(should.get(i).value(), is.get(i).value())) {
        differences.add(
            "%s is %s, should be %s"
                .formatted(should.get(i).name(), is.get(i).value(), should.get(i).value()));
      }
    }
    return differences;
  }

  private static List<Field> of(LedgerEntry entry) {
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution attribution = transaction.attribution();
    Subject subject = attribution.subject();
    List<Field> fields = new ArrayList<>(32);
    fields.add(new Field("entry_id", entry.entryId()));
    fields.add(new Field("org", entry.org()));
    fields.add(new Field("wallet", entry.wallet()));
    fields.add(new Field("sequence", posting.sequence()));
    fields.add(new Field("transaction_id", transaction.id()));
    fields.add(new Field("posted_at", transaction.postedAt()));
    fields.add(new Field("type", posting.type().word()));
    fields.add(new Field("credit_type", transaction.creditType()));
    fields.add(new Field("amount", posting.amount()));
    fields.add(new Field("balance", posting.balance()));
    fields.add(new Field("debt", posting.debt()));
    fields.add(new Field("grant", posting.grant()));
    fields.add(new Field("value", posting.value()));
    fields.add(new Field("reservation", transaction.reservation()));
    fields.add(new Field("corrects", transaction.corrects()));
    fields.add(new Field("trigger", attribution.trigger()));
    fields.add(new Field("actor", attribution.actor()));
    fields.add(new Field("subject.org", subject.org()));
    fields.add(new Field("subject.team", subject.team()));
    fields.add(new Field("subject.user", subject.user()));
    fields.add(new Field("subject.product", subject.product()));
    fields.add(new Field("subject.cost_center", subject.costCenter()));
    fields.add(new Field("subject.agent", subject.agent()));
    fields.add(new Field("feature", attribution.feature()));
    fields.add(new Field("model", attribution.model()));
    fields.add(new Field("session", attribution.session()));
    fields.add(new Field("idempotency_key", attribution.idempotencyKey()));
    fields.add(new Field("metadata", attribution.metadata()));
    fields.add(new Field("salt", hex(attribution.salt())));
    fields.add(new Field("previous_hash", hex(entry.previousHash())));
    fields.add(new Field("hash", hex(posting.hash())));
    fields.add(new Field("canonical", hex(entry.canonical())));
    return fields;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
