package dev.bursar.benchmarks.trace;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * A CSV file of LLM calls with the columns {@code TIMESTAMP,ContextTokens,GeneratedTokens}, in that
 * order; times as {@code 2023-11-16 18:15:46.6805900}, with up to nine digits of a second. At most
 * 20,000,000 rows.
 */
public final class TraceFile {

  private static final List<String> HEADER =
      List.of("TIMESTAMP", "ContextTokens", "GeneratedTokens");
  private static final int ROWS_MAX = 20_000_000;

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral(' ')
          .appendPattern("HH:mm:ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .toFormatter(Locale.ROOT);

  private final Path path;

  private TraceFile(Path path) {
    this.path = path;
  }

  /** All rows, in the order of the file. */
  public static List<TraceRow> read(Path path) throws TraceException {
    if (!Files.isRegularFile(path)) {
      throw new TraceException("trace " + path + ": no such file");
    }
    return new TraceFile(path).rows();
  }

  private List<TraceRow> rows() throws TraceException {
    List<TraceRow> rows = new ArrayList<>();
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder()
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(path)) {
      Iterator<CsvRecord> records = csv.iterator();
      if (!records.hasNext()) {
        throw new TraceException("trace " + path + ": empty, expected the header " + header());
      }
      CsvRecord header = records.next();
      if (!header.getFields().equals(HEADER)) {
        throw fault(header, "expected the header " + header());
      }
      while (records.hasNext()) {
        if (rows.size() == ROWS_MAX) {
          throw new TraceException("trace " + path + ": over " + ROWS_MAX + " rows");
        }
        rows.add(row(records.next()));
      }
    } catch (CsvParseException | UncheckedIOException | IOException e) {
      throw new TraceException("trace " + path + ": " + reason(e), e);
    }
    if (rows.isEmpty()) {
      throw new TraceException("trace " + path + ": no rows after the header");
    }
    return rows;
  }

  private TraceRow row(CsvRecord csv) throws TraceException {
    if (csv.getFieldCount() != HEADER.size()) {
      throw fault(csv, csv.getFieldCount() + " fields, expected " + HEADER.size());
    }
    return new TraceRow(time(csv), tokens(csv, 1), tokens(csv, 2));
  }

  private LocalDateTime time(CsvRecord csv) throws TraceException {
    try {
      return LocalDateTime.parse(csv.getField(0), TIMESTAMP);
    } catch (DateTimeParseException e) {
      throw fault(
          csv,
          "TIMESTAMP '" + csv.getField(0) + "' is not a time like 2023-11-16 18:15:46.6805900");
    }
  }

  private int tokens(CsvRecord csv, int column) throws TraceException {
    String text = csv.getField(column);
    try {
      int tokens = Integer.parseInt(text);
      if (tokens >= 0 && tokens <= TraceRow.TOKENS_MAX) {
        return tokens;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw fault(
        csv,
        HEADER.get(column)
            + " '"
            + text
            + "' is not a whole number from 0 to "
            + TraceRow.TOKENS_MAX);
  }

  private TraceException fault(CsvRecord csv, String message) {
    return new TraceException(
        "trace " + path + ": line " + csv.getStartingLineNumber() + ": " + message);
  }

  private static String header() {
    return String.join(",", HEADER);
  }

  private static String reason(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof MalformedInputException) {
      return "not UTF-8 text";
    }
    String message = root.getMessage();
    return message == null ? root.getClass().getSimpleName() : message;
  }
}
