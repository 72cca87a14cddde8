package dev.bursar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code bursar catalog rollback}: what counted before counts again. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = {
      "Let a version count again that counted for everybody before.",
      "It is the one of these files, the one of this number, or, if nothing is named, the one before"
          + " the present. What is staged or scheduled is no more."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it counts",
      "1:it never counted for everybody, or no node is there; or a node did not answer, and it may count:"
          + " the message says which",
      "2:wrong usage"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  bursar catalog rollback", "  bursar catalog rollback 7"})
final class CatalogRollbackCommand implements Callable<Integer> {

  @Mixin private CatalogNode node;

  @Parameters(
      paramLabel = "VERSION | FILE",
      arity = "0..*",
      description = "A version, or the files that it was made of")
  private List<String> named = List.of();

  @Override
  public Integer call() {
    JsonNode made = node.post("/v1/catalog/rollback", Map.of("to", version()));
    PrintWriter out = node.out();
    out.printf(
        "version %d counts, in place of version %d%n",
        made.path("version").asInt(), made.path("published_before").asInt());
    out.flush();
    return 0;
  }

  private int version() {
    if (named.isEmpty()) {
      return before();
    }
    return named.size() == 1 && named.getFirst().matches("[0-9]{1,9}")
        ? Integer.parseInt(named.getFirst())
        : node.draft(named.stream().map(Path::of).toList());
  }

  /** What counted for everybody before what does now, by what was done last. */
  private int before() {
    int now = node.get("/v1/catalog").path("published").path("version").asInt();
    String cursor = "";
    while (true) {
      JsonNode log = node.get("/v1/catalog/audit-log" + cursor);
      for (JsonNode made : log.path("data")) {
        int version = made.path("published_before").asInt();
        if (version != 0 && version != now) {
          return version;
        }
      }
      if (!log.path("has_more").asBoolean()) {
        throw new CommandFailure("no other version counted before version " + now);
      }
      cursor = "?cursor=" + log.path("next_cursor").asText();
    }
  }
}
