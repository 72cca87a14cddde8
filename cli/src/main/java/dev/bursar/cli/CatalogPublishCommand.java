package dev.bursar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bursar catalog publish}: a catalog counts, for some or for all. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = {
      "Let the files count as the catalog: for everybody at once, from a time on, or for some orgs only.",
      "When it ends, every node decides by it. What is reserved already keeps its price."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it counts, or will",
      "1:it has faults, or is refused, or no node is there, and what counted before still does; or a node"
          + " did not answer, and it may count: the message says which",
      "2:wrong usage"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bursar catalog publish --percent 10 prices/*.yaml",
      "  bursar catalog publish --at 2026-12-01T00:00:00Z prices/*.yaml"
    })
final class CatalogPublishCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private CatalogNode node;

  @ArgGroup private @Nullable When when;

  /** Otherwise at once, for everybody. */
  static final class When {

    @Option(names = "--at", paramLabel = "TIME", description = "From when on, for everybody.")
    private @Nullable String at;

    @Option(
        names = "--org",
        paramLabel = "ORG",
        description = "Only for this org; may be there several times.")
    private @Nullable List<String> orgs;

    @Option(
        names = "--percent",
        paramLabel = "N",
        description = "Only for so many of a hundred orgs, 1 to 99, which are always the same.")
    private @Nullable Integer percent;
  }

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files, YAML or JSON")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    if (when != null && when.percent != null && (when.percent < 1 || when.percent > 99)) {
      throw WrongUsage.of(spec, "--percent: %d is not between 1 and 99".formatted(when.percent));
    }
    if (when != null && when.at != null) {
      WrongUsage.time(spec, "--at", when.at);
    }
    int version = node.draft(files);
    String path = "/v1/catalog/versions/" + version;
    PrintWriter out = node.out();
    if (when != null && when.orgs != null) {
      node.post(path + "/stage", Map.of("orgs", when.orgs));
      out.printf("version %d counts for %s%n", version, CatalogDiffCommand.orgs(when.orgs.size()));
    } else if (when != null && when.percent != null) {
      node.post(path + "/stage", Map.of("percent", when.percent));
      out.printf("version %d counts for %d %% of the orgs%n", version, when.percent);
    } else if (when != null && when.at != null) {
      JsonNode made = node.post(path + "/publish", Map.of("at", when.at));
      out.printf("version %d counts from %s on%n", version, made.path("effective_at").asText());
    } else {
      JsonNode made = node.post(path + "/publish", Map.of());
      out.printf(
          "version %d counts, in place of version %d%n",
          version, made.path("published_before").asInt());
    }
    out.flush();
    return 0;
  }
}
