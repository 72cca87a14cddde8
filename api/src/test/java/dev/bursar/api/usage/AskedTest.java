package dev.bursar.api.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.http.Queries;
import dev.bursar.api.problem.Fault;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskedTest {

  /** Where clocks are changed at midnight, a day or a month may begin at one, or twice. */
  @ParameterizedTest
  @CsvSource({
    "UTC, 2026-04-24T12:00:00Z, 2026-04-01T00:00:00Z",
    "Africa/Cairo, 2026-04-24T12:00:00Z, 2026-03-31T22:00:00Z",
    "Africa/Cairo, 2026-04-23T22:30:00Z, 2026-03-31T22:00:00Z",
    "America/Havana, 2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z",
    "America/Havana, 2026-11-20T12:00:00Z, 2026-11-01T04:00:00Z",
    "Asia/Beirut, 2026-03-29T12:00:00Z, 2026-02-28T22:00:00Z"
  })
  void withoutAStartItIsThisMonthFromItsFirstInstantOn(String zone, Instant now, Instant start) {
    assertThat(Asked.stretch(Queries.of(""), now, ZoneId.of(zone)).from()).isEqualTo(start);
  }

  @Test
  void whatIsWrongIsTheTimeThatWasSent() {
    Instant now = Instant.parse("2026-04-24T12:00:00Z");
    assertThatThrownBy(
            () -> Asked.stretch(Queries.of("to=2026-01-01T00:00:00Z", "to"), now, ZoneOffset.UTC))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.problem().field()).isEqualTo("to");
              assertThat(fault.problem().detail()).contains("is before 2026-04-01T00:00:00Z");
            });
    assertThatThrownBy(
            () ->
                Asked.stretch(
                    Queries.of("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from", "to"),
                    now,
                    ZoneOffset.UTC))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.problem().field()).isEqualTo("from"));
  }
}
