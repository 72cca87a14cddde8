package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.projections.copy.BinaryRows;
import dev.bursar.projections.copy.JsonColumns;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The table {@code ledger_entry}: every entry of every wallet's ledger. */
public final class LedgerTable {

  /** The columns, in the order in which they are written and read. */
  static final String COLUMNS =
      """
      org, wallet, sequence, leaf, entry_id, transaction_id, posted_at, type, credit_type, amount, \
      balance, debt, grant_id, value, currency, reservation, corrects, trigger, actor, \
      subject_org, team, user_id, product, cost_center, agent, feature, model, session, \
      idempotency_key, metadata, salt, previous_hash, hash, canonical\
      """;

  private static final int COLUMN_COUNT = 34;
  private static final String COPY =
      "copy ledger_entry (" + COLUMNS + ") from stdin with (format binary)";

  /**
   * Entries that one statement writes: one command may have as many as the wallet has grants, and a
   * statement may not take as long as so many can.
   */
  private static final int ENTRIES_AT_A_TIME = 5_000;

  private LedgerTable() {}

  /** Adds these entries. */
  public static void project(Handle handle, List<Leaf> leaves) throws SQLException {
    for (int from = 0; from < leaves.size(); from += ENTRIES_AT_A_TIME) {
      add(handle, leaves.subList(from, Math.min(leaves.size(), from + ENTRIES_AT_A_TIME)));
    }
  }

  private static void add(Handle handle, List<Leaf> leaves) throws SQLException {
    BinaryRows copy = new BinaryRows();
    Transaction before = null;
    byte[] metadata = new byte[0];
    for (Leaf leaf : leaves) {
      Transaction transaction = leaf.entry().transaction();
      if (transaction != before) {
        metadata = JsonColumns.texts(transaction.attribution().metadata());
        before = transaction;
      }
      write(copy, leaf, metadata);
    }
    copy.copyIn(handle, COPY);
  }

  private static void write(BinaryRows copy, Leaf leaf, byte[] metadata) {
    LedgerEntry entry = leaf.entry();
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution attribution = transaction.attribution();
    Subject subject = attribution.subject();
    Money value = posting.value();
    copy.row(COLUMN_COUNT);
    copy.text(entry.org());
    copy.text(entry.wallet());
    copy.bigint(posting.sequence());
    copy.bigint(leaf.leaf());
    copy.text(entry.entryId());
    copy.text(transaction.id());
    copy.timestamptz(transaction.postedAt());
    copy.text(posting.type().word());
    copy.text(transaction.creditType());
    copy.bigint(posting.amount().micros());
    copy.bigint(posting.balance().micros());
    copy.bigint(posting.debt().micros());
    copy.text(posting.grant());
    if (value == null) {
      copy.absent();
      copy.absent();
    } else {
      copy.bigint(value.amount().micros());
      copy.text(value.currency());
    }
    copy.text(transaction.reservation());
    copy.text(transaction.corrects());
    copy.text(attribution.trigger());
    copy.text(attribution.actor());
    copy.text(subject.org());
    copy.text(subject.team());
    copy.text(subject.user());
    copy.text(subject.product());
    copy.text(subject.costCenter());
    copy.text(subject.agent());
    copy.text(attribution.feature());
    copy.text(attribution.model());
    copy.text(attribution.session());
    copy.text(attribution.idempotencyKey());
    copy.jsonb(metadata);
    copy.bytes(attribution.salt());
    copy.bytes(entry.previousHash());
    copy.bytes(posting.hash());
    copy.bytes(entry.canonical());
  }
}
