package dev.bursar.projections.journal;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
      case JournalRow.OfWallet it -> last(it.batch(), WalletEvent::at);
      case JournalRow.OfOrg it -> last(it.batch(), OrgEvent::at);
      case JournalRow.OfTeam it -> last(it.batch(), TeamEvent::at);
    };
  }

  private static <E> Optional<Instant> last(Batch<E> batch, Function<E, Instant> at) {
    List<Recorded<E>> recorded = batch.recorded();
    return recorded.isEmpty()
        ? Optional.empty()
        : Optional.of(at.apply(recorded.getLast().event()));
  }
}
