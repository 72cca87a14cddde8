package dev.bursar.api.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1        | 1 1 1  | 0.333333 0.333334 0.333333
          0.000001 | 1 1    | 0.000001 0
          -1       | 3 1    | -0.75 -0.25
          5        | 0 0    | 5 0
          5        | 0 2 0  | 0 5 0
          """)
  void theSharesAddUpToTheWhole(String whole, String weights, String shares) {
    assertThat(Shares.of(new BigDecimal(whole), decimals(weights)))
        .usingElementComparator(BigDecimal::compareTo)
        .isEqualTo(decimals(shares));
  }

  private static List<BigDecimal> decimals(String text) {
    return Arrays.stream(text.split(" ")).map(BigDecimal::new).toList();
  }

  @Test
  void noMillionthIsLost() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      BigDecimal whole = BigDecimal.valueOf(random.nextLong() >> random.nextInt(60), 6);
      List<BigDecimal> weights =
          random.ints(1 + random.nextInt(9), 0, 1_000).mapToObj(BigDecimal::valueOf).toList();
      List<BigDecimal> shares = Shares.of(whole, weights);
      assertThat(shares.stream().reduce(BigDecimal.ZERO, BigDecimal::add))
          .isEqualByComparingTo(whole);
      assertThat(shares).allMatch(share -> share.signum() * whole.signum() >= 0);
    }
  }
}
