package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.operation.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A sidecar's keys tell no time, since its clock may be wrong. Who has heard nothing asks again: it
 * is told of the same lease while the org remembers the key, and gets another one after that; the
 * first ends by itself.
 */
final class LeasedAgainTest {

  private static final int REMEMBERED = 8;

  @ParameterizedTest
  @CsvSource({"2, true", "12, false"})
  void whoAsksAgainHasTheSameLeaseWhileItsKeyIsRemembered(int between, boolean same) {
    List<String> leases = new ArrayList<>();
    Stage.History history =
        new Stage.History(
            REMEMBERED,
            stage -> {
              leases.add(leased(stage, (byte) 1));
              for (int i = 0; i < between; i++) {
                String key = "other-" + i;
                stage.reserve(key, true);
                stage.runUntil(() -> stage.told.containsKey(key));
              }
              leases.add(leased(stage, (byte) 2));
            });
    assertThat(history.play(Tampering.NONE)).isEmpty();
    assertThat(leases.getFirst().equals(leases.getLast())).isEqualTo(same);
  }

  private static String leased(Stage stage, byte salt) {
    stage.told.remove("sidecar-1");
    stage.lease("sidecar-1", salt);
    stage.runUntil(() -> stage.told.containsKey("sidecar-1"));
    Answer<Decided> told = Objects.requireNonNull(stage.told.get("sidecar-1"));
    return ((Decided.Allowed) ((Answer.Done<Decided>) told).value()).plan().reservation();
  }
}
