package dev.bursar.cli;

import java.io.PrintStream;

/** Keeps a line off the console that pekko-projection 1.0 prints whenever a projection stops. */
final class LibraryChatter {

  private static final String PREFIX = "# stop org.apache.pekko.projection";

  private LibraryChatter() {}

  /** From now on. To be called before that library is first used. */
  static void silence() {
    PrintStream console = System.out;
    System.setOut(
        new PrintStream(console, true, console.charset()) {
          @Override
          public void println(Object line) {
            if (!String.valueOf(line).startsWith(PREFIX)) {
              super.println(line);
            }
          }
        });
  }
}
