package dev.bursar.domain.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReservationIdTest {

  private static final byte[] SALT = new byte[16];

  @Test
  void theSameAttemptHasTheSameName() {
    assertThat(ReservationId.of("acme", "main", "K1", SALT))
        .isEqualTo(ReservationId.of("acme", "main", "K1", SALT.clone()));
  }

  @Test
  void anotherKeyOrgOrSaltHasAnother() {
    ReservationId id = ReservationId.of("acme", "main", "K1", SALT);
    byte[] other = SALT.clone();
    other[15] = 1;
    assertThat(ReservationId.of("acme", "main", "K2", SALT).token()).isNotEqualTo(id.token());
    assertThat(ReservationId.of("acmf", "main", "K1", SALT).token()).isNotEqualTo(id.token());
    assertThat(ReservationId.of("acme", "main", "K1", other).token()).isNotEqualTo(id.token());
  }

  @Test
  void noTwoNamesBecomeOneAndAllReadBack() {
    Random random = new Random(11);
    Map<String, ReservationId> seen = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      ReservationId id =
          ReservationId.of(
              Names.random(random), Names.random(random), Names.random(random), new byte[] {7});
      assertThat(ReservationId.parse(id.toString())).isEqualTo(id);
      assertThat(seen.merge(id.toString(), id, (first, second) -> first)).isEqualTo(id);
    }
  }

  @Test
  void theLongestNamesReadBack() {
    ReservationId id = ReservationId.of("_".repeat(255), "é".repeat(127), "K", SALT);
    assertThat(ReservationId.parse(id.toString())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rsv_",
        "rsv_a_b",
        "rsv_a_b_",
        "rsv__b_c",
        "rsv_a__c",
        "rsv_a_b_c_d",
        "RSV_a_b_c",
        "rsv_a|b_c_d",
        "rsv_%61_b_c",
        "rsv_a+_b_c",
        "rsv_a%_b_c",
        "rsv_%_b_c",
        "rsv_%C3_b_c"
      })
  void nothingElseIsAReservationId(String text) {
    assertThat(ReservationId.parse(text)).isNull();
  }

  @Test
  void aTextOfUnboundedLengthIsNone() {
    assertThat(ReservationId.parse("rsv_a_b_" + "c".repeat(2_000))).isNull();
  }
}
