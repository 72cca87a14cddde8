package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table and whoever verifies it agree on which request a denial is of. */
class NameUsedAgainTest {

  private static final Instant START = Instant.parse("2026-03-02T12:00:00Z");

  private final DatabaseSettings settings = TestServer.fresh();

  @ParameterizedTest
  @ValueSource(strings = {"", "bursar.projections.page-rows-max = 1"})
  void aDenialForTheSameTimeIsOfTheSameRequest(String pages) {
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      UsageWorld world = new UsageWorld("acme", journal, 3, START).live(60, Duration.ofMinutes(1));
      UsageWorld.Made open =
          world.made.stream().filter(made -> made.outcome == null).findFirst().orElseThrow();
      world.deniedAnew(open, world.now().plusSeconds(60));
      journal.flush();
      try (ReadSide side =
          new ReadSide(settings, new NoEntities(), InstantSource.system(), pages)) {
        side.caughtUp();
      }
      List<String> outcomes =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery(
                              "select outcome from usage_event where reservation = :reservation")
                          .bind("reservation", open.plan.reservation())
                          .mapTo(String.class)
                          .list());
      assertThat(outcomes).containsExactly("denied");
      assertThat(
              new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
                  .run(counts -> {})
                  .discrepancies())
          .filteredOn(each -> each.kind().name().equals("USAGE"))
          .isEmpty();
    }
  }
}
