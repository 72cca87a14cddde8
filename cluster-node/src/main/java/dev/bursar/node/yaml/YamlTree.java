package dev.bursar.node.yaml;

import dev.bursar.node.yaml.YamlNode.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.ComposerException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Puts together what the parser finds. Whatever is written is a text, until somebody reads it as
 * something else. Bounded: how deep parts lie within each other, so that whoever reads them on does
 * not run out of stack, and how often a file refers to its own parts.
 */
final class YamlTree {

  private static final int DEPTH_MAX = 50;

  private final LoadSettings settings;
  private final ParserImpl parser;

  /** Many texts are the same. */
  private final Map<String, String> texts = new HashMap<>();

  private final Map<Anchor, YamlNode> anchors = new HashMap<>();

  /** The parts, so far, of all that is open. */
  private final List<YamlNode> open = new ArrayList<>();

  private int depth;
  private int references;

  private YamlTree(LoadSettings settings, String yaml) {
    this.settings = settings;
    this.parser = new ParserImpl(settings, new StreamReader(settings, yaml));
  }

  /**
   * Tells each document as soon as it is read, but for empty ones.
   *
   * @throws YamlEngineException where it is no YAML, too deep, or refers to its own parts too often
   */
  static void documents(LoadSettings settings, String yaml, Consumer<YamlNode> told) {
    new YamlTree(settings, yaml).documents(told);
  }

  private void documents(Consumer<YamlNode> told) {
    while (parser.hasNext()) {
      Event event = parser.next();
      if (event.getEventId() == Event.ID.DocumentStart) {
        anchors.clear();
        references = 0;
        YamlNode root = node(parser.next());
        if (root.kind != Kind.NOTHING) {
          told.accept(root);
        }
      }
    }
  }

  private YamlNode node(Event event) {
    return switch (event) {
      case AliasEvent alias -> referred(alias);
      case ScalarEvent scalar -> named(scalar, text(scalar));
      case SequenceStartEvent start -> filled(start, Kind.LIST, Event.ID.SequenceEnd);
      case MappingStartEvent start -> filled(start, Kind.MAPPING, Event.ID.MappingEnd);
      default -> throw new IllegalStateException("no node begins with " + event);
    };
  }

  private YamlNode text(ScalarEvent scalar) {
    String value = scalar.getValue();
    boolean isNothing =
        scalar.getTag().isPresent()
            ? scalar.getTag().get().equals(Tag.NULL.getValue())
            : scalar.getImplicit().canOmitTagInPlainScalar() && standsForNothing(value);
    String known = texts.putIfAbsent(value, value);
    return new YamlNode(
        isNothing ? Kind.NOTHING : Kind.TEXT, line(scalar), known == null ? value : known);
  }

  private static boolean standsForNothing(String plain) {
    return switch (plain) {
      case "", "~", "null", "Null", "NULL" -> true;
      default -> false;
    };
  }

  private YamlNode filled(NodeEvent start, Kind kind, Event.ID end) {
    depth++;
    if (depth > DEPTH_MAX) {
      throw new ParserException(
          "nested more than %d deep".formatted(DEPTH_MAX), start.getStartMark());
    }
    // Named before it is filled: it may refer to itself.
    YamlNode node = named(start, new YamlNode(kind, line(start), ""));
    int first = open.size();
    for (Event next = parser.next(); next.getEventId() != end; next = parser.next()) {
      open.add(node(next));
    }
    List<YamlNode> parts = open.subList(first, open.size());
    node.parts = parts.toArray(node.parts);
    parts.clear();
    depth--;
    return node;
  }

  private YamlNode named(NodeEvent event, YamlNode node) {
    event.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
    return node;
  }

  private YamlNode referred(AliasEvent alias) {
    YamlNode node = anchors.get(alias.getAlias());
    if (node == null) {
      throw new ComposerException(
          "found undefined alias " + alias.getAlias(), alias.getStartMark());
    }
    if (node.kind == Kind.LIST || node.kind == Kind.MAPPING) {
      references++;
      if (references > settings.getMaxAliasesForCollections()) {
        throw new ComposerException(
            "lists and mappings are referred to more than %d times"
                .formatted(settings.getMaxAliasesForCollections()),
            alias.getStartMark());
      }
    }
    return node;
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
