package dev.bursar.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriceListTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final PriceList LIST =
      new PriceList(
          List.of(
              rate(null, null, null, "1"),
              rate("chat", null, null, "2"),
              rate(null, "big", null, "3"),
              rate("chat", "big", null, "4")));

  private static Rate rate(
      @Nullable String feature, @Nullable String model, @Nullable Instant from, String perUnit) {
    return new Rate(
        feature, model, from, new Price("c", Map.of("tokens", new BigDecimal(perUnit))));
  }

  private static String perUnit(PriceList list, String feature, String model, Instant at) {
    Price price = list.price(feature, model, at);
    return price == null ? "none" : price.of(Map.of("tokens", 1L)).toString();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # feature, model, price
          chat,      big,   4
          search,    big,   3
          -,         big,   3
          chat,      small, 2
          chat,      -,     2
          search,    small, 1
          -,         -,     1
          """)
  void theMostSpecificRateApplies(String feature, String model, String price) {
    assertThat(perUnit(LIST, feature, model, NOON)).isEqualTo(price);
  }

  @Test
  void whatNoRateFitsHasNoPrice() {
    PriceList narrow = new PriceList(List.of(rate("chat", "big", null, "4")));
    assertThat(narrow.price("chat", "small", NOON)).isNull();
    assertThat(narrow.price(null, "big", NOON)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # at,                        chat, any
          2025-12-31T23:59:59.999999Z, 2,    1
          2026-01-01T00:00:00Z,        5,    1
          2026-05-31T23:59:59.999999Z, 5,    1
          2026-06-01T00:00:00Z,        6,    1
          2026-07-01T00:00:00Z,        6,    7
          """)
  void theNewestRateInForceAppliesFromItsInstantOn(Instant at, String chat, String any) {
    PriceList dated =
        new PriceList(
            List.of(
                rate("chat", null, Instant.parse("2026-06-01T00:00:00Z"), "6"),
                rate("chat", null, null, "2"),
                rate(null, null, Instant.parse("2026-07-01T00:00:00Z"), "7"),
                rate("chat", null, Instant.parse("2026-01-01T00:00:00Z"), "5"),
                rate(null, null, null, "1")));
    assertThat(perUnit(dated, "chat", "small", at)).isEqualTo(chat);
    assertThat(perUnit(dated, "other", "small", at)).isEqualTo(any);
  }

  /** Before its time a line is as if it were not there. */
  @Test
  void untilALineIsInForceTheLessSpecificOneApplies() {
    PriceList dated =
        new PriceList(List.of(rate(null, null, null, "1"), rate("chat", "big", NOON, "9")));
    assertThat(perUnit(dated, "chat", "big", NOON.minusNanos(1000))).isEqualTo("1");
    assertThat(perUnit(dated, "chat", "big", NOON)).isEqualTo("9");
    assertThat(new PriceList(List.of(rate("chat", "big", NOON, "9"))).price("chat", "big", NOON))
        .isNotNull();
    assertThat(
            new PriceList(List.of(rate("chat", "big", NOON, "9")))
                .price("chat", "big", NOON.minusNanos(1)))
        .isNull();
  }

  @Test
  void twoRatesForTheSameFromTheSameTimeOnAreNone() {
    assertThatThrownBy(
            () -> new PriceList(List.of(rate("a", null, NOON, "1"), rate("a", null, NOON, "2"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new PriceList(List.of(rate("a", null, null, "1"), rate("a", null, null, "2"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Against a search through all lines. */
  @Test
  void aPriceIsFoundAsIfAllLinesWereLookedAt() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Rate> rates = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        Rate rate = rate(pick(random), pick(random), time(random), String.valueOf(i));
        if (rates.stream()
            .noneMatch(
                each ->
                    each.work().equals(rate.work())
                        && Objects.equals(each.effectiveAt(), rate.effectiveAt()))) {
          rates.add(rate);
        }
      }
      PriceList list = new PriceList(rates);
      for (int i = 0; i < 100; i++) {
        String feature = pick(random);
        String model = pick(random);
        Instant at = NOON.plusSeconds(random.nextInt(8));
        assertThat(list.price(feature, model, at))
            .as("seed %d: %s, %s at %s", seed, feature, model, at)
            .isEqualTo(searched(rates, feature, model, at));
      }
    }
  }

  private static @Nullable Price searched(
      List<Rate> rates, @Nullable String feature, @Nullable String model, Instant at) {
    Rate best = null;
    for (Rate rate : rates) {
      boolean fits =
          (rate.feature() == null || rate.feature().equals(feature))
              && (rate.model() == null || rate.model().equals(model))
              && (rate.effectiveAt() == null || !rate.effectiveAt().isAfter(at));
      if (fits && (best == null || rank(rate) > rank(best))) {
        best = rate;
      }
    }
    return best == null ? null : best.price();
  }

  /** The model weighs more than the feature, and both more than the time. */
  private static long rank(Rate rate) {
    return (rate.model() == null ? 0 : 2000)
        + (rate.feature() == null ? 0 : 1000)
        + (rate.effectiveAt() == null ? 0 : 1 + rate.effectiveAt().getEpochSecond() % 100);
  }

  private static @Nullable String pick(Random random) {
    return random.nextInt(3) == 0 ? null : "x" + random.nextInt(2);
  }

  private static @Nullable Instant time(Random random) {
    return random.nextInt(3) == 0 ? null : NOON.plusSeconds(random.nextInt(8));
  }
}
