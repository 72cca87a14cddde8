package dev.bursar.cli;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.node.catalog.CatalogFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bursar catalog}: what is sold and what it costs, as files. */
@Command(
    name = "catalog",
    mixinStandardHelpOptions = true,
    description =
        "What can be used, what it costs, and what can be sold: check a catalog, compare it with the"
            + " one that counts, publish it, and go back.",
    subcommands = {
      CatalogCommand.Validate.class,
      CatalogDiffCommand.class,
      CatalogSimulateCommand.class,
      CatalogPublishCommand.class,
      CatalogRollbackCommand.class
    })
final class CatalogCommand implements Runnable {

  @Spec private CommandSpec spec;

  /** Without a command there is nothing to run. */
  @Override
  public void run() {
    throw WrongUsage.of(spec, "Name a command, such as validate.");
  }

  /** {@code bursar catalog validate}: for pipelines, before a node is given the files. */
  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = {
        "Read the files as one catalog, as a node would, and tell every fault with its path and line.",
        "docs/catalog.md explains the parts of a catalog; config/catalog.schema.json is its JSON Schema."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:a node would take the catalog",
        "1:it has faults, or can't be read",
        "2:wrong usage"
      },
      footerHeading = "%nExample:%n",
      footer = "  bursar catalog validate prices/*.yaml && bursar up --catalog ...")
  static final class Validate implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files, YAML or JSON")
    private List<Path> files = List.of();

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      try {
        Catalog catalog = CatalogFile.read(files);
        out.printf(
            "valid: %,d credit types, %,d meters, %,d features, %,d rates, %,d plans, %,d add-ons, "
                + "%,d top-up packs, %,d campaigns%n",
            catalog.creditTypes().size(),
            catalog.meters().size(),
            catalog.features().size(),
            catalog.prices().rates().size(),
            catalog.plans().size(),
            catalog.addOns().size(),
            catalog.topUpPacks().size(),
            catalog.campaigns().size());
        out.flush();
        return 0;
      } catch (IllegalArgumentException e) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("bursar: " + e.getMessage());
        err.flush();
        return 1;
      }
    }
  }
}
