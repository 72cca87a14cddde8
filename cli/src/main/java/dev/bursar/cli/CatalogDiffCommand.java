package dev.bursar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bursar catalog diff}: what a catalog would change, and for whom. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Tell what the files would change, part by part, and for how many orgs.",
      "They become a draft on the node, which counts for nobody; the same text is the same version,"
          + " however often."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the catalog is valid; with --exit-code, it changes nothing",
      "1:it has faults, or the node can't be asked",
      "2:wrong usage",
      "3:with --exit-code, it changes something"
    },
    footerHeading = "%nExample:%n",
    footer = "  bursar catalog diff --url https://bursar.internal prices/*.yaml")
final class CatalogDiffCommand implements Callable<Integer> {

  private static final int CHANGES_SOMETHING = 3;

  @Mixin private CatalogNode node;

  @Option(
      names = "--against",
      paramLabel = "VERSION",
      description = "The version to compare with. Default: the one that is published")
  private @Nullable Integer against;

  @Option(names = "--exit-code", description = "End with 3 if it changes anything.")
  private boolean exitCode;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files, YAML or JSON")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    int version = node.draft(files);
    JsonNode diff =
        node.get(
            "/v1/catalog/versions/%d/diff%s"
                .formatted(version, against == null ? "" : "?against=" + against));
    PrintWriter out = node.out();
    print(out, version, diff);
    out.flush();
    return exitCode && !diff.path("changes").isEmpty() ? CHANGES_SOMETHING : 0;
  }

  private static void print(PrintWriter out, int version, JsonNode diff) {
    if (diff.path("changes").isEmpty()) {
      out.printf("version %d changes nothing%n", version);
      return;
    }
    for (JsonNode change : diff.path("changes")) {
      out.printf(
          "%s %s %s (%s)%n",
          sign(change.path("change").asText()),
          change.path("section").asText(),
          change.path("id").asText(),
          orgs(change.path("orgs").asLong()));
      for (JsonNode field : change.path("fields")) {
        out.printf(
            "    %s: %s → %s%n",
            field.path("field").asText(), text(field, "before"), text(field, "after"));
      }
    }
    out.printf(
        "version %d changes something for %s of %d%n",
        version, orgs(diff.path("orgs").asLong()), diff.path("orgs_in_all").asLong());
  }

  private static String sign(String change) {
    return switch (change) {
      case "added" -> "+";
      case "removed" -> "-";
      default -> "~";
    };
  }

  private static String text(JsonNode field, String name) {
    return field.has(name) ? field.path(name).asText() : "(nothing)";
  }

  static String orgs(long count) {
    return count == 1 ? "1 org" : count + " orgs";
  }
}
