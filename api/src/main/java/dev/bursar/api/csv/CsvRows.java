package dev.bursar.api.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.bursar.domain.credits.Credits;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table as CSV (RFC 4180), cell by cell. What a spreadsheet would take for a formula gets
 * an apostrophe in front; amounts and times are written plainly, with a minus where they have one.
 */
public final class CsvRows {

  private static final String FORMULA_BEGINS = "=+-@\uFF1D\uFF0B\uFF0D\uFF20";
  private static final String DIVIDERS = ";\t\r\n";

  private final StringWriter out = new StringWriter();
  private final CsvWriter csv = CsvWriter.builder().build(out);
  private final List<String> row = new ArrayList<>();

  /** A header. */
  public CsvRows header(List<String> columns) {
    csv.writeRecord(columns);
    return this;
  }

  /** A text; nothing for null. */
  public CsvRows text(@Nullable String text) {
    return cell(text == null ? "" : harmless(text));
  }

  /**
   * The text with an apostrophe wherever a formula could begin: at its start, and also behind what
   * divides cells where the comma is for decimals, since a spreadsheet set up so ignores quotes
   * that stand behind a comma.
   */
  private static String harmless(String text) {
    StringBuilder harmless = new StringBuilder(text.length() + 1);
    boolean mayBegin = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (mayBegin && FORMULA_BEGINS.indexOf(c) >= 0) {
        harmless.append('\'');
      }
      harmless.append(c);
      mayBegin = DIVIDERS.indexOf(c) >= 0 || (mayBegin && (c == ' ' || c == '"'));
    }
    return harmless.toString();
  }

  /** A whole number. */
  public CsvRows number(long number) {
    return cell(Long.toString(number));
  }

  /** A whole number; nothing for null. */
  public CsvRows number(@Nullable Long number) {
    return cell(number == null ? "" : number.toString());
  }

  /** True or false; nothing for null. */
  public CsvRows flag(@Nullable Boolean flag) {
    return cell(flag == null ? "" : flag.toString());
  }

  /** An amount; nothing for null. */
  public CsvRows amount(@Nullable Credits amount) {
    return cell(amount == null ? "" : amount.toString());
  }

  /** A sum of amounts; nothing for null. */
  public CsvRows amount(@Nullable BigDecimal amount) {
    return cell(amount == null ? "" : amount.stripTrailingZeros().toPlainString());
  }

  /** A time; nothing for null. */
  public CsvRows time(@Nullable Instant time) {
    return cell(time == null ? "" : time.toString());
  }

  private CsvRows cell(String text) {
    row.add(text);
    return this;
  }

  /** Ends the row. */
  public void end() {
    csv.writeRecord(row);
    row.clear();
  }

  /** What has been written. */
  public byte[] bytes() {
    try {
      csv.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What has been written, for a stream. */
  public ByteString toByteString() {
    return ByteString.fromArrayUnsafe(bytes());
  }
}
