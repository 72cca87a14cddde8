package dev.bursar.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class WindowKindTest {

  private static final Instant FROM = Instant.parse("1970-01-02T00:00:00Z");
  private static final Instant TO = Instant.parse("2040-01-01T00:00:00Z");

  /** Where the clock was or is changed at midnight, by half an hour or by a day. */
  private static final List<String> ODD_ZONES =
      List.of(
          "America/Havana",
          "America/Sao_Paulo",
          "America/St_Johns",
          "Asia/Beirut",
          "Asia/Gaza",
          "Asia/Kathmandu",
          "Asia/Pyongyang",
          "Australia/Lord_Howe",
          "Pacific/Apia");

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # kind, zone,              anchor, start,                  end
          MINUTE,  UTC,                 1,   2024-01-01T00:00:00Z,   2024-01-01T00:01:00Z
          HOUR,    UTC,                 1,   2024-01-01T00:00:00Z,   2024-01-01T01:00:00Z
          HOUR,    Asia/Kolkata,        1,   2024-01-01T10:30:00Z,   2024-01-01T11:30:00Z
          HOUR,    Asia/Kathmandu,      1,   2024-01-01T10:15:00Z,   2024-01-01T11:15:00Z
          DAY,     UTC,                 1,   2024-02-29T00:00:00Z,   2024-03-01T00:00:00Z
          DAY,     Asia/Kolkata,        1,   2023-12-31T18:30:00Z,   2024-01-01T18:30:00Z
          # 23 hours
          DAY,     Europe/Berlin,       1,   2024-03-30T23:00:00Z,   2024-03-31T22:00:00Z
          DAY,     America/New_York,    1,   2024-03-10T05:00:00Z,   2024-03-11T04:00:00Z
          # 25 hours
          DAY,     Europe/Berlin,       1,   2024-10-26T22:00:00Z,   2024-10-27T23:00:00Z
          DAY,     America/New_York,    1,   2024-11-03T04:00:00Z,   2024-11-04T05:00:00Z
          # the hour that comes twice is two hours
          HOUR,    Europe/Berlin,       1,   2024-10-27T00:00:00Z,   2024-10-27T01:00:00Z
          HOUR,    Europe/Berlin,       1,   2024-10-27T01:00:00Z,   2024-10-27T02:00:00Z
          # midnight is skipped: the day begins at one o'clock
          DAY,     America/Sao_Paulo,   1,   2018-11-03T03:00:00Z,   2018-11-04T03:00:00Z
          DAY,     America/Sao_Paulo,   1,   2018-11-04T03:00:00Z,   2018-11-05T02:00:00Z
          # midnight comes twice
          DAY,     America/Havana,      1,   2024-11-03T04:00:00Z,   2024-11-04T05:00:00Z
          # a minute after midnight the clock is set back into the day before
          DAY,     America/St_Johns,    1,   2010-11-07T02:30:00Z,   2010-11-08T03:30:00Z
          # a whole day is skipped
          DAY,     Pacific/Apia,        1,   2011-12-29T10:00:00Z,   2011-12-30T10:00:00Z
          DAY,     Pacific/Apia,        1,   2011-12-30T10:00:00Z,   2011-12-31T10:00:00Z
          # the clock is set back by half an hour
          HOUR,    Australia/Lord_Howe, 1,   2024-04-06T14:00:00Z,   2024-04-06T15:00:00Z
          HOUR,    Australia/Lord_Howe, 1,   2024-04-06T15:00:00Z,   2024-04-06T15:30:00Z
          WEEK,    UTC,                 1,   2024-01-01T00:00:00Z,   2024-01-08T00:00:00Z
          WEEK,    UTC,                 3,   2024-01-03T00:00:00Z,   2024-01-10T00:00:00Z
          WEEK,    UTC,                 7,   2023-12-31T00:00:00Z,   2024-01-07T00:00:00Z
          WEEK,    Europe/Berlin,       1,   2024-03-24T23:00:00Z,   2024-03-31T22:00:00Z
          MONTH,   UTC,                 1,   2024-02-01T00:00:00Z,   2024-03-01T00:00:00Z
          MONTH,   America/New_York,    1,   2024-03-01T05:00:00Z,   2024-04-01T04:00:00Z
          MONTH,   UTC,                15,   2023-12-15T00:00:00Z,   2024-01-15T00:00:00Z
          # an anchor on the 31st does not drift
          MONTH,   UTC,                31,   2023-12-31T00:00:00Z,   2024-01-31T00:00:00Z
          MONTH,   UTC,                31,   2024-01-31T00:00:00Z,   2024-02-29T00:00:00Z
          MONTH,   UTC,                31,   2024-02-29T00:00:00Z,   2024-03-31T00:00:00Z
          MONTH,   UTC,                31,   2024-03-31T00:00:00Z,   2024-04-30T00:00:00Z
          MONTH,   UTC,                31,   2023-01-31T00:00:00Z,   2023-02-28T00:00:00Z
          MONTH,   UTC,                29,   2023-02-28T00:00:00Z,   2023-03-29T00:00:00Z
          MONTH,   UTC,                30,   2024-02-29T00:00:00Z,   2024-03-30T00:00:00Z
          QUARTER, UTC,                 1,   2024-04-01T00:00:00Z,   2024-07-01T00:00:00Z
          QUARTER, UTC,                15,   2024-01-15T00:00:00Z,   2024-04-15T00:00:00Z
          QUARTER, UTC,                31,   2024-04-30T00:00:00Z,   2024-07-31T00:00:00Z
          YEAR,    UTC,                 1,   2024-01-01T00:00:00Z,   2025-01-01T00:00:00Z
          YEAR,    UTC,                31,   2023-01-31T00:00:00Z,   2024-01-31T00:00:00Z
          """)
  void eachInstantOfAWindowIsInIt(
      WindowKind kind, String zone, int anchorDay, Instant start, Instant end) {
    Window window = new Window(start, end);
    ZoneId where = ZoneId.of(zone);
    Instant last = end.minus(1, ChronoUnit.MICROS);
    long length = ChronoUnit.MICROS.between(start, end);
    for (long at = 0; at < length; at += Math.max(1, length / 97)) {
      assertThat(kind.containing(start.plus(at, ChronoUnit.MICROS), where, anchorDay))
          .isEqualTo(window);
    }
    assertThat(kind.containing(last, where, anchorDay)).isEqualTo(window);
    assertThat(kind.containing(end, where, anchorDay).start()).isEqualTo(end);
    assertThat(kind.containing(start.minus(1, ChronoUnit.MICROS), where, anchorDay).end())
        .isEqualTo(start);
  }

  @Test
  void aLifetimeNeverEnds() {
    Window always = WindowKind.LIFETIME.containing(TO, ZoneId.of("UTC"), 1);
    assertThat(always).isEqualTo(Window.ALWAYS);
    assertThat(always.contains(TO)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LIFETIME")
  void windowsTileTime(WindowKind kind) {
    List<String> zones = new ArrayList<>(ZoneId.getAvailableZoneIds());
    zones.sort(null);
    Random random = new Random(kind.ordinal());
    for (int i = 0; i < 5_000; i++) {
      List<String> from = random.nextBoolean() ? zones : ODD_ZONES;
      ZoneId zone = ZoneId.of(from.get(random.nextInt(from.size())));
      Instant at = instant(zone, random);
      int anchorDay = 1 + random.nextInt(kind == WindowKind.WEEK ? 7 : 31);
      Window window = kind.containing(at, zone, anchorDay);
      Instant before = window.start().minus(1, ChronoUnit.MICROS);
      Instant last = window.end().minus(1, ChronoUnit.MICROS);
      boolean tiles =
          window.contains(at)
              && kind.containing(window.start(), zone, anchorDay).equals(window)
              && kind.containing(last, zone, anchorDay).equals(window)
              && kind.containing(before, zone, anchorDay).end().equals(window.start())
              && kind.containing(window.end(), zone, anchorDay).start().equals(window.end());
      assertThat(tiles).as("%s in %s by %d: %s", at, zone, anchorDay, window).isTrue();
    }
  }

  /** Some instant; every other one near the clock's being changed there. */
  private static Instant instant(ZoneId zone, Random random) {
    Instant any = FROM.plusSeconds(random.nextLong(TO.getEpochSecond() - FROM.getEpochSecond()));
    ZoneOffsetTransition change = zone.getRules().nextTransition(any);
    boolean near = random.nextBoolean() && change != null && change.getInstant().isBefore(TO);
    return near ? change.getInstant().plusSeconds(random.nextLong(-5_000, 5_000)) : any;
  }
}
