package dev.bursar.api.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.api.Duck;
import dev.bursar.api.http.Format;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {

  private record Row(long number, String text) {}

  private static final Instant START = Instant.parse("2026-03-02T10:00:00.000001Z");
  private static final Config CONFIG =
      ConfigFactory.parseResources("http.conf").withFallback(ConfigFactory.load());
  private static final ActorSystem<Void> SYSTEM =
      ActorSystem.create(Behaviors.empty(), "tables", CONFIG);

  private static final Table<Row> TABLE =
      Table.flat(
          Row.class,
          List.of(
              new Column.Count<>("number", Row::number),
              new Column.Text<>("text", row -> row.number() % 3 == 0 ? null : row.text()),
              new Column.Amount<>("amount", row -> BigDecimal.valueOf(row.number(), 6)),
              new Column.Time<>("at", row -> START.plusSeconds(row.number())),
              new Column.Flag<>("odd", row -> row.number() % 2 == 1),
              new Column.Texts<>("texts", row -> List.of("a\"", row.text())),
              new Column.Pairs<>("pairs", row -> Map.of("key", row.text()))));

  @TempDir Path directory;

  @AfterAll
  static void stop() {
    SYSTEM.terminate();
  }

  /** Numbers from 0 on, in pages. */
  private static Source<List<Row>, NotUsed> pages(int pages, int rowsEach) {
    return Source.range(0, pages - 1)
        .map(
            page -> {
              List<Row> rows = new ArrayList<>();
              for (int i = 0; i < rowsEach; i++) {
                long number = (long) page * rowsEach + i;
                rows.add(new Row(number, "text " + number % 97));
              }
              return rows;
            });
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(120, TimeUnit.SECONDS).join();
  }

  private static byte[] all(Source<ByteString, NotUsed> bytes) {
    return await(
            bytes.runFold(
                new ByteArrayOutputStream(),
                (out, some) -> {
                  out.writeBytes(some.toArray());
                  return out;
                },
                SYSTEM))
        .toByteArray();
  }

  @Test
  void everyKindOfColumnIsReadBack() {
    try (Duck duck = new Duck(directory)) {
      duck.parquet("stream", all(TABLE.stream(Format.PARQUET, pages(3, 10))));
      duck.parquet(
          "bytes",
          TABLE.bytes(
              Format.PARQUET,
              await(
                  pages(1, 30)
                      .runFold(
                          new ArrayList<Row>(),
                          (a, b) -> {
                            a.addAll(b);
                            return a;
                          },
                          SYSTEM))));
      assertThat(duck.types("stream"))
          .containsExactly(
              "number BIGINT",
              "text VARCHAR",
              "amount DECIMAL(38,6)",
              "at TIMESTAMP WITH TIME ZONE",
              "odd BOOLEAN",
              "texts VARCHAR[]",
              "pairs JSON");
      assertThat(duck.rows("from stream")).hasSize(30).isEqualTo(duck.rows("from bytes"));
      assertThat(
              duck.rows(
                  "select number, text, amount, epoch_us(\"at\"), odd, texts[1] || texts[2],"
                      + " pairs->>'key' from stream where number = 4"))
          .containsExactly(
              List.of(
                  "4", "text 4", "0.000004", "1772445604000001", "false", "a\"text 4", "text 4"));
      assertThat(duck.one("select count(*) from stream where text is null")).isEqualTo("10");
      String csv = new String(all(TABLE.stream(Format.CSV, pages(3, 10))), StandardCharsets.UTF_8);
      assertThat(csv.lines().toList().get(5))
          .isEqualTo(
              "4,text 4,0.000004,2026-03-02T10:00:04.000001Z,false,\"[\"\"a\\\"\"\"\",\"\"text"
                  + " 4\"\"]\",\"{\"\"key\"\":\"\"text 4\"\"}\"");
      duck.csv("csv", csv);
      assertThat(duck.rows("select number, text, cast(amount as decimal(38,6)), odd from csv"))
          .isEqualTo(duck.rows("select number, text, amount, odd from stream"));
    }
  }

  @Test
  void aTableWithoutRowsIsATable() {
    try (Duck duck = new Duck(directory)) {
      duck.parquet("empty", all(TABLE.stream(Format.PARQUET, Source.empty())));
      assertThat(duck.one("select count(*) from empty")).isEqualTo("0");
      assertThat(duck.types("empty")).hasSize(7);
    }
  }

  /** What is under way at any time is one row group and a few pages, however long the table is. */
  @Test
  void aMillionRowsGoOutGroupByGroup() {
    AtomicLong produced = new AtomicLong();
    AtomicLong seen = new AtomicLong();
    List<Long> rowsAtEachPart = Collections.synchronizedList(new ArrayList<>());
    Source<ByteString, NotUsed> stream =
        TABLE.stream(
            Format.PARQUET,
            pages(500, 2_000)
                .map(
                    page -> {
                      produced.addAndGet(page.size());
                      return page;
                    }));
    await(
        stream.runForeach(
            some -> {
              seen.addAndGet(some.size());
              rowsAtEachPart.add(produced.get());
            },
            SYSTEM));
    assertThat(produced.get()).isEqualTo(1_000_000);
    assertThat(rowsAtEachPart).hasSizeGreaterThanOrEqualTo(10);
    assertThat(rowsAtEachPart.getFirst()).isLessThan(300_000);
  }

  @Test
  void whatBreaksOffIsNoParquetFile() {
    Source<List<Row>, NotUsed> broken =
        pages(2, 10).concat(Source.failed(new IllegalStateException("lost")));
    List<ByteString> parts = Collections.synchronizedList(new ArrayList<>());
    assertThatThrownBy(
            () -> await(TABLE.stream(Format.PARQUET, broken).runForeach(parts::add, SYSTEM)))
        .hasStackTraceContaining("lost");
    assertThat(parts).isEmpty();
  }
}
