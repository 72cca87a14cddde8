package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ToldOrgsTest {

  private final ToldOrgs orgs = new ToldOrgs();

  @Test
  void theOneThatWasToldOfLongestAgoIsForgotten() {
    orgs.before(IntStream.range(0, 4_000).mapToObj(i -> "org-" + i).toList());
    orgs.told("org-0");
    orgs.told("another");
    assertThat(orgs.all()).hasSize(4_000).doesNotContain("org-1").endsWith("org-0", "another");
    assertThat(orgs.contains("org-0")).isTrue();
    assertThat(orgs.contains("org-1")).isFalse();
  }

  @Test
  void aKeyThatIsRefusedMaySpendForNone() {
    orgs.before(List.of("acme", "zeta"));
    orgs.gone("zeta");
    assertThat(orgs.all()).containsExactly("acme");
    orgs.refused();
    assertThat(orgs.all()).isEmpty();
  }
}
