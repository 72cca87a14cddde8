package dev.bursar.projections.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How PostgreSQL means to find what users of one org used in some days, among many. */
final class UserDaysPlanTest {

  private static final String ROWS =
      """
      insert into usage_user_day (org, day, user_id, id, team, departments, credit_type, credits,
        requests, denied, meters)
      select case when u < 10 then 'acme' else 'other' end, date '2026-01-01' + d, 'user-' || u,
        gen_random_uuid(), 'team', '{}', 'platform', 1, 1, 0, '{}'
      from generate_series(0, 30) d, generate_series(1, 1000) u
      """;

  private static Database database;

  @BeforeAll
  static void fill() {
    database = Database.open(TestServer.fresh());
    database
        .jdbi()
        .useHandle(
            handle -> {
              TestPartitions.make(handle, Instant.parse("2026-01-01T00:00:00Z"), "usage_user_day");
              handle.execute(ROWS);
              handle.execute("analyze usage_user_day_2026_01");
            });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  private static String plan(Map<Dimension, String> filter) {
    Coverage coverage =
        Coverage.byDays(
            List.of(
                new Span(
                    Instant.parse("2026-01-02T00:00:00Z"), Instant.parse("2026-01-30T00:00:00Z"))));
    return database
        .jdbi()
        .withHandle(
            handle ->
                String.join(
                    "\n",
                    new Summed(
                            handle,
                            "acme",
                            filter,
                            List.of(Dimension.USER),
                            SummedNames.NONE,
                            1_000)
                        .ofUsers("explain ", "sum(d.credits)", "", "", "", coverage.days())
                        .mapTo(String.class)
                        .list()));
  }

  @Test
  void eachDayOfAnOrgIsFoundByItsIndex() {
    assertThat(plan(Map.of()))
        .contains("usage_user_day_2026_01_pkey")
        .containsPattern("Index Cond: .*org = .*day = ")
        .doesNotContain("Seq Scan");
  }

  @Test
  void aUserIsFoundInEachDayByItsIndex() {
    assertThat(plan(Map.of(Dimension.USER, "user-7")))
        .contains("usage_user_day_2026_01_pkey")
        .containsPattern("Index Cond: .*org = .*day = .*user_id = ")
        .doesNotContain("Seq Scan");
  }
}
