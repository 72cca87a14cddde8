package dev.bursar.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TraceFileTest {

  private static final String HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

  @TempDir Path directory;

  @Test
  void readsRowsWithFractionsOfAnyLength() throws Exception {
    Path file =
        file(
            HEADER
                + "2023-11-16 18:15:46.6805900,374,44\r\n"
                + "2023-11-16 18:15:50,396,0\n"
                + "2023-11-16 18:15:51.2,879,55");
    assertThat(TraceFile.read(file))
        .containsExactly(
            new TraceRow(LocalDateTime.of(2023, 11, 16, 18, 15, 46, 680_590_000), 374, 44),
            new TraceRow(LocalDateTime.of(2023, 11, 16, 18, 15, 50), 396, 0),
            new TraceRow(LocalDateTime.of(2023, 11, 16, 18, 15, 51, 200_000_000), 879, 55));
  }

  @Test
  void aMissingFileIsOneClearLine() {
    assertFault(directory.resolve("none.csv"), "no such file");
  }

  @Test
  void anEmptyFileIsOneClearLine() throws IOException {
    assertFault(file(""), "empty, expected the header TIMESTAMP,ContextTokens,GeneratedTokens");
    assertFault(file(HEADER), "no rows after the header");
  }

  @Test
  void anotherHeaderIsOneClearLine() throws IOException {
    assertFault(
        file("time,in,out\n1,2,3\n"),
        "line 1: expected the header TIMESTAMP,ContextTokens,GeneratedTokens");
  }

  @Test
  void whatIsNoTextIsOneClearLine() throws IOException {
    Path file = directory.resolve("binary.csv");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2, '\n'});
    assertThatExceptionOfType(TraceException.class)
        .isThrownBy(() -> TraceFile.read(file))
        .withMessageStartingWith("trace " + file + ": ")
        .withMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "yesterday,1,2 | TIMESTAMP 'yesterday' is not a time like 2023-11-16 18:15:46.6805900",
        "2023-11-16 18:15:46,x,2 | ContextTokens 'x' is not a whole number from 0 to 10000000",
        "2023-11-16 18:15:46,1,-2 | GeneratedTokens '-2' is not a whole number from 0 to 10000000",
        "2023-11-16 18:15:46,1,2.5 | GeneratedTokens '2.5' is not a whole number from 0 to 10000000",
        "2023-11-16 18:15:46,10000001,2 | ContextTokens '10000001' is not a whole number from 0 to 10000000",
        "2023-11-16 18:15:46,1 | 2 fields, expected 3",
      })
  void aBadRowIsNamedByItsLine(String row, String message) throws IOException {
    Path file = file(HEADER + "2023-11-16 18:15:46.6805900,374,44\n" + row + "\n");
    assertFault(file, "line 3: " + message);
  }

  private Path file(String content) throws IOException {
    Path file = Files.createTempFile(directory, "trace", ".csv");
    return Files.writeString(file, content, StandardCharsets.UTF_8);
  }

  private static void assertFault(Path file, String message) {
    assertThatExceptionOfType(TraceException.class)
        .isThrownBy(() -> TraceFile.read(file))
        .withMessage("trace " + file + ": " + message);
  }
}
