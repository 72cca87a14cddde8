package dev.bursar.api.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of clients do nothing in the spreadsheet that a table of theirs is opened with. */
final class CsvRowsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          plain           | plain
          a=1, b-2        | "a=1, b-2"
          =1+1            | '=1+1
          -2              | '-2
          ` @sum`         | ` '@sum`
          x;=1+1;         | x;'=1+1;
          x; +1           | x; '+1
          x;-y            | x;'-y
          x;"=1+1         | "x;""'=1+1"
          a;b             | a;b
          \uFF1D1          | '\uFF1D1
          """)
  void whatWouldBeAFormulaIsMarked(String text, String cell) {
    CsvRows rows = new CsvRows();
    rows.text(text).amount(Credits.parse("-1.5")).end();
    assertThat(new String(rows.bytes(), StandardCharsets.UTF_8)).isEqualTo(cell + ",-1.5\r\n");
  }
}
