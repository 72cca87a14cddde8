package dev.bursar.node.yaml;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A part of a YAML file, with its path and its line. What is not as it should be is put down as a
 * fault, and read as if it were empty, so that one reading finds all faults.
 */
public final class YamlPart {

  private static final int BYTES_MAX = 10_000_000;

  /** The parser takes time by the square of a comment's or a text's length within a line. */
  private static final int LINE_CHARS_MAX = 100_000;

  /** What its place begins with; empty if there is one file only. */
  private final String file;

  private final String path;
  private final Node node;
  private final YamlFaults faults;

  private YamlPart(String file, String path, Node node, YamlFaults faults) {
    this.file = file;
    this.path = path;
    this.node = node;
    this.faults = faults;
    faults.count();
  }

  /**
   * What is written in a file, of up to 10 MB.
   *
   * @param what the file, for messages
   * @throws IllegalArgumentException if it can't be read, or is larger
   */
  public static String text(String what, Path file) {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new IllegalArgumentException(
            "%s %s has %d bytes; at most %d are read"
                .formatted(what, file, Files.size(file), BYTES_MAX));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(what + " " + file + " can't be read: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "there is no such file";
      case CharacterCodingException none -> "it is not UTF-8";
      default -> String.valueOf(e.getMessage());
    };
  }

  /**
   * The whole of a file.
   *
   * @param what the file, for messages
   * @throws FaultyYaml if it is no YAML, there is nothing in it or more than one document, it is
   *     nested deeper than anything here has to be, or refers to its own parts too often
   */
  public static YamlPart root(String what, String yaml, YamlFaults faults) {
    List<YamlPart> documents = documents(what, "", yaml, faults);
    if (documents.size() > 1) {
      throw new FaultyYaml(
          "%s has %d documents; one is expected".formatted(what, documents.size()));
    }
    return documents.getFirst();
  }

  /**
   * The documents in one of several files that are read as one.
   *
   * @param file what their paths begin with
   * @return at least one
   * @throws FaultyYaml as with one
   */
  public static List<YamlPart> documents(String what, String file, String yaml, YamlFaults faults) {
    demandShortLines(what, file, yaml);
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(what)
            .setSchema(new TextsOnly())
            .setCodePointLimit(BYTES_MAX)
            .setUseMarks(true)
            .build();
    try {
      Parser parser = new ShallowParser(new ParserImpl(settings, new StreamReader(settings, yaml)));
      List<YamlPart> documents = new ArrayList<>();
      new Composer(settings, parser)
          .forEachRemaining(
              root -> {
                if (!root.getTag().equals(Tag.NULL)) {
                  documents.add(new YamlPart(file.isEmpty() ? "" : file + ": ", "", root, faults));
                }
              });
      if (documents.isEmpty()) {
        throw new FaultyYaml(what + " is empty");
      }
      return documents;
    } catch (YamlEngineException e) {
      throw new FaultyYaml(
          what + " is not valid YAML: " + e.getMessage(),
          List.of(new YamlFault(file, "", line(e), "is not valid YAML: " + e.getMessage())));
    }
  }

  /** JSON may be a single line: of that, what lies between two quotation marks is bounded. */
  private static void demandShortLines(String what, String file, String yaml) {
    boolean isJson = yaml.stripLeading().startsWith("{");
    int line = 1;
    int begin = 0;
    for (int i = 0; i <= yaml.length(); i++) {
      boolean isEnd = i == yaml.length() || yaml.charAt(i) == '\n';
      if (isEnd || (isJson && yaml.charAt(i) == '"')) {
        if (i - begin > LINE_CHARS_MAX) {
          String fault =
              "has a line, or a text in it, of more than %d characters".formatted(LINE_CHARS_MAX);
          throw new FaultyYaml(what + " " + fault, List.of(new YamlFault(file, "", line, fault)));
        }
        begin = i + 1;
        line += isEnd ? 1 : 0;
      }
    }
  }

  private static int line(YamlEngineException e) {
    return e instanceof MarkedYamlEngineException marked
        ? marked.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0)
        : 0;
  }

  /** Where it is, such as {@code rates[3].meters}, after its file if there are several. */
  public String place() {
    return file + path;
  }

  /** Puts down that something is wrong here. */
  public void fault(String fault) {
    faults.add(file, path, node.getStartMark(), fault);
  }

  /** The fields of a mapping with any names, in their order. */
  public Map<String, YamlPart> fields() {
    Map<String, YamlPart> fields = new LinkedHashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      fault("a mapping is expected");
      return fields;
    }
    for (NodeTuple each : mapping.getValue()) {
      String name = each.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
      String inner = path.isEmpty() ? name : path + "." + name;
      if (fields.put(name, new YamlPart(file, inner, each.getValueNode(), faults)) != null) {
        faults.add(file, inner, each.getKeyNode().getStartMark(), "is there twice");
      }
    }
    return fields;
  }

  /** The fields of a mapping that may have these, and no others. */
  public Fields fields(Set<String> known) {
    Map<String, YamlPart> fields = fields();
    fields.forEach(
        (name, part) -> {
          if (!known.contains(name)) {
            part.fault("unknown; known are " + new TreeSet<>(known));
          }
        });
    return new Fields(this, fields);
  }

  /** The items of a list. */
  public List<YamlPart> items() {
    List<YamlPart> items = new ArrayList<>();
    if (node instanceof SequenceNode list) {
      for (Node each : list.getValue()) {
        items.add(new YamlPart(file, path + "[" + items.size() + "]", each, faults));
      }
    } else {
      fault("a list is expected");
    }
    return items;
  }

  /** Whether it has fields. */
  public boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** A text; empty, with a fault, if it is none. */
  public String text() {
    if (node instanceof ScalarNode scalar
        && !scalar.getTag().equals(Tag.NULL)
        && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    fault("a text is expected");
    return "";
  }

  /** A list of texts, each of them once. */
  public List<String> texts() {
    Set<String> texts = new LinkedHashSet<>();
    for (YamlPart item : items()) {
      String text = item.text();
      if (!texts.add(text)) {
        item.fault(text + " is there twice");
      }
    }
    return List.copyOf(texts);
  }

  /** The fields of a mapping. */
  public static final class Fields {

    private final YamlPart whole;
    private final Map<String, YamlPart> parts;

    private Fields(YamlPart whole, Map<String, YamlPart> parts) {
      this.whole = whole;
      this.parts = parts;
    }

    /** Does something with every field. */
    public void forEach(BiConsumer<String, YamlPart> action) {
      parts.forEach(action);
    }

    /** A field, or null if it is not there. */
    public @Nullable YamlPart find(String name) {
      return parts.get(name);
    }

    /** A field that has to be there; empty, with a fault, if it is not. */
    public Optional<YamlPart> required(String name) {
      YamlPart part = parts.get(name);
      if (part == null && whole.node instanceof MappingNode) {
        whole.fault(name + " is required");
      }
      return Optional.ofNullable(part);
    }

    /** A text that has to be there. */
    public String text(String name) {
      return required(name).map(YamlPart::text).orElse("");
    }

    /** Texts that have to be there, at least one. */
    public List<String> texts(String name) {
      List<String> texts = required(name).map(YamlPart::texts).orElse(List.of());
      YamlPart part = parts.get(name);
      if (part != null && part.node instanceof SequenceNode && texts.isEmpty()) {
        part.fault("is empty; at least one is expected");
      }
      return texts;
    }

    /** The items of a list that has to be there. */
    public List<YamlPart> items(String name) {
      return required(name).map(YamlPart::items).orElse(List.of());
    }
  }
}
