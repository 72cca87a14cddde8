package dev.bursar.api.table;

import com.jerolba.carpet.CarpetWriter;
import com.jerolba.carpet.TimeUnit;
import com.jerolba.carpet.model.FieldTypes;
import com.jerolba.carpet.model.WriteRecordModelType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table as Parquet, row group by row group: what is complete goes out, what is not is
 * held in memory. Not thread-safe.
 */
final class ParquetRows<T> {

  /** What one table on its way holds in memory, about; readers like larger ones no better. */
  private static final long ROW_GROUP_BYTES = 8L << 20;

  private static final int ROW_GROUP_ROWS_MAX = 100_000;
  private static final int PAGE_BYTES = 256 << 10;
  private static final int PRECISION = 38;
  private static final int DECIMALS = 6;

  private final ByteArrayOutputStream complete = new ByteArrayOutputStream();
  private final CarpetWriter<T> writer;

  ParquetRows(Class<T> rows, List<Column<T>> columns) {
    WriteRecordModelType<T> model = FieldTypes.writeRecordModel(rows);
    for (Column<T> column : columns) {
      field(model, column);
    }
    try {
      writer =
          new CarpetWriter.Builder<>(complete, rows)
              .withConf(new PlainParquetConfiguration())
              .withWriteRecordModel(model)
              .withDefaultTimeUnit(TimeUnit.MICROS)
              .withCompressionCodec(CompressionCodecName.GZIP)
              .withCodecFactory(new Gzip())
              .withRowGroupSize(ROW_GROUP_BYTES)
              .withRowGroupRowCountLimit(ROW_GROUP_ROWS_MAX)
              .withPageSize(PAGE_BYTES)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> void field(WriteRecordModelType<T> model, Column<T> column) {
    String name = column.name();
    switch (column) {
      case Column.Text<T> c -> model.withField(name, FieldTypes.STRING, c.of()::apply);
      case Column.Amount<T> c ->
          model.withField(
              name,
              FieldTypes.BIG_DECIMAL.withPrecisionScale(PRECISION, DECIMALS),
              row -> scaled(c.of().apply(row), DECIMALS));
      case Column.Count<T> c -> model.withField(name, FieldTypes.LONG, c.of()::apply);
      case Column.Whole<T> c ->
          model.withField(
              name,
              FieldTypes.BIG_DECIMAL.withPrecisionScale(PRECISION, 0),
              row -> scaled(c.of().apply(row), 0));
      case Column.Flag<T> c -> model.withField(name, FieldTypes.BOOLEAN, c.of()::apply);
      case Column.Time<T> c -> model.withField(name, FieldTypes.INSTANT, c.of()::apply);
      case Column.Texts<T> c ->
          model.withField(name, FieldTypes.LIST.ofType(FieldTypes.STRING), c.of()::apply);
      case Column.Pairs<T> c ->
          model.withField(name, FieldTypes.STRING.asJson(), row -> Cells.object(c.of().apply(row)));
      case Column.Units<T> c ->
          model.withField(name, FieldTypes.STRING.asJson(), row -> Cells.units(c.of().apply(row)));
    }
  }

  private static @Nullable BigDecimal scaled(@Nullable BigDecimal number, int decimals) {
    return number == null ? null : number.setScale(decimals);
  }

  /** Takes rows in; what is complete by then, which is often nothing. */
  ByteString write(List<T> rows) {
    try {
      writer.write(rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return taken();
  }

  /** The rest, and the footer. No row may follow. */
  ByteString end() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return taken();
  }

  private ByteString taken() {
    ByteString bytes = ByteString.fromArrayUnsafe(complete.toByteArray());
    complete.reset();
    return bytes;
  }
}
