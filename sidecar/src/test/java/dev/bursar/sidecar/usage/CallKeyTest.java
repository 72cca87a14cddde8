package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class CallKeyTest {

  private static final String TIMED = "0195563c-5c00-7000-8000-000000000001";

  private static CallKey key(String name) {
    return new CallKey(name, 1);
  }

  @Test
  void whenItWasMadeIsReadOfAllOfTheKeyAsByTheServer() {
    Instant madeAt = Instant.ofEpochMilli(0x0195563c5c00L);
    assertThat(key("reserve acme " + TIMED).madeAt()).isEqualTo(madeAt);
    assertThat(key("reserve acme order " + TIMED).madeAt()).isNull();
    assertThat(key("reserve acme  " + TIMED).madeAt()).isNull();
    assertThat(key("gate " + TIMED).madeAt()).as("it has none of a client").isNull();
  }

  @Test
  void whatIsToBeDoneIsTheSameWhateverTheKey() {
    assertThat(key("reserve acme k").operation()).isEqualTo("reserve acme");
    assertThat(key("reserve acme order 7").operation()).isEqualTo("reserve acme");
    assertThat(key("gate k").operation()).isEqualTo("gate k");
  }
}
