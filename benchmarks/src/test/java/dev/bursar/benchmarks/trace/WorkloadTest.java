package dev.bursar.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.bursar.benchmarks.trace.Workload.Item;
import dev.bursar.simulation.history.Zipf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WorkloadTest {

  private static final int ORGS = 20;
  private static final List<TraceRow> ROWS = TraceGenerator.rows(1, 20_000);

  @Test
  void theSameSeedGivesTheSameWorkloadRowForRow() {
    assertThat(Workload.attribute(ROWS, 7, ORGS)).isEqualTo(Workload.attribute(ROWS, 7, ORGS));
  }

  @Test
  void anotherSeedGivesAnotherWorkload() {
    List<Item> one = Workload.attribute(ROWS, 1, ORGS).items();
    List<Item> two = Workload.attribute(ROWS, 2, ORGS).items();
    long same = 0;
    for (int i = 0; i < ROWS.size(); i++) {
      same += one.get(i).attribution().equals(two.get(i).attribution()) ? 1 : 0;
    }
    assertThat(same).isZero();
  }

  @Test
  void theFirstRowsOfALongerTraceAreAttributedAsThoseOfAShorterOne() {
    List<Item> all = Workload.attribute(ROWS, 3, ORGS).items();
    List<Item> some = Workload.attribute(ROWS.subList(0, 500), 3, ORGS).items();
    assertThat(all.subList(0, 500)).isEqualTo(some);
  }

  @Test
  void theBusiestOrgHasItsZipfShareOfTheCalls() {
    Map<Integer, Integer> calls = new HashMap<>();
    for (Item item : Workload.attribute(ROWS, 1, ORGS).items()) {
      calls.merge(item.attribution().org(), 1, Integer::sum);
    }
    Zipf zipf = new Zipf(ORGS, Population.ORG_SKEW);
    for (int org = 0; org < ORGS; org++) {
      double share = calls.getOrDefault(org, 0) / (double) ROWS.size();
      assertThat(share).isCloseTo(zipf.share(org), within(0.01));
    }
    assertThat(zipf.share(0)).isGreaterThan(0.25);
  }

  @Test
  void aSessionIsOfOneUserAndMostHaveSeveralCalls() {
    Map<String, List<Integer>> owners = new HashMap<>();
    Map<String, Integer> calls = new HashMap<>();
    for (Item item : Workload.attribute(ROWS, 1, ORGS).items()) {
      Attribution who = item.attribution();
      List<Integer> owner = List.of(who.org(), who.user());
      assertThat(owners.computeIfAbsent(who.session(), session -> owner)).isEqualTo(owner);
      assertThat(who.team()).isEqualTo(Population.team(who.user()));
      calls.merge(who.session(), 1, Integer::sum);
    }
    assertThat(ROWS.size() / (double) calls.size()).isBetween(2.5, 4.0);
  }

  @Test
  void orgsAreBounded() {
    assertThatIllegalArgumentException().isThrownBy(() -> Workload.attribute(ROWS, 1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Workload.attribute(ROWS, 1, 10_001));
  }

  @Test
  void orgsAreNamedFromTheSeed() {
    assertThat(Population.org(1, 6)).isEqualTo("replay-1-07");
    assertThat(Population.org(42, 99)).isEqualTo("replay-42-100");
  }
}
