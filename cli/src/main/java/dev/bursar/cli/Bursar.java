package dev.bursar.cli;

import dev.bursar.sidecar.command.SidecarCommand;
import dev.bursar.sidecar.command.Terminal;
import java.io.PrintStream;
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
    System.exit(heard(commandLine().execute(args), System.out, System.err));
  }

  /**
   * The exit code, once all that was told has been written: where that can't be, as on a disk that
   * is full, it is no success.
   */
  static int heard(int exit, PrintStream out, PrintStream err) {
    if (!out.checkError()) {
      return exit;
    }
    err.println("bursar: not all that there is to tell could be written to standard output");
    return exit == 0 ? 1 : exit;
  }

  static CommandLine commandLine() {
    return Terminal.speaking(new CommandLine(new Bursar()));
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
