package dev.bursar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.benchmarks.console.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bursar catalog simulate}: what real usage would have cost under a catalog. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Rate the usage of a period as if the files had counted then.",
      "Tells what it would have cost, by org and plan, who would have paid more or less, and what would"
          + " have been denied. Nothing is changed; the files become a draft on the node, which counts"
          + " for nobody."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done; with --deny-none, nothing would have been denied",
      "1:the files have faults, or the node can't be asked",
      "2:wrong usage",
      "3:with --deny-none, something would have been denied"
    },
    footerHeading = "%nExample:%n",
    footer =
        "  bursar catalog simulate --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z prices/*.yaml")
final class CatalogSimulateCommand implements Callable<Integer> {

  private static final int DENIES_SOMETHING = 3;

  @Spec private CommandSpec spec;

  @Mixin private CatalogNode node;

  @Option(names = "--from", required = true, paramLabel = "TIME", description = "From when on.")
  private String from = "";

  @Option(names = "--to", required = true, paramLabel = "TIME", description = "Until when.")
  private String to = "";

  @Option(names = "--org", paramLabel = "ORG", description = "Only this org's usage.")
  private @Nullable String org;

  @Option(
      names = "--priced-at",
      paramLabel = "TIME",
      description = "By the rates in force then. Default: by those of when it was used")
  private @Nullable String pricedAt;

  @Option(
      names = "--orgs",
      paramLabel = "N",
      defaultValue = "20",
      description = "Tell so many orgs, those with the largest changes. Default: ${DEFAULT-VALUE}")
  private int orgs;

  @Option(names = "--deny-none", description = "End with 3 if anything would have been denied.")
  private boolean denyNone;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files, YAML or JSON")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    OffsetDateTime start = WrongUsage.time(spec, "--from", from);
    if (!start.isBefore(WrongUsage.time(spec, "--to", to))) {
      throw WrongUsage.of(spec, "--to: %s is not after %s".formatted(to, from));
    }
    if (pricedAt != null) {
      WrongUsage.time(spec, "--priced-at", pricedAt);
    }
    if (orgs < 0) {
      throw WrongUsage.of(spec, "--orgs: %d is not 0 or more".formatted(orgs));
    }
    int version = node.draft(files);
    Map<String, String> body = new TreeMap<>(Map.of("from", from, "to", to));
    if (org != null) {
      body.put("org", org);
    }
    if (pricedAt != null) {
      body.put("priced_at", pricedAt);
    }
    JsonNode result;
    try (ProgressBar bar = Progress.bar("requests", 0)) {
      result =
          node.lines(
              "/v1/catalog/versions/%d/simulate".formatted(version),
              body,
              line -> {
                JsonNode progress = line.path("progress");
                if (!progress.isMissingNode()) {
                  long events = progress.path("events").asLong();
                  bar.maxHint(Math.max(events, progress.path("expected").asLong()));
                  bar.stepTo(events);
                }
              });
    }
    if (!result.has("version")) {
      throw new CommandFailure("the node broke off before it was done");
    }
    PrintWriter out = node.out();
    print(out, result);
    out.flush();
    return denyNone && !result.path("denied").isEmpty() ? DENIES_SOMETHING : 0;
  }

  private void print(PrintWriter out, JsonNode result) {
    out.printf(
        "version %d: %,d requests; %,d orgs would have paid less, %,d more, %,d less of one credit type and more of another%n",
        result.path("version").asInt(),
        result.path("events").asLong(),
        result.path("winners").asLong(),
        result.path("losers").asLong(),
        result.path("mixed").asLong());
    line(out, "all", result);
    for (JsonNode plan : result.path("plans")) {
      line(
          out,
          "plan %s, %s"
              .formatted(
                  plan.path("plan").asText("(none)"),
                  CatalogDiffCommand.orgs(plan.path("orgs").asLong())),
          plan);
    }
    int told = 0;
    for (JsonNode each : result.path("orgs")) {
      if (told < orgs) {
        told++;
        line(out, "org " + each.path("org").asText(), each);
      }
    }
    long more = result.path("orgs").size() - told + result.path("orgs_left_out").asLong();
    if (more > 0) {
      out.printf("and %,d more orgs%n", more);
    }
  }

  private static void line(PrintWriter out, String what, JsonNode totals) {
    for (JsonNode type : totals.path("credits")) {
      String denied = type.path("denied").asText();
      out.printf(
          "  %s: %s %s → %s (%s%s)%n",
          what,
          type.path("credit_type").asText(),
          type.path("before").asText(),
          type.path("after").asText(),
          signed(type.path("change").asText()),
          denied.equals("0") ? "" : ", and " + denied + " denied");
    }
    for (JsonNode denied : totals.path("denied")) {
      out.printf(
          "  %s: %,d denied, %s%n",
          what, denied.path("events").asLong(), denied.path("code").asText());
    }
  }

  private static String signed(String change) {
    return change.startsWith("-") || change.equals("0") ? change : "+" + change;
  }
}
