package dev.bursar.node.yaml;

import dev.bursar.node.yaml.YamlNode.Kind;
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
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A part of a YAML file, with its path and its line. What is not as it should be is put down as a
 * fault, and read as if it were empty, so that one reading finds all faults.
 */
public final class YamlPart {

  /** The parser takes time by the square of a comment's or a text's length within a line. */
  private static final int LINE_CHARS_MAX = 100_000;

  /** What a line begins with after which there is another document. */
  private static final String DOCUMENT = "---";

  /** What its place begins with; empty if there is one file only. */
  private final String file;

  /** What it is part of; null for the whole. */
  private final @Nullable YamlPart whole;

  /** Its name in a mapping; null for an item of a list, or the whole. */
  private final @Nullable String name;

  /** Which item of a list it is, from 0. */
  private final int index;

  private final YamlNode node;
  private final YamlFaults faults;

  private YamlPart(
      String file,
      @Nullable YamlPart whole,
      @Nullable String name,
      int index,
      YamlNode node,
      YamlFaults faults) {
    this.file = file;
    this.whole = whole;
    this.name = name;
    this.index = index;
    this.node = node;
    this.faults = faults;
    faults.count(this);
  }

  /**
   * The whole of a file.
   *
   * @param what the file, for messages
   * @throws FaultyYaml if it is no YAML, there is nothing in it or more than one document, it is
   *     nested deeper than anything here has to be, or refers to its own parts too often
   */
  public static YamlPart root(String what, String yaml, YamlFaults faults) {
    List<YamlPart> documents = documents("", yaml, faults);
    faults.demandNone(what);
    if (documents.size() > 1) {
      documents
          .get(1)
          .fault(
              "is another document; there are %d, and one is expected".formatted(documents.size()));
      faults.demandNone(what);
    }
    return documents.getFirst();
  }

  /**
   * The documents in one of several files that are read as one. Where it is no YAML, too deep, or
   * refers to its own parts too often, that is a fault, and what comes after is not read.
   *
   * @param file what their paths begin with
   * @return those that could be read; at least one if there is no such fault
   */
  public static List<YamlPart> documents(String file, String yaml, YamlFaults faults) {
    String place = YamlFault.place(file);
    List<YamlPart> documents = new ArrayList<>();
    int tooLong = tooLongLine(yaml);
    if (tooLong > 0) {
      faults.unreadable(
          file,
          tooLong,
          "has a line, or a text in it, of more than %d characters".formatted(LINE_CHARS_MAX));
      return documents;
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(YamlText.BYTES_MAX)
            .setUseMarks(true)
            // All at once: it copies what is left of a part that it reads on from.
            .setBufferSize(yaml.length() + 2)
            .build();
    try {
      YamlTree.documents(
          settings, yaml, root -> documents.add(new YamlPart(place, null, null, 0, root, faults)));
      if (documents.isEmpty()) {
        faults.unreadable(file, 1, "is empty; a mapping is expected");
      }
    } catch (MarkedYamlEngineException e) {
      faults.unreadable(file, line(e.getProblemMark()), "is not valid YAML: " + said(e));
    } catch (ReaderException e) {
      int at = yaml.indexOf(e.getCodePoint());
      int line = 1 + (int) yaml.chars().limit(Math.max(at, 0)).filter(c -> c == '\n').count();
      faults.unreadable(
          file,
          line,
          "is not valid YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
    } catch (YamlEngineException e) {
      faults.unreadable(file, 0, "is not valid YAML: " + e.getMessage());
    }
    return documents;
  }

  /** What the parser says, in one line; what it was about, if that has begun in another line. */
  private static String said(MarkedYamlEngineException e) {
    String context = e.getContext();
    int begun = line(e.getContextMark());
    String said =
        e.getProblemMark()
            .map(mark -> "%s, in column %d".formatted(e.getProblem(), mark.getColumn() + 1))
            .orElse(e.getProblem());
    return context == null || context.isEmpty()
        ? said
        : begun == 0 || begun == line(e.getProblemMark())
            ? said + ", " + context
            : "%s, %s that begins in line %d".formatted(said, context, begun);
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(it -> it.getLine() + 1).orElse(0);
  }

  /**
   * The first line that is too long, from 1; 0 if none is. JSON may be a single line: of that, what
   * lies between two quotation marks is bounded.
   */
  private static int tooLongLine(String yaml) {
    boolean isJson = isJson(yaml, 0);
    int line = 1;
    int lineBegin = 0;
    int begin = 0;
    for (int i = 0; i <= yaml.length(); i++) {
      boolean isEnd = i == yaml.length() || yaml.charAt(i) == '\n';
      if (isEnd || (isJson && yaml.charAt(i) == '"')) {
        if (i - begin > LINE_CHARS_MAX) {
          return line;
        }
        begin = i + 1;
      }
      if (isEnd) {
        if (yaml.startsWith(DOCUMENT, lineBegin)) {
          isJson = isJson(yaml, i + 1);
        }
        lineBegin = i + 1;
        line++;
      }
    }
    return 0;
  }

  private static boolean isJson(String yaml, int from) {
    int at = from;
    while (at < yaml.length() && Character.isWhitespace(yaml.charAt(at))) {
      at++;
    }
    return at < yaml.length() && yaml.charAt(at) == '{';
  }

  /** Where it is, such as {@code rates[3].meters}, after its file if there are several. */
  public String place() {
    return file + path();
  }

  /** Made only of what has a fault, or is named by one: most parts have none. */
  private String path() {
    if (whole == null) {
      return "";
    }
    String before = whole.path();
    return name == null
        ? "%s[%d]".formatted(before, index)
        : before.isEmpty() ? name : before + "." + name;
  }

  /** Puts down that something is wrong here. */
  public void fault(String fault) {
    faults.add(faultHere(fault));
  }

  /** Something that is wrong here. */
  YamlFault faultHere(String fault) {
    return new YamlFault(file, path(), node.line, fault);
  }

  /** Puts it down, unless what earlier programs have taken is to be taken. */
  public void faultSince(String fault) {
    faults.addOutdated(faultHere(fault));
  }

  /** Puts it down before all other faults: what they follow from. */
  public void faultFirst(String fault) {
    faults.addFirst(faultHere(fault));
  }

  /** The text of a field, if this has it and it is one; nothing is put down. */
  public Optional<String> peek(String field) {
    if (isMapping()) {
      for (int i = 0; i < node.parts.length; i += 2) {
        YamlNode value = node.parts[i + 1];
        if (node.parts[i].text.equals(field)
            && (value.kind == Kind.TEXT || value.kind == Kind.NOTHING)) {
          return Optional.of(value.text);
        }
      }
    }
    return Optional.empty();
  }

  /** The fields of a mapping with any names, in their order. */
  public Map<String, YamlPart> fields() {
    if (!isMapping()) {
      fault("a mapping is expected");
      return new LinkedHashMap<>();
    }
    Map<String, YamlPart> fields = LinkedHashMap.newLinkedHashMap(node.parts.length / 2);
    for (int i = 0; i < node.parts.length; i += 2) {
      YamlNode key = node.parts[i];
      boolean isName = key.kind == Kind.TEXT || key.kind == Kind.NOTHING;
      String inner = isName ? key.text : "?";
      YamlPart part = new YamlPart(file, this, inner, 0, node.parts[i + 1], faults);
      if (fields.put(inner, part) != null) {
        faults.add(new YamlFault(file, part.path(), key.line, "is there twice"));
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
            part.fault("is unknown; known are " + new TreeSet<>(known));
          }
        });
    return new Fields(this, fields);
  }

  /** The items of a list. */
  public List<YamlPart> items() {
    if (node.kind != Kind.LIST) {
      fault("a list is expected");
      return List.of();
    }
    List<YamlPart> items = new ArrayList<>(node.parts.length);
    for (YamlNode each : node.parts) {
      items.add(new YamlPart(file, this, null, items.size(), each, faults));
    }
    return items;
  }

  /** Whether it has fields. */
  public boolean isMapping() {
    return node.kind == Kind.MAPPING;
  }

  /** A text; empty, with a fault, if it is none. */
  public String text() {
    return text("a text");
  }

  /**
   * What is written here; empty, with a fault, if nothing is, or more than a text.
   *
   * @param expected what it should be, for the fault
   */
  public String text(String expected) {
    if (node.kind == Kind.TEXT && !node.text.isBlank()) {
      return node.text;
    }
    fault(expected + " is expected");
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
      if (part == null && whole.isMapping()) {
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
      if (part != null && part.node.kind == Kind.LIST && texts.isEmpty()) {
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
