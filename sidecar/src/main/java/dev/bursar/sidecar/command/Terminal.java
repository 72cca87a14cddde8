package dev.bursar.sidecar.command;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** How a program speaks to a person at a terminal. */
public final class Terminal {

  private Terminal() {}

  /** Has what goes wrong told in one line, and what was typed wrong with where help is. */
  public static CommandLine speaking(CommandLine line) {
    return line.setExecutionExceptionHandler(
            (failure, commandLine, parsed) -> {
              commandLine.getErr().println("bursar: " + sentence(failure));
              return commandLine.getCommandSpec().exitCodeOnExecutionException();
            })
        .setParameterExceptionHandler((mistake, typed) -> explain(mistake));
  }

  private static int explain(ParameterException mistake) {
    CommandLine command = mistake.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("bursar: " + mistake.getMessage());
    if (!command.getSubcommands().isEmpty()) {
      command.usage(err);
    } else {
      UnmatchedArgumentException.printSuggestions(mistake, err);
      err.printf("Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
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
