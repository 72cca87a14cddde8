package dev.bursar.projections.ledger;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import dev.bursar.projections.export.Parts;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The entries of a wallet that pass a filter, up to the last of those that there are at first. */
final class EntryParts implements Parts<LedgerEntry> {

  private static final int ROWS_MAX = 1_000;
  private static final long UNKNOWN = -1;

  private final String org;
  private final String wallet;
  private final Filter filter;
  private final int entriesMax;
  private long after;
  private long last = UNKNOWN;

  /**
   * @param entriesMax how many entries a part looks through: few may pass the filter
   */
  EntryParts(String org, String wallet, Filter filter, int entriesMax) {
    this.org = org;
    this.wallet = wallet;
    this.filter = filter;
    this.entriesMax = entriesMax;
  }

  @Override
  public Optional<List<LedgerEntry>> next(Handle handle) {
    if (last == UNKNOWN) {
      last =
          filter.to() == null
              ? LedgerTimes.last(handle, org, wallet)
              : LedgerTimes.firstAt(handle, org, wallet, filter.to()) - 1;
      after =
          filter.from() == null ? 0 : LedgerTimes.firstAt(handle, org, wallet, filter.from()) - 1;
    }
    if (after >= last) {
      return Optional.empty();
    }
    long through = Math.min(last, after + entriesMax);
    List<LedgerEntry> rows = EntryPages.read(handle, org, wallet, filter, after, through, ROWS_MAX);
    after = rows.size() == ROWS_MAX ? rows.getLast().posting().sequence() : through;
    return Optional.of(rows);
  }
}
