package dev.bursar.projections.journal;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The last rows of an org's journal that are projected. */
public final class OrgRows {

  private OrgRows() {}

  /**
   * The reservations that ended in the rows from a sequence on.
   *
   * @param handle in a transaction that sees one moment
   * @param rowsMax how many rows are read at most
   * @return empty if there are more
   * @throws JournalUnreadable if one of them can't be read
   */
  public static Optional<List<String>> reservations(
      Handle handle, String org, long from, int rowsMax) {
    List<JournalTable.Stored> rows =
        JournalTable.projected(handle, EntityId.org(org), from, rowsMax + 1);
    if (rows.size() > rowsMax) {
      return Optional.empty();
    }
    List<String> reservations = new ArrayList<>();
    for (JournalTable.Stored stored : rows) {
      if (StoredRows.decoded(stored) instanceof JournalRow.OfOrg row) {
        row.batch()
            .recorded()
            .forEach(
                recorded -> {
                  switch (recorded.event()) {
                    case OrgEvent.ReservationSettled e ->
                        reservations.add(e.closure().reservation());
                    case OrgEvent.ReservationDenied e -> reservations.add(e.plan().reservation());
                    case OrgEvent other -> {}
                  }
                });
      }
    }
    return Optional.of(reservations);
  }
}
