package dev.bursar.domain.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CreditsTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # written,              micros,               shown
          0,                      0,                    0
          -0,                     0,                    0
          0.000000,               0,                    0
          1,                      1000000,              1
          12.5,                   12500000,             12.5
          12.500000,              12500000,             12.5
          0.000001,               1,                    0.000001
          -0.000001,              -1,                   -0.000001
          -1.000010,              -1000010,             -1.00001
          1000000000000,          1000000000000000000,  1000000000000
          9223372036854.775807,   9223372036854775807,  9223372036854.775807
          -9223372036854.775808,  -9223372036854775808, -9223372036854.775808
          """)
  void plainDecimalsAreReadAndShown(String written, long micros, String shown) {
    assertThat(Credits.parse(written).micros()).isEqualTo(micros);
    assertThat(new Credits(micros)).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "1.",
        ".5",
        "01",
        "00",
        "-01",
        "+1",
        "1e3",
        "1E400",
        "NaN",
        "Infinity",
        "1_000",
        "1,5",
        " 1",
        "1 ",
        "--1",
        "1.1.1",
        "0x1",
        "1f",
        "1L",
        "١",
        "1\n",
        "0.0000001",
        "1.1234567",
        "10000000000000",
        "9999999999999",
        "9223372036854.775808",
        "-9223372036854.775809",
        "0.00000000000000000000000000"
      })
  void nothingElseIsAnAmount(String written) {
    assertThatThrownBy(() -> Credits.parse(written)).isInstanceOf(NumberFormatException.class);
  }

  @Test
  void whatIsShownReadsBackTheSame() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      Credits amount = new Credits(random.nextLong() >> random.nextInt(64));
      assertThat(Credits.parse(amount.toString())).isEqualTo(amount);
      assertThat(new BigDecimal(amount.toString()).movePointRight(6))
          .isEqualByComparingTo(BigDecimal.valueOf(amount.micros()));
    }
  }

  @Test
  void aResultBeyondTheRangeIsAnError() {
    Credits most = new Credits(Long.MAX_VALUE);
    Credits least = new Credits(Long.MIN_VALUE);
    Credits one = new Credits(1);
    assertThatThrownBy(() -> most.plus(one)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> least.minus(one)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(least::negated).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Credits.ZERO.minus(least)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Credits.of(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0000001", "9223372036854.775808", "1e400", "-1e13"})
  void aDecimalThatDoesNotFitIsAnError(String value) {
    assertThatThrownBy(() -> Credits.ofExact(new BigDecimal(value)))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void amountsAreComparedByValue() {
    Credits less = Credits.parse("-1.5");
    Credits more = Credits.parse("1.5");
    assertThat(less).isLessThan(more);
    assertThat(less.min(more)).isEqualTo(less);
    assertThat(less.max(more)).isEqualTo(more);
    assertThat(less.negated()).isEqualTo(more);
    assertThat(less.isNegative() && more.isPositive() && less.plus(more).isZero()).isTrue();
  }
}
