package dev.bursar.domain.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentifiersTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "Acme Inc.",
        "a|b",
        "a/b",
        "a%b",
        "a_b",
        " a ",
        "..",
        "gpt-4o:2024",
        "é",
        "e\u0301",
        "中文",
        "🙂",
        "שלום",
        "مرحبا",
        "\uE000"
      })
  void aNameMayHoldWhateverPeopleCanSee(String name) {
    assertThat(Identifiers.fault(name)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0000, NUL
          0009, tab
          000A, line feed
          007F, delete
          0085, next line
          200B, zero-width space
          200D, zero-width joiner
          200E, left-to-right mark
          200F, right-to-left mark
          202E, right-to-left override
          2066, left-to-right isolate
          2028, line separator
          2029, paragraph separator
          FEFF, byte order mark
          D800, lone high surrogate
          DC00, lone low surrogate
          FFFF, noncharacter
          """)
  void whatNobodyCanSeeIsRefused(String hex, String what) {
    String hidden = String.valueOf((char) Integer.parseInt(hex, 16));
    assertThat(Identifiers.fault(hidden + "a")).as(what).contains("U+" + hex);
    assertThat(Identifiers.fault("a" + hidden)).as(what).contains("position 1");
  }

  @Test
  void aSurrogatePairIsOneCharacterAndItsHalvesAreNone() {
    assertThat(Identifiers.fault("a🙂b")).isNull();
    assertThat(Identifiers.fault("🙂".substring(1) + "🙂".substring(0, 1))).isNotNull();
  }

  @Test
  void aNameHas1To255BytesOfUtf8() {
    assertThat(Identifiers.fault("")).contains("empty");
    assertThat(Identifiers.fault("a".repeat(255))).isNull();
    assertThat(Identifiers.fault("a".repeat(256))).contains("256 bytes");
    assertThat(Identifiers.fault("é".repeat(127) + "a")).isNull();
    assertThat(Identifiers.fault("é".repeat(128))).contains("256 bytes");
    assertThat(Identifiers.fault("🙂".repeat(64))).contains("256 bytes");
  }

  @Test
  void composedAndDecomposedStayTwo() {
    String nfc = Normalizer.normalize("Zoë", Normalizer.Form.NFC);
    String nfd = Normalizer.normalize("Zoë", Normalizer.Form.NFD);
    assertThat(Identifiers.fault(nfc)).isNull();
    assertThat(Identifiers.fault(nfd)).isNull();
    assertThat(EntityId.org(nfc).toString()).isNotEqualTo(EntityId.org(nfd).toString());
  }

  @Test
  void theNamesOfTheOtherTestsAreNames() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      assertThat(Identifiers.fault(Names.random(random))).isNull();
    }
  }
}
