package dev.bursar.node.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.otlp.Attribution;
import dev.bursar.api.otlp.SpanMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MappingFileTest {

  private static final Path METERING = Path.of("..", "docs", "metering.md");

  @Test
  void theOneThatComesAlongIsRead() {
    SpanMapping mapping = MappingFile.configured();
    assertThat(mapping.version()).isEqualTo("bursar-1");
    assertThat(mapping.conventions())
        .extracting(SpanMapping.Convention::name)
        .containsExactly(
            "gen-ai-1.42", "semconv-1.40", "semconv-1.27", "semconv-1.25", "openinference");
    assertThat(mapping.attribution()).containsOnlyKeys(Attribution.values());
  }

  /**
   * A collector that drops a span by names that are not all would have its calls charged to nobody.
   */
  @Test
  void theFilterInTheDocsLetsThroughWhateverIsCounted() throws IOException {
    Set<String> counted =
        MappingFile.configured().conventions().stream()
            .flatMap(convention -> convention.meters().stream())
            .flatMap(meter -> meter.attributes().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> demanded =
        Pattern.compile("attributes\\[\"([^\"]+)\"] == nil")
            .matcher(Files.readString(METERING))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(demanded).isEqualTo(counted);
  }

  @Test
  void everyFaultIsToldWithPathAndLine() {
    String yaml =
        """
        version: v
        surprise: 1
        kinds:
          - attribute: op
            calls: [chat, agent]
            around: [agent]
          - attribute: other
        conventions:
          - name: c
            schemas:
              - from: new
            model: []
            meters:
              - meter: cached
                part_of: input
                attributes: [a, a]
              - meter: input
                attributes: x
              - meter: input
                attributes: [y]
        attribution:
          team: [t]
          planet: [p]
          team: [u]
        """;
    assertThatThrownBy(() -> MappingFile.parse(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "surprise (line 2): is unknown; known are [attribution, conventions, kinds, metadata, version]",
            "kinds[0] (line 4): has [agent] among calls and around; one is expected",
            "kinds[1] (line 7): says nothing; calls or around is expected",
            "conventions[0].schemas[0] (line 11): prefix is required",
            "conventions[0].schemas[0].from (line 11): is no version; 1.40.0 is one",
            "conventions[0].model (line 12): is empty; at least one is expected",
            "conventions[0].meters[0].part_of (line 15): input is no meter above that is no part itself",
            "conventions[0].meters[0].attributes[1] (line 16): a is there twice",
            "conventions[0].meters[1].attributes (line 18): a list is expected",
            "conventions[0].meters[2] (line 19): input is there twice",
            "attribution.planet (line 23): is unknown; known are [agent, cost_center, feature, org, product, session, team, user, wallet]",
            "attribution.team (line 24): is there twice",
            "(root) (line 1): metadata is required");
  }

  @Test
  void whatIsNoYamlIsToldAsSuch() {
    assertThatThrownBy(() -> MappingFile.parse("version: ["))
        .hasMessageContaining("not valid YAML");
    assertThatThrownBy(() -> MappingFile.parse(""))
        .hasMessage(
            "the mapping of spans has faults:\n  (root) (line 1): is empty; a mapping is expected");
    assertThatThrownBy(() -> MappingFile.parse("version: 1\n---\nversion: 2\n"))
        .hasMessageContaining(
            "(root) (line 3): is another document; there are 2, and one is expected");
    assertThatThrownBy(() -> MappingFile.read(Path.of("/nowhere/otel.yaml")))
        .hasMessageContaining("/nowhere/otel.yaml: (root): can't be read: there is no such file");
  }
}
