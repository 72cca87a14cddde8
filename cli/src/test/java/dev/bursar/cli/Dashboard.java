package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The dashboard in {@code docs/}, which asks for nothing that a node does not measure. */
final class Dashboard {

  private static final Path DASHBOARD = Path.of("..", "docs", "grafana", "bursar.json");

  /** In the dashboard, braces follow on every metric's name, and on nothing else. */
  private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{");

  private static final Pattern MEASURED =
      Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)[{ ]", Pattern.MULTILINE);

  /** Those that are there only while a slice stands still by itself. */
  private static final Set<String> OF_STANDING_SLICES =
      Set.of("bursar_projection_slice_lag_seconds", "bursar_projection_slice_lag_events");

  private Dashboard() {}

  /** Every metric that it asks for is there, on a node that has decided something. */
  static void assertMeasured(int port) throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    Set<String> asked = new TreeSet<>();
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        asked.addAll(names(METRIC, target.get("expr").asText()));
      }
    }
    for (JsonNode variable : dashboard.at("/templating/list")) {
      asked.addAll(names(METRIC, variable.path("definition").asText()));
    }
    assertThat(asked).containsAll(OF_STANDING_SLICES);
    asked.removeAll(OF_STANDING_SLICES);
    assertThat(asked)
        .contains("bursar_decisions_total", "bursar_projection_lag_seconds", "bursar_entities");
    assertThat(Files.readString(DASHBOARD)).doesNotContain("\"__inputs\"");
    String metrics = get(port, "/metrics");
    assertThat(names(MEASURED, metrics)).containsAll(asked);
    Set<String> entities =
        metrics
            .lines()
            .filter(line -> line.startsWith("bursar_entities{kind=\"org\"}"))
            .collect(Collectors.toSet());
    assertThat(entities).hasSize(1).noneMatch(line -> line.endsWith(" 0.0"));
  }

  private static Set<String> names(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
  }

  private static String get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
