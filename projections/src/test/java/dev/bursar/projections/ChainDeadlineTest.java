package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.usage.Unanswerable;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** A ledger is not read on for somebody who waits no longer. */
class ChainDeadlineTest {

  @Test
  void aLedgerThatTakesTooLongToReadIsGivenUpAndItIsSaidWhatElseThereIs() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING))) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      new OrgWorld("acme", journal, 7).founded().live(50);
      journal.flush();
      try (ReadSide side =
              new ReadSide(
                  settings,
                  new NoEntities(),
                  InstantSource.system(),
                  "bursar.projections.scan-timeout = 2s");
          Handle holder = database.jdbi().open()) {
        side.caughtUp();
        LedgerQueries ledger = side.projections.ledger();
        assertThat(ReadSide.await(ledger.chain("acme", "main", 10)).violations()).isEmpty();
        holder.begin();
        holder.execute("lock table ledger_entry in access exclusive mode");
        Throwable late =
            catchThrowable(() -> ledger.chain("acme", "main", 10).toCompletableFuture().join());
        assertThat(late).hasRootCauseInstanceOf(Unanswerable.class);
        assertThat(late.getCause()).hasMessageContaining("exported and audited");
        holder.rollback();
        assertThat(ReadSide.await(ledger.chain("acme", "main", 10)).violations()).isEmpty();
      }
    }
  }
}
