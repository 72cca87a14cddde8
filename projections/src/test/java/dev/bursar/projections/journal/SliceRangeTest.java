package dev.bursar.projections.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.TestServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which slices there are, and where each range goes on. */
class SliceRangeTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 127, 128})
  void rangesCoverAllSlicesOnce(int count) {
    List<SliceRange> ranges = SliceRange.divide(count);
    assertThat(ranges).hasSize(count);
    int next = 0;
    for (SliceRange range : ranges) {
      assertThat(range.from()).isEqualTo(next);
      assertThat(SliceRange.parse(range.toString())).isEqualTo(range);
      next = range.to() + 1;
    }
    assertThat(next).isEqualTo(SliceRange.SLICES);
  }

  @Test
  void refusesTooFewAndTooMany() {
    assertThatThrownBy(() -> SliceRange.divide(0)).hasMessageContaining("1 to 128");
    assertThatThrownBy(() -> SliceRange.divide(129)).hasMessageContaining("1 to 128");
  }

  @Test
  void agreesWithTheDatabaseOnEverySlice() {
    try (Database database = Database.open(TestServer.fresh())) {
      for (String org : List.of("acme", "a|b", "ü \\ %", "x".repeat(255), "…", "\\x41")) {
        int slice =
            database
                .jdbi()
                .withHandle(
                    handle ->
                        handle
                            .createQuery(
                                """
                                insert into event_journal (persistence_id, sequence_number, writer,
                                  event_ser_id, event_ser_manifest, event_payload)
                                values (:id, 1, '', 1, '', '') returning slice
                                """)
                            .bind("id", EntityId.wallet(org, "main").toString())
                            .mapTo(Integer.class)
                            .one());
        assertThat(SliceRange.sliceOf(org)).as(org).isEqualTo(slice);
      }
    }
  }
}
