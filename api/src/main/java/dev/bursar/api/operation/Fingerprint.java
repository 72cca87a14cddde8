package dev.bursar.api.operation;

import dev.bursar.api.json.Json;
import dev.bursar.domain.ledger.CanonicalEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * 64 bits of SHA-256 that stand for what a request asks: the order of fields, white space and
 * fields that are null make no difference; everything else does.
 */
final class Fingerprint {

  private Fingerprint() {}

  static long of(Json.Fields body) {
    StringBuilder form = new StringBuilder(256);
    write(body, form);
    byte[] hash = CanonicalEntry.sha256(form.toString().getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong();
  }

  /** Every part says what it is and how long, so that no two requests give one form. */
  private static void write(Json json, StringBuilder form) {
    switch (json) {
      case Json.Fields object -> {
        form.append('{');
        Map<String, Json> sorted =
            object.fields().size() < 2 ? object.fields() : new TreeMap<>(object.fields());
        sorted.forEach(
            (name, value) -> {
              if (!(value instanceof Json.Null)) {
                text('k', name, form);
                write(value, form);
              }
            });
        form.append('}');
      }
      case Json.Items list -> {
        form.append('[');
        list.items().forEach(item -> write(item, form));
        form.append(']');
      }
      case Json.Text text -> text('s', text.text(), form);
      case Json.Numeral number -> text('n', number.text(), form);
      case Json.Bool bool -> form.append(bool.value() ? 't' : 'f');
      case Json.Null nothing -> form.append('0');
    }
  }

  private static void text(char kind, String text, StringBuilder form) {
    form.append(kind).append(text.length()).append(':').append(text);
  }
}
