package dev.bursar.api.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.json.Times;
import dev.bursar.api.problem.Fault;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageEvent;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCursorTest {

  private static final Instant FROM = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-12-01T00:00:00Z");
  private static final UsageEvent.Key LAST = new UsageEvent.Key(FROM, new Place(7, 2));

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-01T00:00:00Z", "1960-01-01T00:00:00Z", "0000-01-01T00:00:00Z"})
  void isReadAsItWasWritten(String from) {
    Instant asked = Times.checked("from", from);
    EventCursor cursor = new EventCursor(new Asked.Stretch(asked, TO), LAST);
    assertThat(EventCursor.parse(cursor.text())).isEqualTo(cursor);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+1000000000-12-31T23:59:59.999999999Z",
        "+300000-01-01T00:00:00Z",
        "-4000-01-01T00:00:00Z",
        "yesterday"
      })
  void ofTimesThatNobodyCanAskForIsNone(String time) {
    assertThatThrownBy(() -> EventCursor.parse(FROM + " " + time + " " + LAST.text()))
        .isInstanceOf(Fault.class);
  }
}
