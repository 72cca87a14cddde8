package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The published schema against the reader: the schema refuses nothing that a node would take, and
 * whatever the reader has to say of a catalog's shape, the schema says, too.
 */
final class CatalogSchemaTest {

  /** What the reader says of shape alone. */
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?<!up_to )is required|is unknown; known are|list is expected|mapping is expected"
              + "|is negative|no whole number|is neither a day|(a text|a decimal|true or false|a day or a time) is expected"
              + "|either tiers or volume_steps|is no power of ten|is empty; (at least one step|the rate)");

  private static final Schema SCHEMA = schema();

  private static Schema schema() {
    try (InputStream in = CatalogFile.class.getResourceAsStream("/catalog.schema.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The example, with one line of the price list for each shape but that of formulas. */
  private static JsonNode example() throws IOException {
    try (InputStream in = CatalogFile.class.getResourceAsStream("/catalog.yaml")) {
      JsonNode example = new YAMLMapper().readTree(in);
      ArrayNode rates = (ArrayNode) example.get("rates");
      for (int i = rates.size() - 1; i > 0; i--) {
        String line = rates.get(i).toString();
        if (line.contains("\"model\"") && !line.contains("gpt-5\"")) {
          rates.remove(i);
        }
      }
      return example;
    }
  }

  /** A formula, by itself: it takes longer to read than all the rest. */
  private static JsonNode formula() throws IOException {
    return new YAMLMapper()
        .readTree(
            """
            credit_types: [{ id: c, name: C }]
            meters: [m]
            rates: [{ feature: f, model: x, credit_type: c, effective_at: 2026-01-01, formula: m * 2 }]
            """);
  }

  private static @Nullable String read(JsonNode catalog) {
    try {
      CatalogFile.parse(catalog.toString());
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  @Test
  void theExampleIsAsTheSchemaSays() throws IOException {
    try (InputStream in = CatalogFile.class.getResourceAsStream("/catalog.yaml")) {
      assertThat(SCHEMA.validate(new YAMLMapper().readTree(in))).isEmpty();
    }
    assertThat(read(example())).isNull();
  }

  @Test
  void theSchemaKnowsWhichNamesMeanSomethingElse() throws IOException {
    for (String name : List.of("requests", "open_reservations")) {
      ObjectNode example = (ObjectNode) example();
      ((ArrayNode) example.get("meters")).add(name);
      assertThat(SCHEMA.validate(example)).hasSize(1);
      example = (ObjectNode) example();
      ((ArrayNode) example.get("credit_types")).addObject().put("id", name).put("name", "N");
      assertThat(SCHEMA.validate(example)).hasSize(1);
    }
  }

  @Test
  void theSchemaKnowsThatWhatIsOpenHasNoWindow() throws IOException {
    ObjectNode example = (ObjectNode) example();
    ObjectNode budget = (ObjectNode) example.at("/plans/1/budgets/0");
    assertThat(budget.isObject()).isTrue();
    budget.put("measure", "open_reservations").put("window", "lifetime");
    assertThat(SCHEMA.validate(example)).isEmpty();
    budget.put("window", "day");
    assertThat(SCHEMA.validate(example)).isNotEmpty();
  }

  @Test
  void theSchemaFindsFaultsOfShape() throws IOException {
    Path faulty =
        Path.of(System.getProperty("basedir", ""), "src/test/resources/catalogs/everything.yaml");
    assertThat(SCHEMA.validate(new YAMLMapper().readTree(Files.readString(faulty))))
        .hasSizeGreaterThan(20);
  }

  /**
   * Every field of the example is taken away, or given another value, and every object gets one
   * more; each kind of place once.
   */
  @Test
  void schemaAndReaderAgreeOnWhatACatalogLooksLike() throws IOException {
    int refused = agree(example()) + agree(formula());
    assertThat(refused).isGreaterThan(300);
  }

  /** How many changes of an example both refuse. */
  private static int agree(JsonNode example) {
    List<Consumer<JsonNode>> changes = new ArrayList<>();
    List<String> names = new ArrayList<>();
    collect(example, "", new HashSet<>(), changes, names);
    int refusedByBoth = 0;
    for (int i = 0; i < changes.size(); i++) {
      JsonNode changed = example.deepCopy();
      changes.get(i).accept(changed);
      String faults = read(changed);
      boolean bySchema = !SCHEMA.validate(changed).isEmpty();
      if (bySchema) {
        assertThat(faults)
            .as("the schema refuses %s, a node would take it", names.get(i))
            .isNotNull();
        refusedByBoth++;
      } else {
        assertThat(faults != null && SHAPE.matcher(faults).find())
            .as("the schema lets %s pass, the reader does not: %s", names.get(i), faults)
            .isFalse();
      }
    }
    return refusedByBoth;
  }

  private static void collect(
      JsonNode node,
      String pointer,
      Set<String> seen,
      List<Consumer<JsonNode>> changes,
      List<String> names) {
    boolean isNew = seen.add(pointer.replaceAll("/[0-9]+", "/*"));
    if (node instanceof ObjectNode object) {
      if (isNew) {
        names.add(pointer + " with one more field");
        changes.add(root -> ((ObjectNode) root.at(pointer)).put("surprise", 1));
      }
      object
          .fieldNames()
          .forEachRemaining(
              name -> {
                // What a whole catalog has to have, one of several files need not.
                if (!pointer.isEmpty() && seen.add(kind(pointer, name) + " gone")) {
                  names.add(pointer + " without " + name);
                  changes.add(root -> ((ObjectNode) root.at(pointer)).remove(name));
                }
                if (seen.add(kind(pointer, name) + " other")) {
                  for (JsonNode other : others()) {
                    names.add("%s with %s %s".formatted(pointer, name, other));
                    changes.add(root -> ((ObjectNode) root.at(pointer)).set(name, other));
                  }
                }
                collect(object.get(name), pointer + "/" + name, seen, changes, names);
              });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        if (seen.add(kind(pointer, "item"))) {
          for (JsonNode other : others()) {
            names.add("%s with %s at %d".formatted(pointer, other, i));
            changes.add(root -> ((ArrayNode) root.at(pointer)).set(index, other));
          }
        }
        collect(array.get(i), pointer + "/" + i, seen, changes, names);
      }
    }
  }

  private static String kind(String pointer, String name) {
    return pointer.replaceAll("/[0-9]+", "/*") + "/" + name;
  }

  private static List<JsonNode> others() {
    JsonNodeFactory make = JsonNodeFactory.instance;
    return List.of(
        make.objectNode(),
        make.arrayNode(),
        make.textNode("nonsense"),
        make.textNode(""),
        make.numberNode(-1),
        make.numberNode(1.5),
        make.booleanNode(true),
        make.nullNode());
  }
}
