package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is told has to reach somebody. */
final class BursarTest {

  private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

  private int heard(int exit, OutputStream out) {
    PrintStream err = new PrintStream(complained, true, StandardCharsets.UTF_8);
    PrintStream told = new PrintStream(out, false, StandardCharsets.UTF_8);
    told.println("all that must hold has held");
    return Bursar.heard(exit, told, err);
  }

  @Test
  void whatCanNotBeWrittenIsNoSuccess() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int each) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertThat(heard(0, full)).isEqualTo(1);
    assertThat(complained.toString(StandardCharsets.UTF_8))
        .isEqualToIgnoringNewLines(
            "bursar: not all that there is to tell could be written to standard output");
    assertThat(heard(2, full)).isEqualTo(2);
  }

  @Test
  void whatIsWrittenEndsAsItDid() {
    assertThat(heard(0, OutputStream.nullOutputStream())).isZero();
    assertThat(heard(1, OutputStream.nullOutputStream())).isEqualTo(1);
    assertThat(complained.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
