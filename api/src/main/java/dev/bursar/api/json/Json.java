package dev.bursar.api.json;

import java.util.List;
import java.util.Map;

/** JSON as it was sent: numbers are kept as their text, so that nothing is rounded on the way. */
public sealed interface Json {

  /** An object, its fields in the order in which they were sent. */
  record Fields(Map<String, Json> fields) implements Json {}

  /** A list. */
  record Items(List<Json> items) implements Json {}

  /** A string. */
  record Text(String text) implements Json {}

  /** A number, as written. */
  record Numeral(String text) implements Json {}

  /** True or false. */
  record Bool(boolean value) implements Json {}

  /** Nothing; for a field the same as leaving it out. */
  record Null() implements Json {}

  /** What it is, for messages. */
  default String kind() {
    return switch (this) {
      case Fields f -> "an object";
      case Items i -> "a list";
      case Text t -> "a string";
      case Numeral n -> "a number";
      case Bool b -> "true or false";
      case Null n -> "null";
    };
  }
}
