package dev.bursar.projections.journal;

import dev.bursar.domain.entity.Recorded;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The time of the nodes, by what they have written. */
public final class JournalTime {

  private JournalTime() {}

  /**
   * When the last event of the journal's last row of an org or a wallet happened; empty if there is
   * none.
   *
   * @throws JournalUnreadable if the row can't be read
   */
  public static Optional<Instant> last(Handle handle) {
    return JournalTable.last(handle).map(StoredRows::decoded).flatMap(JournalTime::of);
  }

  private static Optional<Instant> of(JournalRow row) {
    return switch (row) {
      case JournalRow.OfWallet it ->
          it.batch().recorded().stream().map(Recorded::event).map(e -> e.at()).reduce((a, b) -> b);
      case JournalRow.OfOrg it ->
          it.batch().recorded().stream().map(Recorded::event).map(e -> e.at()).reduce((a, b) -> b);
      case JournalRow.OfTeam it ->
          it.batch().recorded().stream().map(Recorded::event).map(e -> e.at()).reduce((a, b) -> b);
    };
  }
}
