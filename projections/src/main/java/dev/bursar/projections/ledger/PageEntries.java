package dev.bursar.projections.ledger;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.journal.SliceRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The ledger entries that a page of the journal holds. */
public final class PageEntries {

  private PageEntries() {}

  /**
   * The entries of these rows, in their order.
   *
   * @throws JournalUnreadable if an entry's hash is not that of its canonical form
   */
  public static List<LedgerEntry> of(List<JournalRow> rows) {
    List<LedgerEntry> all = new ArrayList<>();
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfWallet wallet) {
        for (Recorded<WalletEvent> recorded : wallet.batch().recorded()) {
          Transaction transaction = recorded.event().transaction();
          if (transaction != null && !transaction.postings().isEmpty()) {
            add(row, transaction, all);
          }
        }
      }
    }
    return all;
  }

  private static void add(JournalRow row, Transaction transaction, List<LedgerEntry> all) {
    for (LedgerEntry entry : LedgerEntry.of(row.entity().org(), row.entity().name(), transaction)) {
      byte[] hash = CanonicalEntry.sha256(entry.canonical());
      if (!Arrays.equals(hash, entry.posting().hash())) {
        throw new JournalUnreadable(
            "Entry %d of %s, in row %d, does not have the hash of what it says."
                .formatted(entry.posting().sequence(), row.entity(), row.sequence()),
            SliceRange.sliceOf(row.entity().org()),
            null);
      }
      all.add(entry);
    }
  }
}
