package dev.bursar.projections.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.projections.TestServer;
import dev.bursar.projections.journal.JournalPosition;
import dev.bursar.projections.journal.SliceRange;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far the read models are, as a node tells that does not project all of them itself. */
class ProgressTest {

  private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");
  private static final List<SliceRange> RANGES = SliceRange.divide(2);
  private static final String ORG = nameIn(RANGES.getFirst());
  private static final String OTHER = nameIn(RANGES.getLast());
  private static final long MINUTE = 60_000;

  private final Database database = Database.open(TestServer.fresh().withPoolSize(2));
  private final Jdbi jdbi = database.jdbi();
  private final List<RangeProgress> ranges = RANGES.stream().map(RangeProgress::new).toList();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private ActorSystem<Void> system;
  private Progress progress;

  @BeforeEach
  void start() {
    system = ActorSystem.create(Behaviors.empty(), "progress");
    progress =
        new Progress(
            system,
            jdbi,
            ranges,
            InstantSource.fixed(NOW),
            Duration.ofMillis(200),
            new FreshWaits(metrics, FreshWaits.For.READ_MODELS),
            Runnable::run);
  }

  @AfterEach
  void close() {
    system.terminate();
    await(system.getWhenTerminated());
    database.close();
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static String nameIn(SliceRange range) {
    return IntStream.range(0, 1_000)
        .mapToObj(i -> "org-" + i)
        .filter(range::contains)
        .findFirst()
        .orElseThrow();
  }

  /** A row that an org wrote some time ago. */
  private JournalPosition wrote(String org, int sequence, long agoMs) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    insert into event_journal (persistence_id, sequence_number, writer,
                      write_timestamp, event_ser_id, event_ser_manifest, event_payload)
                    values (:id, :sequence, '', (extract(epoch from now()) * 1000)::bigint - :ago,
                      1, '', '')
                    returning xid::text::bigint, ordering
                    """)
                .bind("id", EntityId.org(org).toString())
                .bind("sequence", sequence)
                .bind("ago", agoMs)
                .map((rs, context) -> new JournalPosition(rs.getLong(1), rs.getLong(2)))
                .one());
  }

  /** Whoever projects the range has stored this just now. */
  private void stored(SliceRange range, JournalPosition position) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "insert into range_position (slices, position) values (?, ?)",
                range.toString(),
                position.toString()));
  }

  @Test
  void anotherNodeIsAsFarBehindAsTheFirstRowThatIsLeft() {
    JournalPosition projected = wrote(ORG, 1, 20 * MINUTE);
    wrote(ORG, 2, 10 * MINUTE);
    wrote(ORG, 3, MINUTE);
    stored(RANGES.getFirst(), projected);
    Freshness found = progress.of(ORG);
    assertThat(found.lagMs()).isBetween(10 * MINUTE, 11 * MINUTE);
    assertThat(found.asOf()).isEqualTo(NOW.minusMillis(found.lagMs()));
    assertThat(progress.ofAll().lagMs()).isBetween(10 * MINUTE, 11 * MINUTE);
    // The other org's slice has nothing to project.
    assertThat(progress.of(OTHER)).isEqualTo(new Freshness(NOW, 0));
  }

  @Test
  void whatWasNeverProjectedIsAsOldAsItsFirstRow() {
    wrote(ORG, 1, 10 * MINUTE);
    assertThat(progress.of(ORG).lagMs()).isBetween(10 * MINUTE, 11 * MINUTE);
  }

  @Test
  void positionsOfAnotherDivisionCountToo() {
    stored(new SliceRange(0, 127), wrote(ORG, 1, 10 * MINUTE));
    assertThat(progress.of(ORG)).isEqualTo(new Freshness(NOW, 0));
  }

  @Test
  void whatStandsStillHoldsUpNobodyElse() {
    JournalPosition other = wrote(OTHER, 1, 0);
    stored(RANGES.getLast(), other);
    wrote(ORG, 1, MINUTE);
    ranges.getFirst().arrived();
    ranges.getFirst().failed("row 1 can't be read", null, true);
    await(progress.caughtUp(OTHER));
    assertThatThrownBy(() -> await(progress.caughtUp(ORG)))
        .hasCauseInstanceOf(CatchUpTimeout.class)
        .hasMessageContaining("row 1 can't be read");
    assertThatThrownBy(() -> await(progress.caughtUp()))
        .hasCauseInstanceOf(CatchUpTimeout.class)
        .hasMessageContaining("row 1 can't be read");
    assertThat(progress.of(ORG).lagMs()).isBetween(MINUTE, 2 * MINUTE);
  }

  private long waits(String result) {
    return metrics.get("bursar.fresh.wait").tag("result", result).timer().count();
  }

  @Test
  void howManyWaitAndHowManyDidInVainIsMeasured() {
    stored(RANGES.getLast(), wrote(OTHER, 1, 0));
    wrote(ORG, 1, MINUTE);
    await(progress.caughtUp(OTHER));
    assertThat(waits("fresh")).isEqualTo(1);
    assertThat(waits("behind")).isZero();

    CompletionStage<Void> waiting = progress.caughtUp(ORG);
    Gauge count = metrics.get("bursar.fresh.waiting").tag("for", "read_models").gauge();
    assertThat(count.value()).isEqualTo(1);
    assertThatThrownBy(() -> await(waiting)).hasCauseInstanceOf(CatchUpTimeout.class);
    assertThat(count.value()).isZero();
    assertThat(waits("fresh")).isEqualTo(1);
    assertThat(waits("behind")).isEqualTo(1);
  }

  @Test
  void whatStandsStillHereWithNothingLeftIsThereToSee() {
    JournalPosition last = wrote(ORG, 1, MINUTE);
    stored(RANGES.getFirst(), last);
    ranges.getFirst().arrived();
    ranges.getFirst().failed("the connection broke", null, true);
    await(progress.caughtUp(ORG));
    assertThat(progress.of(ORG)).isEqualTo(new Freshness(NOW, 0));
  }
}
