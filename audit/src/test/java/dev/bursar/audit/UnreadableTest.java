package dev.bursar.audit;

import static dev.bursar.audit.ForgeryTest.assertUnreadable;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not of the format is refused, with its line, and never taken for something near it. */
final class UnreadableTest {

  private static final Export EXPORT = Export.november();

  /** The line of the entry that is damaged. */
  private static final int LINE = 42;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"amount\":\"[^\"]*\" | \"amount\":-3.5                | amount: is the number -3.5",
        "\"amount\":\"[^\"]*\" | \"amount\":\"1e3\"             | exponents are not accepted",
        "\"amount\":\"[^\"]*\" | \"amount\":\"1.0000001\"       | has more than 6 decimals",
        "\"amount\":\"[^\"]*\" | \"amount\":\"+1\"              | is not a plain decimal",
        "\"amount\":\"[^\"]*\" | \"amount\":\"-0\"              | is a zero with a sign",
        "\"amount\":\"[^\"]*\" | \"amount\":\"9999999999999\"   | is beyond the range",
        "\"amount\":\"[^\"]*\" | \"amount\":\"NaN\"             | is not a plain decimal",
        "\"amount\":\"[^\"]*\" | \"amount\":null                | what is absent is left out",
        "\"leaf\":             | \"leaf\":1,\"leaf\":           | \"leaf\" stands twice",
        "\"leaf\":             | \"le\\\\u0061f\":1,\"leaf\":   | \"leaf\" stands twice",
        "\"org\":\"acmé & co\",\"t | \"org\":\"o\",\"org\":\"acmé & co\",\"t | \"org\" stands twice",
        "\"leaf\":             | \"note\":\"x\",\"leaf\":       | note: is not a field of version 1",
        "\"leaf\":[0-9]+       | \"leaf\":7.0                   | leaf: is not a whole number",
        "\"leaf\":[0-9]+       | \"leaf\":-7                    | leaf: is not a whole number",
        "\"leaf\":[0-9]+       | \"leaf\":99999999999999999999  | leaf: is beyond the range",
        "\"leaf\":[0-9]+       | \"leaf\":\"7\"                 | leaf: is not a whole number",
        "\"leaf\":[0-9]+       | \"leaf\":0007                  | malformed JSON",
        "\"leaf\":             | 'leaf':                       | malformed JSON",
        "$                     | {}                             | something stands behind",
        "^.*$                  | []                             | not a JSON object",
        "^.*$                  | ``                             | the line is empty",
        "\"salt\":\"[^\"]*\",  | ``                             | salt: is missing",
        "\"salt\":\"..         | \"salt\":\"AB                  | salt: is not in lower-case hex",
        "\"hash\":\"..         | \"hash\":\"                    | hash: is not the hex of 32 bytes",
        "T[0-9:.]*Z            | T24:00:00Z                     | posted_at: is not a time",
        "T[0-9:.]*Z            | T09:00:60Z                     | posted_at: is not a time",
        "T[0-9:.]*Z            | T09:00:00.1234567Z             | posted_at: is not a time",
        "T[0-9:.]*Z            | t09:00:00z                     | posted_at: is not a time",
        "-[0-9]*T              | -31T                           | posted_at: is not a time",
        "\"type\":\"[a-z_]*\"  | \"type\":\"gift\"              | type: is not a type of entry",
        "\"subject\":\\{       | \"subject\":{\"x\":{\"x\":{\"x\":{}}}, | malformed JSON"
      })
  void anEntry(String regex, String replacement, String reason) {
    List<String> lines = EXPORT.lines();
    String damaged = lines.get(LINE - 1).replaceFirst(regex, replacement);
    assertThat(damaged).isNotEqualTo(lines.get(LINE - 1));
    lines.set(LINE - 1, damaged);
    assertUnreadable(Export.audit(lines), LINE, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\":1      | \"version\":2           | version: 2 is not known here",
        "\"version\":1      | \"version\":1,\"version\":1 | \"version\" stands twice",
        "bursar-ledger-export | another               | the first line is not the header",
        "\"month\":\"....-.. | \"month\":\"2026-13    | month: is not a month",
        "\"left\":\\[\".     | \"left\":[\"           | left: has an element",
        "\"left\":\\[\"      | \"left\":[7,\"         | left: has an element",
        "=\"                 | *\"                    | is not the base64 of 32 bytes"
      })
  void theHeader(String regex, String replacement, String reason) {
    List<String> lines = EXPORT.lines();
    lines.set(0, lines.getFirst().replaceFirst(regex, replacement));
    assertUnreadable(Export.audit(lines), 1, reason);
  }

  @Test
  void aFileThatIsCutOffAnywhere() {
    byte[] bytes = EXPORT.bytes();
    for (int length = 0; length < bytes.length - 1; length += 1 + length % 997) {
      Verdict verdict = Export.audit(Arrays.copyOf(bytes, length));
      assertThat(verdict).as("%d bytes", length).isInstanceOf(Verdict.Unreadable.class);
    }
    List<String> lines = EXPORT.lines();
    lines.removeLast();
    assertUnreadable(Export.audit(lines), lines.size() + 1, "the file is cut off");
    byte[] half = Arrays.copyOf(bytes, bytes.length - 5);
    assertUnreadable(Export.audit(half), lines.size() + 1, "the file is cut off");
  }

  @Test
  void onlyTheLastNewlineMayBeLeftOut() {
    byte[] bytes = EXPORT.bytes();
    assertThat(Export.audit(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(Verdict.Valid.class);
  }

  @Test
  void aLineThatNeverEnds() {
    byte[] bytes = new byte[5 << 20];
    Arrays.fill(bytes, (byte) ' ');
    assertUnreadable(Export.audit(bytes), 1, "longer than 4 MiB");
  }

  @Test
  void anotherEncoding() {
    List<String> lines = EXPORT.lines();
    byte[] latin1 = String.join("\n", lines).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    assertUnreadable(Export.audit(latin1), 1, "not UTF-8");
    lines.set(0, "\uFEFF" + lines.getFirst());
    assertUnreadable(Export.audit(lines), 1, "byte order mark");
  }
}
