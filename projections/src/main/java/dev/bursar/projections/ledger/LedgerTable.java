package dev.bursar.projections.ledger;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.JournalUnreadable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;

/** The table {@code ledger_entry}: every entry of every wallet's ledger. */
public final class LedgerTable {

  /** The columns, in the order in which they are written and read. */
  static final String COLUMNS =
      """
      org, wallet, sequence, entry_id, transaction_id, posted_at, type, credit_type, amount, \
      balance, debt, grant_id, reservation, trigger, actor, subject_org, team, user_id, product, \
      cost_center, agent, feature, model, session, idempotency_key, metadata, salt, \
      previous_hash, hash, canonical\
      """;

  private static final int COLUMN_COUNT = 30;
  private static final String COPY =
      "copy ledger_entry (" + COLUMNS + ") from stdin with (format binary)";

  private LedgerTable() {}

  /**
   * Adds the entries that these rows hold.
   *
   * @throws JournalUnreadable if an entry's hash is not that of its canonical form
   */
  public static void project(Handle handle, List<JournalRow> rows) throws SQLException {
    BinaryRows copy = new BinaryRows();
    int entries = 0;
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfWallet wallet) {
        for (Recorded<WalletEvent> recorded : wallet.batch().recorded()) {
          Transaction transaction = recorded.event().transaction();
          if (transaction != null && !transaction.postings().isEmpty()) {
            entries += write(copy, row, transaction);
          }
        }
      }
    }
    if (entries == 0) {
      return;
    }
    try {
      handle.getConnection().unwrap(PGConnection.class).getCopyAPI().copyIn(COPY, copy.done());
    } catch (IOException e) {
      throw new SQLException("the entries could not be sent", e);
    }
  }

  private static int write(BinaryRows copy, JournalRow row, Transaction transaction) {
    byte[] metadata = MetadataJson.write(transaction.attribution().metadata());
    List<LedgerEntry> entries =
        LedgerEntry.of(row.entity().org(), row.entity().name(), transaction);
    for (LedgerEntry entry : entries) {
      byte[] hash = CanonicalEntry.sha256(entry.canonical());
      if (!Arrays.equals(hash, entry.posting().hash())) {
        throw new JournalUnreadable(
            "Entry %d of %s, in row %d, does not have the hash of what it says."
                .formatted(entry.posting().sequence(), row.entity(), row.sequence()),
            null);
      }
      write(copy, entry, metadata);
    }
    return entries.size();
  }

  private static void write(BinaryRows copy, LedgerEntry entry, byte[] metadata) {
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution attribution = transaction.attribution();
    Subject subject = attribution.subject();
    copy.row(COLUMN_COUNT);
    copy.text(entry.org());
    copy.text(entry.wallet());
    copy.bigint(posting.sequence());
    copy.text(entry.entryId());
    copy.text(transaction.id());
    copy.timestamptz(transaction.postedAt());
    copy.text(posting.type().word());
    copy.text(transaction.creditType());
    copy.bigint(posting.amount().micros());
    copy.bigint(posting.balance().micros());
    copy.bigint(posting.debt().micros());
    copy.text(posting.grant());
    copy.text(transaction.reservation());
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
