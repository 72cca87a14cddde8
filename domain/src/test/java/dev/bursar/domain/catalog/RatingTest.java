package dev.bursar.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Made-up prices and usage, against a sum unit by unit that knows no tiers. */
final class RatingTest {

  private static final int UNITS_MAX = 60;

  @Test
  void whatUsageCostsIsTheSumOfItsUnitsRoundedOnce() {
    int graduated = 0;
    int volume = 0;
    int rounded = 0;
    for (long seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      Map<String, BigDecimal> rates = new HashMap<>();
      Map<String, Tiers> tiers = new HashMap<>();
      Map<String, Long> usage = new HashMap<>();
      BigDecimal byUnit = BigDecimal.ZERO;
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        String meter = "m" + i;
        long units = random.nextInt(UNITS_MAX);
        usage.put(meter, units);
        if (random.nextInt(3) == 0) {
          BigDecimal rate = rate(random);
          rates.put(meter, rate);
          for (long unit = 1; unit <= units; unit++) {
            byUnit = byUnit.add(rate);
          }
        } else {
          Tiers of = tiers(random);
          tiers.put(meter, of);
          boolean each = of.kind() == Tiers.Kind.GRADUATED;
          graduated += each ? 1 : 0;
          volume += each ? 0 : 1;
          for (long unit = 1; unit <= units; unit++) {
            byUnit = byUnit.add(rateOf(each ? unit : units, of.steps()));
          }
        }
      }
      Credits expected = Credits.ofExact(byUnit.setScale(6, RoundingMode.HALF_UP));
      rounded += byUnit.stripTrailingZeros().scale() > 6 ? 1 : 0;
      assertThat(new Price("c", rates, tiers, null).of(usage))
          .as("seed %d: %s, %s of %s", seed, rates, tiers, usage)
          .isEqualTo(expected);
    }
    assertThat(graduated).isGreaterThan(500);
    assertThat(volume).isGreaterThan(500);
    assertThat(rounded).isGreaterThan(500);
  }

  private static BigDecimal rateOf(long unit, List<Tiers.Step> steps) {
    return steps.stream()
        .filter(step -> step.upTo() == null || step.upTo() >= unit)
        .findFirst()
        .orElseThrow()
        .rate();
  }

  private static Tiers tiers(Random random) {
    List<Tiers.Step> steps = new ArrayList<>();
    long upTo = 0;
    for (int i = random.nextInt(4); i > 0; i--) {
      upTo += 1 + random.nextInt(UNITS_MAX / 3);
      steps.add(new Tiers.Step(upTo, rate(random)));
    }
    steps.add(new Tiers.Step(null, rate(random)));
    return new Tiers(
        random.nextBoolean() ? Tiers.Kind.GRADUATED : Tiers.Kind.VOLUME, List.copyOf(steps));
  }

  private static BigDecimal rate(Random random) {
    return BigDecimal.valueOf(random.nextInt(100_000), random.nextInt(12));
  }
}
