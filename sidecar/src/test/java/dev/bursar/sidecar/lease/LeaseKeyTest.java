package dev.bursar.sidecar.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.identity.Subject;
import org.junit.jupiter.api.Test;

/** What a lease is for. */
class LeaseKeyTest {

  private static final String ALL = "org team user product cost agent feature wallet type";

  private static LeaseKey key(String names) {
    String[] of = names.split(" ");
    return new LeaseKey(new Subject(of[0], of[1], of[2], of[3], of[4], of[5]), of[6], of[7], of[8]);
  }

  @Test
  void whatDiffersInOneNameIsAnother() {
    assertThat(key(ALL)).isEqualTo(key(ALL)).hasSameHashCodeAs(key(ALL));
    for (String name : ALL.split(" ")) {
      assertThat(key(ALL.replace(name, "other"))).isNotEqualTo(key(ALL));
    }
  }
}
