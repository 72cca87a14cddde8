package dev.bursar.api.table;

import dev.bursar.api.csv.CsvRows;
import dev.bursar.api.http.Format;
import dev.bursar.api.json.JsonWriter;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A table that can be had in several formats: its columns, and what a row is in JSON. Rows go
 * through it page by page, so a table of any length takes the memory of one page; in Parquet, of
 * one row group.
 *
 * @param <T> the rows
 */
public final class Table<T> {

  /** Encoding takes a processor for milliseconds on end: not one that decides reservations. */
  private static final Attributes ASIDE =
      ActorAttributes.dispatcher("bursar.http.table-dispatcher");

  private final Class<T> rows;
  private final List<Column<T>> columns;
  private final BiConsumer<JsonWriter, T> json;

  /**
   * @param rows what a row is
   * @param columns the columns, in order
   * @param json writes a row as the fields of a JSON object
   */
  public Table(Class<T> rows, List<Column<T>> columns, BiConsumer<JsonWriter, T> json) {
    this.rows = rows;
    this.columns = List.copyOf(columns);
    this.json = json;
  }

  /** A table whose rows in JSON are its columns. */
  public static <T> Table<T> flat(Class<T> rows, List<Column<T>> columns) {
    return new Table<>(
        rows, columns, (json, row) -> columns.forEach(column -> Cells.json(json, column, row)));
  }

  /** All rows at once. */
  public byte[] bytes(Format format, List<T> all) {
    return switch (format) {
      case CSV -> {
        CsvRows csv = header();
        all.forEach(row -> csv(csv, row));
        yield csv.bytes();
      }
      case NDJSON, JSON -> JsonWriter.lines(all, json);
      case PARQUET -> {
        ParquetRows<T> parquet = new ParquetRows<>(rows, columns);
        yield parquet.write(all).concat(parquet.end()).toArray();
      }
      case TEXT -> throw noTable(format);
    };
  }

  /** Rows as they come. */
  public Source<ByteString, NotUsed> stream(Format format, Source<List<T>, NotUsed> pages) {
    Source<ByteString, NotUsed> bytes =
        switch (format) {
          case CSV ->
              Source.single(header().toByteString())
                  .concat(pages.map(page -> bytes(page, this::csvLines)));
          case NDJSON, JSON -> pages.map(page -> bytes(page, of -> JsonWriter.lines(of, json)));
          case PARQUET -> parquet(pages);
          case TEXT -> throw noTable(format);
        };
    return bytes.filter(some -> !some.isEmpty()).withAttributes(ASIDE).async();
  }

  /** The end is written only once all pages have come: what broke off is no Parquet file. */
  private Source<ByteString, NotUsed> parquet(Source<List<T>, NotUsed> pages) {
    return Source.lazySource(
            () -> {
              ParquetRows<T> parquet = new ParquetRows<>(rows, columns);
              return pages
                  .map(parquet::write)
                  .concatLazy(Source.lazySource(() -> Source.single(parquet.end())));
            })
        .mapMaterializedValue(any -> NotUsed.getInstance());
  }

  private static <T> ByteString bytes(List<T> page, Function<List<T>, byte[]> encode) {
    return ByteString.fromArrayUnsafe(encode.apply(page));
  }

  private byte[] csvLines(List<T> page) {
    CsvRows csv = new CsvRows();
    page.forEach(row -> csv(csv, row));
    return csv.bytes();
  }

  private CsvRows header() {
    return new CsvRows().header(columns.stream().map(Column::name).toList());
  }

  private void csv(CsvRows csv, T row) {
    columns.forEach(column -> Cells.csv(csv, column, row));
    csv.end();
  }

  private static IllegalArgumentException noTable(Format format) {
    return new IllegalArgumentException(format + " holds no tables");
  }
}
