package dev.bursar.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bursar.benchmarks.load.Latency;
import dev.bursar.benchmarks.load.LoadResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShapeTest {

  @Test
  void shapesAreFoundByName() {
    assertThat(Shape.of("spread")).isEqualTo(Shape.SPREAD);
    assertThatIllegalArgumentException().isThrownBy(() -> Shape.of("SPREAD"));
    assertThat(Shape.SPREAD.orgs()).hasSize(1_000).doesNotHaveDuplicates();
    assertThat(Shape.FEW.orgs()).hasSize(20);
    assertThat(Shape.HOT.orgs()).containsExactly("hot-0001");
  }

  @Test
  void fieldsAreFoundWithoutParsing() {
    byte[] json =
        "{\"decision\": \"allow\", \"reservation_id\" : \"rsv_1\"}"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(JsonScan.string(json, "reservation_id")).isEqualTo("rsv_1");
    assertThat(JsonScan.contains(json, "\"allow\"")).isTrue();
    assertThat(JsonScan.contains(json, "\"deny\"")).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> JsonScan.string(json, "none"));
  }

  @Test
  void mediansAreOfEachFigureByItself() {
    List<Measurement> rounds = List.of(round(1, 100, 3), round(2, 300, 1), round(3, 200, 2));
    Medians medians = Medians.of(rounds, Contender.BURSAR, Shape.HOT, Kind.ONE_SHOT);
    assertThat(medians.rate()).isEqualTo(20);
    assertThat(medians.latency().p99()).isEqualTo(2);
  }

  private static Measurement round(int round, long ok, double p99) {
    return new Measurement(
        Contender.BURSAR,
        Shape.HOT,
        Kind.ONE_SHOT,
        round,
        new LoadResult(ok, ok, Map.of(), 10, new Latency(1, p99, 4, 5)));
  }
}
