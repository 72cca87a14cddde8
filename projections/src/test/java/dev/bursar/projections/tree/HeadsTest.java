package dev.bursar.projections.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class HeadsTest {

  @Test
  void theTextIsTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat("%d".formatted(1)).isEqualTo("\u0661");
      assertThat(Heads.text("bursar", "acmé/1", 1_234_567, new byte[32]))
          .isEqualTo("bursar.ledger/acm%C3%A9%2F1\n1234567\n" + "A".repeat(43) + "=\n");
    } finally {
      Locale.setDefault(before);
    }
  }
}
