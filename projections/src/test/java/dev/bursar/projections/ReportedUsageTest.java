package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.projections.progress.ReadQueries;
import dev.bursar.projections.usage.JdbcReportedEvents;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Usage that was reported after it ran, in the read models and to the verification. */
class ReportedUsageTest {

  private static final int REPORTS = 32;

  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final List<Reported> EVENTS = new ArrayList<>();
  private static final Question EVERYTHING =
      new Question(
          Instant.parse("2020-01-01T00:00:00Z"),
          Instant.parse("2030-01-01T00:00:00Z"),
          Map.of(),
          List.of(),
          null,
          ZoneOffset.UTC);
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
    ReportedEvents reported = readSide.projections.reported();
    assertThat(ReadSide.await(reported.onRecord("acme", EVENTS)).onRecord())
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
                            new Reported(first.source(), first.id(), Instant.EPOCH))))
                .onRecord())
        .containsExactly(false, false, true);
    var other = ReadSide.await(reported.onRecord("other", EVENTS));
    assertThat(other.onRecord()).containsOnly(false);
    assertThat(other.through()).isZero();
  }

  @Test
  void itIsToldUpToWhichRowOfTheOrgsJournalThatIsComplete() {
    long last =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "select max(sequence_number) from event_journal where persistence_id = 'org|acme'")
                        .mapTo(Long.class)
                        .one());
    assertThat(last).isPositive();
    assertThat(ReadSide.await(readSide.projections.reported().onRecord("acme", EVENTS)).through())
        .isEqualTo(last);
  }

  /** Each question waits for a lock here, as one at a large table waits for the disk. */
  @Test
  void whatIsReportedWaitsForNobodysQuestions() {
    DatabaseTimeouts patient =
        new DatabaseTimeouts(
            Duration.ofSeconds(90),
            Duration.ofSeconds(90),
            Duration.ZERO,
            Duration.ofSeconds(120),
            Duration.ofSeconds(4));
    String oneAtATime = "bursar.projections { queries-max = 1, query-timeout = 90s }";
    List<String> done = new CopyOnWriteArrayList<>();
    try (ReadSide small =
        new ReadSide(
            SETTINGS.withTimeouts(patient), new NoEntities(), InstantSource.system(), oneAtATime)) {
      small.caughtUp();
      CompletionStage<Void> asked =
          DATABASE
              .jdbi()
              .inTransaction(
                  handle -> {
                    handle.execute("lock table usage_day in access exclusive mode");
                    CompletionStage<Void> question =
                        small
                            .projections
                            .usage()
                            .usage("acme", EVERYTHING, false)
                            .thenAccept(any -> done.add("question"));
                    ReadSide.await(
                        small
                            .projections
                            .reported()
                            .onRecord("acme", EVENTS)
                            .thenAccept(any -> done.add("report")));
                    return question;
                  });
      ReadSide.await(asked);
    }
    assertThat(done).containsExactly("report", "question");
  }

  /** As the projection has it, so the look-up: nothing of a row that is not wholly taken in. */
  @Test
  void whatIsNotProjectedYetIsNeitherKnownNorClaimedToBe() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings.withPoolSize(2))) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      OrgWorld acme = new OrgWorld("acme", journal, 6).founded();
      Reported event = new Reported("/gateway", "e1", acme.now());
      assertThat(acme.report(event)).isTrue();
      journal.flush();
      try (ReadQueries queries = new ReadQueries(database.jdbi(), Duration.ofSeconds(5), 1, 1)) {
        assertThat(ReadSide.await(new JdbcReportedEvents(queries).onRecord("acme", List.of(event))))
            .isEqualTo(new ReportedEvents.Known(List.of(false), 0));
      }
    }
  }

  @Test
  void theVerificationCountsWhatWasReportedWhereItRan() {
    var report =
        new Verification(SETTINGS, OrgWorld.GRACE, OrgWorld.LATENESS.correction()).run(c -> {});
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.isClean()).isTrue();
  }
}
