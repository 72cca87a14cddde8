package dev.bursar.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program {@code bursar}: help and version by itself, the rest by its commands. */
@Command(
    name = "bursar",
    description = "Decides who may spend credits, before they are spent.",
    mixinStandardHelpOptions = true,
    versionProvider = Bursar.Version.class,
    subcommands = {
      UpCommand.class,
      SidecarCommand.class,
      ReplayCommand.class,
      LoadCommand.class,
      VerifyCommand.class,
      RebuildCommand.class,
      CatalogCommand.class,
      AuditCommand.class,
      BenchCommand.class,
      WarmCommand.class,
      SimulateCommand.class,
      ChaosCommand.class
    })
public final class Bursar implements Runnable {

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Bursar())
        .setExecutionExceptionHandler(
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

  /** Without a command there is nothing to run: the help, and the exit code of a usage error. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Name a command.");
  }

  /** The version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Bursar.class.getPackage().getImplementationVersion();
      return new String[] {"bursar " + (version == null ? "(not packaged)" : version)};
    }
  }
}
