package dev.bursar.cli;

import dev.bursar.sidecar.command.SidecarCommand;
import dev.bursar.sidecar.command.Terminal;
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
