package dev.bursar.sidecar.command;

import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;

/** How a program speaks to a person at a terminal. */
public final class Terminal {

  private Terminal() {}

  /** Has what goes wrong told in one line. */
  public static CommandLine speaking(CommandLine line) {
    return line.setExecutionExceptionHandler(
        (failure, commandLine, parsed) -> {
          commandLine.getErr().println("bursar: " + sentence(failure));
          return commandLine.getCommandSpec().exitCodeOnExecutionException();
        });
  }

  /** What went wrong, in one line; faults of ours with their kind. */
  private static String sentence(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof IllegalStateException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /**
   * Waits for Ctrl-C, or for whatever else ends a program in good order.
   *
   * @param stopped to be counted down when all is done that has to be done then
   */
  public static void awaitInterrupt(CountDownLatch stopped) throws InterruptedException {
    Thread main = Thread.currentThread();
    Thread hook =
        new Thread(
            () -> {
              main.interrupt();
              try {
                stopped.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // Ctrl-C: what follows must not be interrupted again.
      Thread.interrupted();
    }
  }
}
