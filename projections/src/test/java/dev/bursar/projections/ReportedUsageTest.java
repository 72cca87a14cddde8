package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.ledger.ReadModelsBehind;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Usage that was reported after it ran, in the read models and to the verification. */
class ReportedUsageTest {

  private static final Duration LAG_MAX = Duration.ofMinutes(1);

  private final DatabaseSettings settings = TestServer.fresh();
  private final Database database = Database.open(settings);
  private final JournalWriter journal = new JournalWriter(database.jdbi());
  private final OrgWorld acme = new OrgWorld("acme", journal, 5).founded();
  private final List<Reported> events = new ArrayList<>();
  private ReadSide readSide;

  /** Five days, in which there is always something reported of the days before. */
  @BeforeEach
  void live() {
    for (int day = 0; day < 5; day++) {
      for (int hour = 0; hour < 24; hour++) {
        acme.live(3, Duration.ofMinutes(40));
        Instant ran = acme.now().minus(Duration.ofHours(hour * 4L));
        Reported event = new Reported("/gateway", "e" + events.size(), ran);
        assertThat(acme.report(event)).isTrue();
        events.add(event);
      }
    }
    acme.tellLater();
    journal.flush();
    readSide = new ReadSide(settings, new NoEntities(), InstantSource.system(), "");
    readSide.caughtUp();
  }

  @AfterEach
  void close() {
    readSide.close();
    database.close();
  }

  @Test
  void whatWasReportedIsKnownForGoodAndNothingElseIs() {
    ReportedEvents reported = readSide.projections.reported(InstantSource.system(), LAG_MAX);
    assertThat(ReadSide.await(reported.onRecord("acme", events))).hasSize(120).containsOnly(true);
    Reported first = events.getFirst();
    assertThat(
            ReadSide.await(
                reported.onRecord(
                    "acme",
                    List.of(
                        new Reported(first.source(), "e", first.happenedAt()),
                        new Reported("/gatewaye", "0", first.happenedAt()),
                        new Reported(first.source(), first.id(), Instant.EPOCH)))))
        .containsExactly(false, false, true);
    assertThat(ReadSide.await(reported.onRecord("other", events))).containsOnly(false);
  }

  @Test
  void whatMightBeMissingIsNotAnswered() {
    InstantSource later = () -> Instant.now().plus(LAG_MAX).plusSeconds(60);
    ReportedEvents reported = readSide.projections.reported(later, LAG_MAX);
    assertThatThrownBy(() -> ReadSide.await(reported.onRecord("acme", events)))
        .hasCauseInstanceOf(ReadModelsBehind.class);
  }

  @Test
  void theVerificationCountsWhatWasReportedWhereItRan() {
    var report =
        new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction()).run(c -> {});
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.isClean()).isTrue();
  }
}
