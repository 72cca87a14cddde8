package dev.bursar.api.otlp;

/** The value of an attribute, as far as usage is concerned. */
sealed interface AttributeValue {

  /** Characters at which a value is cut when it is shown. */
  int SHOWN_CHARS_MAX = 60;

  /** A text. */
  record Text(String text) implements AttributeValue {}

  /** A whole number. */
  record Whole(long number) implements AttributeValue {}

  /** A floating-point number, which may be none at all. */
  record Real(double number) implements AttributeValue {}

  /** Anything that nothing here is read from: a truth value, bytes, a list, a map. */
  record Other(String kind) implements AttributeValue {}

  /** The value for a message to a person. */
  default String shown() {
    String text =
        switch (this) {
          case Text it -> it.text();
          case Whole it -> Long.toString(it.number());
          case Real it -> Double.toString(it.number());
          case Other it -> it.kind();
        };
    return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
  }
}
