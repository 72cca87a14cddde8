package dev.bursar.node;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaitsTest {

  private static Config config(String overrides) {
    return ConfigFactory.parseString(overrides)
        .withFallback(ConfigFactory.parseResources("bursar.conf"))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  @Test
  void thoseThatComeWithItFit() {
    assertThatCode(() -> Waits.check(config(""))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bursar.limits.settled-within = 8s | settled-within is 8000 ms, and bursar.limits.ask-timeout is 8000 ms: less",
        "bursar.limits.ask-timeout = 4s | settled-within is 5000 ms",
        "bursar.limits.ask-timeout = 9s | query-timeout are 20000 ms together, and pekko.http.server.request-timeout is 20000 ms",
        "bursar.projections.query-timeout = 30s | are 38000 ms together",
        "bursar.projections.query-timeout = 9s | catch-up-timeout is 10000 ms, and bursar.projections.query-timeout is 9000 ms",
        "bursar.projections.scan-timeout = 47s | scan-timeout are 55000 ms together, and bursar.http.slow-request-timeout is 55000 ms",
        "bursar.limits.lease-acknowledge-within = 50s | lease-acknowledge-within are 58000 ms together",
        "bursar.http.slow-request-timeout = 10m | slow-request-timeout is 600000 ms, and pekko.http.server.idle-timeout is 600000 ms",
        "pekko.http.server.idle-timeout = 20s | request-timeout is 20000 ms, and pekko.http.server.idle-timeout",
      })
  void oneThatHasNoRoomIsRefused(String setting, String message) {
    assertThatThrownBy(() -> Waits.check(config(setting)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
