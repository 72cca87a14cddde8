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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Usage that was reported after it ran, in the read models and to the verification. */
class ReportedUsageTest {

  private static final int REPORTS = 32;
  private static final Duration LAG_MAX = Duration.ofMinutes(1);

  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final List<Reported> EVENTS = new ArrayList<>();
  private static ReadSide readSide;

  /** Two days, in which there is always something reported of up to four days before. */
  @BeforeAll
  static void live() {
    OrgWorld acme = new OrgWorld("acme", JOURNAL, 5).founded();
    for (int i = 0; i < REPORTS; i++) {
      acme.live(3, Duration.ofHours(1));
      Instant ran = acme.now().minus(Duration.ofHours(3L * i));
      Reported event = new Reported("/gateway", "e" + i, ran);
      assertThat(acme.report(event)).isTrue();
      EVENTS.add(event);
    }
    acme.tellLater();
    JOURNAL.flush();
    readSide = new ReadSide(SETTINGS, new NoEntities(), InstantSource.system(), "");
    readSide.caughtUp();
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  @Test
  void whatWasReportedIsKnownForGoodAndNothingElseIs() {
    ReportedEvents reported = readSide.projections.reported(InstantSource.system(), LAG_MAX);
    assertThat(ReadSide.await(reported.onRecord("acme", EVENTS)))
        .hasSize(REPORTS)
        .containsOnly(true);
    Reported first = EVENTS.getFirst();
    assertThat(
            ReadSide.await(
                reported.onRecord(
                    "acme",
                    List.of(
                        new Reported(first.source(), "e", first.happenedAt()),
                        new Reported("/gatewaye", "0", first.happenedAt()),
                        new Reported(first.source(), first.id(), Instant.EPOCH)))))
        .containsExactly(false, false, true);
    assertThat(ReadSide.await(reported.onRecord("other", EVENTS))).containsOnly(false);
  }

  @Test
  void whatMightBeMissingIsNotAnswered() {
    InstantSource later = () -> Instant.now().plus(LAG_MAX).plusSeconds(60);
    ReportedEvents reported = readSide.projections.reported(later, LAG_MAX);
    assertThatThrownBy(() -> ReadSide.await(reported.onRecord("acme", EVENTS)))
        .hasCauseInstanceOf(ReadModelsBehind.class);
  }

  @Test
  void theVerificationCountsWhatWasReportedWhereItRan() {
    var report =
        new Verification(SETTINGS, OrgWorld.GRACE, OrgWorld.LATENESS.correction()).run(c -> {});
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.isClean()).isTrue();
  }
}
