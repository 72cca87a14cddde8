package dev.bursar.domain.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EntityIdTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          acme;      main;   wallet|acme|main
          a|b;       c;      wallet|a%7Cb|c
          a;         b|c;    wallet|a|b%7Cc
          a/b;       c%d;    wallet|a%2Fb|c%25d
          a b;       c_d;    wallet|a%20b|c%5Fd
          a+b;       c*d;    wallet|a%2Bb|c%2Ad
          a.b;       c-d;    wallet|a.b|c-d
          é;         🙂;     wallet|%C3%A9|%F0%9F%99%82
          """)
  void namesAreEncoded(String org, String name, String written) {
    EntityId id = EntityId.wallet(org, name);
    assertThat(id).hasToString(written);
    assertThat(EntityId.parse(written)).isEqualTo(id);
  }

  @Test
  void eachKindHasItsForm() {
    assertThat(EntityId.org("acme")).hasToString("org|acme");
    assertThat(EntityId.team("acme", "research")).hasToString("team|acme|research");
    assertThat(EntityId.parse("org|acme")).isEqualTo(EntityId.org("acme"));
    assertThat(EntityId.parse("team|acme|research")).isEqualTo(EntityId.team("acme", "research"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "acme",
        "org",
        "org|a|b",
        "team|a",
        "wallet|a|b|c",
        "cat|a",
        "ORG|a",
        "org|a%",
        "org|%4",
        "org|%GG",
        "org|a+b",
        "org|%61",
        "org|a_b",
        "org|%c3%a9",
        "org|é",
        "org|%C3",
        "org|%FF"
      })
  void nothingElseIsAnEntityId(String text) {
    assertThatThrownBy(() -> EntityId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noTwoNamesBecomeOne() {
    Random random = new Random(7);
    Map<String, EntityId> seen = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String org = Names.random(random);
      String name = Names.random(random);
      for (EntityId id :
          List.of(EntityId.org(org), EntityId.team(org, name), EntityId.wallet(org, name))) {
        assertThat(EntityId.parse(id.toString())).isEqualTo(id);
        assertThat(seen.merge(id.toString(), id, (first, second) -> first)).isEqualTo(id);
      }
    }
  }

  @Test
  void theLongestNameReadsBack() {
    EntityId id = EntityId.wallet("_".repeat(255), "|".repeat(255));
    assertThat(EntityId.parse(id.toString())).isEqualTo(id);
  }
}
