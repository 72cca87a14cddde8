package dev.bursar.api.json;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An object of a request, read field by field. Every method ends the request with a problem that
 * names the field, dotted, if the field is not what it should be. A field that is null counts as
 * left out.
 */
public final class Body {

  private static final int PAIRS_MAX = 20;
  private static final int PAIR_NAME_CHARS_MAX = 64;

  /** The longest of the client's own words. */
  public static final int PAIR_VALUE_CHARS_MAX = 500;

  private static final int METERS_MAX = 50;

  /** The most units of a meter that one request may be about. */
  public static final long UNITS_MAX = 1_000_000_000_000_000L;

  private final String path;
  private final Map<String, Json> fields;

  private Body(String path, Json.Fields object, Set<String> accepted) {
    this.path = path;
    this.fields = object.fields();
    for (String name : fields.keySet()) {
      if (!accepted.contains(name)) {
        throw unknown(path + Amounts.shown(name), accepted);
      }
    }
  }

  private static Fault unknown(String field, Set<String> accepted) {
    String known =
        accepted.isEmpty()
            ? "no fields are accepted"
            : "accepted are " + String.join(", ", new TreeSet<>(accepted));
    return Problem.of(400, "unknown_field", "is not known here; " + known).at(field).fault();
  }

  /** The whole of a request. */
  public static Body of(Json.Fields object, Set<String> accepted) {
    return new Body("", object, accepted);
  }

  /** An object within a request, by the name that messages call it. */
  public static Body at(String name, Json.Fields object, Set<String> accepted) {
    return new Body(name + '.', object, accepted);
  }

  /** The full name of a field, for messages. */
  public String path(String name) {
    return path + name;
  }

  private @Nullable Json find(String name) {
    Json value = fields.get(name);
    return value instanceof Json.Null ? null : value;
  }

  /** Whether the field is there. */
  public boolean has(String name) {
    return find(name) != null;
  }

  /** Whether the field is there and says null, where leaving it out means something else. */
  public boolean isNull(String name) {
    return fields.get(name) instanceof Json.Null;
  }

  private Fault refused(String name, Json value, String accepted) {
    return Problem.invalid(path + name, "is %s; %s".formatted(value.kind(), accepted)).fault();
  }

  /** What to throw for a field that has to be there and is not. */
  public Fault missing(String name) {
    return Problem.invalid(path + name, "is required").fault();
  }

  /** An object within this one, or null. */
  public @Nullable Body object(String name, Set<String> accepted) {
    return switch (find(name)) {
      case null -> null;
      case Json.Fields object -> new Body(path + name + ".", object, accepted);
      case Json other -> throw refused(name, other, "an object is accepted");
    };
  }

  /** Objects in a list within this one, up to so many; empty if the field is not there. */
  public List<Body> objects(String name, Set<String> accepted, int max) {
    List<Body> objects = new ArrayList<>();
    for (Json item : items(name, max)) {
      String field = "%s%s[%d]".formatted(path, name, objects.size());
      if (!(item instanceof Json.Fields object)) {
        throw Problem.invalid(field, "is %s; an object is accepted".formatted(item.kind())).fault();
      }
      objects.add(new Body(field + ".", object, accepted));
    }
    return objects;
  }

  /** Free text without control characters, of 1 to so many characters; or null. */
  public @Nullable String text(String name, int charsMax) {
    return switch (find(name)) {
      case null -> null;
      case Json.Text text -> Texts.checked(path + name, text.text(), charsMax);
      case Json other -> throw refused(name, other, "a string is accepted");
    };
  }

  /** As {@link #text}, but it has to be there. */
  public String requiredText(String name, int charsMax) {
    String text = text(name, charsMax);
    if (text == null) {
      throw missing(name);
    }
    return text;
  }

  /** A name, or null. */
  public @Nullable String name(String name) {
    return switch (find(name)) {
      case null -> null;
      case Json.Text text -> Names.checked(path + name, text.text());
      case Json other -> throw refused(name, other, "a string is accepted");
    };
  }

  /** As {@link #name}, but it has to be there. */
  public String requiredName(String name) {
    String text = name(name);
    if (text == null) {
      throw missing(name);
    }
    return text;
  }

  /** Names in a list without repetitions; empty if the field is not there. */
  public List<String> names(String name, int max) {
    List<String> names = new ArrayList<>();
    for (Json item : items(name, max)) {
      String field = "%s%s[%d]".formatted(path, name, names.size());
      if (!(item instanceof Json.Text text)) {
        throw Problem.invalid(field, "is %s; a string is accepted".formatted(item.kind())).fault();
      }
      if (names.contains(Names.checked(field, text.text()))) {
        throw Problem.invalid(field, "is there twice").fault();
      }
      names.add(text.text());
    }
    return names;
  }

  /** Whole numbers in a list. */
  public List<Integer> integers(String name, int itemsMax, int min, int max) {
    List<Integer> numbers = new ArrayList<>();
    for (Json item : items(name, itemsMax)) {
      String field = "%s%s[%d]".formatted(path, name, numbers.size());
      numbers.add((int) Texts.integer(field, item, min, max));
    }
    return numbers;
  }

  private List<Json> items(String name, int max) {
    return switch (find(name)) {
      case null -> List.of();
      case Json.Items list -> {
        if (list.items().size() > max) {
          throw Problem.invalid(
                  path + name,
                  "has %d items; at most %d are accepted".formatted(list.items().size(), max))
              .fault();
        }
        yield list.items();
      }
      case Json other -> throw refused(name, other, "a list is accepted");
    };
  }

  /** An amount of 0 or more, or null. */
  public @Nullable Credits amount(String name) {
    Json value = find(name);
    return value == null ? null : Amounts.checked(path + name, value, true);
  }

  /** An amount above 0; it has to be there. */
  public Credits requiredPositiveAmount(String name) {
    Json value = find(name);
    if (value == null) {
      throw missing(name);
    }
    return Amounts.checked(path + name, value, false);
  }

  /** An amount that is not 0, with its sign; it has to be there. */
  public Credits requiredSignedAmount(String name) {
    Json value = find(name);
    if (value == null) {
      throw missing(name);
    }
    return Amounts.signed(path + name, value);
  }

  /** A whole number, or the one for a field that is not there. */
  public long integer(String name, long min, long max, long absent) {
    Json value = find(name);
    return value == null ? absent : Texts.integer(path + name, value, min, max);
  }

  /** True or false; false if the field is not there. */
  public boolean flag(String name) {
    return switch (find(name)) {
      case null -> false;
      case Json.Bool bool -> bool.value();
      case Json other -> throw refused(name, other, "true or false is accepted");
    };
  }

  /** A time, or null. */
  public @Nullable Instant time(String name) {
    return switch (find(name)) {
      case null -> null;
      case Json.Text text -> Times.checked(path + name, text.text());
      case Json other -> throw refused(name, other, "a string is accepted");
    };
  }

  /** One of some words, or null. */
  public <E> @Nullable E word(String name, Words<E> words) {
    return switch (find(name)) {
      case null -> null;
      case Json.Text text -> words.checked(path + name, text.text());
      case Json other -> throw refused(name, other, "a string is accepted");
    };
  }

  /** As {@link #word}, but it has to be there. */
  public <E> E requiredWord(String name, Words<E> words) {
    E word = word(name, words);
    if (word == null) {
      throw missing(name);
    }
    return word;
  }

  /** The client's own words: up to 20 pairs; empty if the field is not there. */
  public Map<String, String> pairs(String name) {
    Map<String, Json> sent = fieldsOf(name, PAIRS_MAX);
    if (sent.isEmpty()) {
      return Map.of();
    }
    Map<String, String> pairs = new LinkedHashMap<>();
    sent.forEach(
        (key, value) -> {
          Texts.checked(path + name + "." + Amounts.shown(key), key, PAIR_NAME_CHARS_MAX);
          if (!(value instanceof Json.Text text)) {
            throw refused(name + "." + key, value, "a string is accepted");
          }
          pairs.put(key, Texts.free(path + name + "." + key, text.text(), PAIR_VALUE_CHARS_MAX));
        });
    return pairs;
  }

  /** Units by meter, or null. */
  public @Nullable Map<String, Long> usage(String name) {
    if (!has(name)) {
      return null;
    }
    Map<String, Json> sent = fieldsOf(name, METERS_MAX);
    if (sent.isEmpty()) {
      throw Problem.invalid(path + name, "names no meter").fault();
    }
    Map<String, Long> usage = new LinkedHashMap<>();
    sent.forEach(
        (meter, units) -> {
          String field = path + name + "." + Amounts.shown(meter);
          usage.put(Names.checked(field, meter), Texts.integer(field, units, 0, UNITS_MAX));
        });
    return usage;
  }

  private Map<String, Json> fieldsOf(String name, int max) {
    return switch (find(name)) {
      case null -> Map.of();
      case Json.Fields object -> {
        if (object.fields().size() > max) {
          throw Problem.invalid(path + name, "has more than %d fields".formatted(max)).fault();
        }
        yield object.fields();
      }
      case Json other -> throw refused(name, other, "an object is accepted");
    };
  }
}
