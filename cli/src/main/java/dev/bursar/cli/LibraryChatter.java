package dev.bursar.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps a line off the console that pekko-projection 1.1 prints whenever a projection stops. */
final class LibraryChatter {

  private static final String PREFIX = "# stop org.apache.pekko.projection";

  private LibraryChatter() {}

  /** From now on. To be called before that library is first used. */
  static void silence() {
    PrintStream console = System.out;
    System.setOut(
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
          @Override
          public void println(Object line) {
            if (!String.valueOf(line).startsWith(PREFIX)) {
              console.println(line);
            }
          }

          @Override
          public void println(String line) {
            println((Object) line);
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            console.write(bytes, from, length);
          }

          @Override
          public void write(int one) {
            console.write(one);
          }

          @Override
          public void print(String text) {
            console.print(text);
          }

          @Override
          public void flush() {
            console.flush();
          }
        });
  }
}
