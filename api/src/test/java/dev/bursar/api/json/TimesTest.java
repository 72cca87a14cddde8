package dev.bursar.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.problem.Fault;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          2026-11-29T06:30:00Z,                      2026-11-29T06:30:00Z
          2026-11-29t06:30:00.5z,                    2026-11-29T06:30:00.500Z
          2026-11-29T06:30:00.123456789012345678Z,   2026-11-29T06:30:00.123456Z
          2026-11-29T06:30:00+05:30,                 2026-11-29T01:00:00Z
          2026-12-31T23:59:60Z,                      2026-12-31T23:59:59Z
          2026-12-31T23:59:60.5Z,                    2026-12-31T23:59:59.500Z
          2026-12-31T15:59:60-08:00,                 2026-12-31T23:59:59Z
          """)
  void aTimeIsCutToMicroseconds(String text, Instant expected) {
    assertThat(Times.checked("time", text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-29T06:30Z",
        "2026-11-29T06:30:00",
        "2026-11-29T06:30:001Z",
        "2026-11-29T06:30:00.Z",
        "2026-02-30T06:30:00Z",
        "2026-11-29T06:30:60Z",
        "2026-11-29T23:59:60+01:00",
        "2026-11-29T23:59:61Z",
        "20260-11-29T06:30:00Z",
        "0000-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00"
      })
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> Times.checked("time", text)).isInstanceOf(Fault.class);
  }
}
