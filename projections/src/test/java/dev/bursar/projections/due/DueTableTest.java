package dev.bursar.projections.due;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.TestServer;
import dev.bursar.projections.journal.JournalRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The due times stay at or before the truth, whoever writes them and when. */
class DueTableTest {

  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final EntityId WALLET = EntityId.wallet("acme", "main");

  private final Database database = Database.open(TestServer.fresh());
  private final Jdbi jdbi = database.jdbi();
  private final AtomicReference<Instant> now = new AtomicReference<>(T0);
  private final DueTimes times = new DueTimes(now::get, Duration.ofSeconds(5), 100);
  private final DueTable table = new DueTable(jdbi);
  private long sequence;

  @AfterEach
  void close() {
    database.close();
  }

  private static Instant at(long seconds) {
    return T0.plusSeconds(seconds);
  }

  private void projects(@Nullable Instant... nextDues) {
    List<JournalRow> rows = new ArrayList<>();
    for (Instant next : nextDues) {
      rows.add(
          new JournalRow.OfWallet(WALLET, new Batch<>(++sequence, new byte[32], next, List.of())));
    }
    jdbi.useTransaction(handle -> times.project(handle, rows));
  }

  private List<DueTable.Due> due(long seconds) {
    return table.page(at(seconds), null, 10);
  }

  private long version() {
    return due(1_000_000).getFirst().version();
  }

  @Test
  void theLastRowOfAPageSaysWhatIsDue() {
    projects(at(100), at(50), at(300));
    assertThat(due(299)).isEmpty();
    assertThat(due(300)).extracting(DueTable.Due::entity).containsExactly(WALLET.toString());
    projects(at(50), null);
    assertThat(due(299)).isEmpty();
  }

  @Test
  void anEarlierTimeIsWrittenAndALaterOneIsNot() {
    projects(at(100));
    projects(at(50));
    assertThat(due(50)).hasSize(1);
    long version = version();
    projects(at(70));
    assertThat(due(50)).hasSize(1);
    assertThat(version()).as("nothing was written").isEqualTo(version);
  }

  @Test
  void whatMayBeDueByNowIsWrittenAgainSinceItMayHaveBeenMoved() {
    projects(at(100));
    now.set(at(100));
    assertThat(table.move(due(100).getFirst(), at(500))).isTrue();
    projects(at(200));
    assertThat(due(200)).hasSize(1);
    assertThat(due(199)).isEmpty();
  }

  @Test
  void aTimeThatWasWrittenWhileTheWalletWasWokenIsNotLost() {
    projects(at(100));
    now.set(at(100));
    DueTable.Due seen = due(100).getFirst();
    // The wallet is woken, and says 500; before that is written, it holds until 200.
    projects(at(200));
    assertThat(table.move(seen, at(500))).isFalse();
    assertThat(table.move(seen, null)).isFalse();
    assertThat(due(200)).hasSize(1);
  }

  @Test
  void aWalletWithNothingToDoIsTakenOut() {
    projects(at(100));
    assertThat(table.page(at(99), null, 1)).isEmpty();
    assertThat(table.page(at(100), null, 1)).hasSize(1);
    assertThat(table.move(due(100).getFirst(), null)).isTrue();
    assertThat(table.page(at(1_000), null, 1)).isEmpty();
  }
}
