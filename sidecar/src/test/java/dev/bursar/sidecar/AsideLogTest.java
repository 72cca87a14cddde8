package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AsideLogTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final AsideLog log = new AsideLog();
  private final LogSeen seen = new LogSeen(AsideLog.class);

  @AfterEach
  void stop() {
    seen.close();
  }

  private List<String> said() {
    return seen.all(it -> it.getFormattedMessage() + " " + it.getKeyValuePairs());
  }

  @Test
  void anOrgIsNamedAtOnceThenOnceAMinuteAndWhenAllOfItIsReported() {
    // when
    for (int second = 0; second <= 60; second++) {
      log.setAside("acme", 2, "u" + second, "no_answer", true, second * SECOND);
    }
    log.over("acme", 121);
    // then
    assertThat(said()).hasSize(2);
    assertThat(said().get(0)).contains("is set aside", "acme", "uses=\"2\"", "no_answer");
    assertThat(said().get(1)).contains("is set aside", "acme", "uses=\"120\"");
    log.over("acme", 1);
    assertThat(said()).hasSize(3);
    assertThat(said().get(2)).contains("nothing that was set aside is left", "uses=\"122\"");
  }

  @Test
  void whatIsNoFaultIsSaidOnlyWithWhatIs() {
    log.setAside("acme", 1, "u1", "lease_busy", false, 0);
    log.over("acme", 1);
    log.over("earlier", 5);
    assertThat(said()).isEmpty();
    log.setAside("acme", 1, "u1", "lease_busy", false, 0);
    log.setAside("acme", 1, "u2", "no_answer", true, 0);
    assertThat(said()).hasSize(1);
    assertThat(said().getFirst()).contains("uses=\"2\"");
  }
}
