package dev.bursar.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.bursar.domain.credits.Credits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes JSON objects. A field whose value is null is left out; amounts are decimal strings. */
public final class JsonWriter {

  /** A sidecar answers in threads that are new each time: what is recycled is for all of them. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder().recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool()).build();

  private static final int BYTES_USUAL = 1_024;

  private final JsonGenerator out;

  private JsonWriter(JsonGenerator out) {
    this.out = out;
  }

  /** An object with these fields, as UTF-8. */
  public static byte[] bytes(Consumer<JsonWriter> fields) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(BYTES_USUAL)) {
      try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
        JsonWriter writer = new JsonWriter(out);
        out.writeStartObject();
        fields.accept(writer);
        out.writeEndObject();
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An object with these fields. */
  public static String text(Consumer<JsonWriter> fields) {
    return new String(bytes(fields), StandardCharsets.UTF_8);
  }

  /** A list of strings. */
  public static String array(Collection<String> texts) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.writeStartArray();
      for (String each : texts) {
        out.writeString(each);
      }
      out.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** One object a line (NDJSON), as UTF-8. */
  public static <T> byte[] lines(Collection<T> rows, BiConsumer<JsonWriter, T> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(rows.size() * BYTES_USUAL);
    for (T row : rows) {
      out.writeBytes(bytes(json -> fields.accept(json, row)));
      out.write('\n');
    }
    return out.toByteArray();
  }

  public JsonWriter field(String name, @Nullable String value) {
    if (value == null) {
      return this;
    }
    try {
      out.writeFieldName(name);
      out.writeString(value);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonWriter field(String name, long value) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeNumber(value);
        });
  }

  /** A whole number of any size. */
  public JsonWriter whole(String name, @Nullable BigDecimal value) {
    return value == null
        ? this
        : write(
            () -> {
              out.writeFieldName(name);
              out.writeNumber(value.toBigIntegerExact());
            });
  }

  /** An exact decimal as a number. */
  public JsonWriter number(String name, BigDecimal value) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeNumber(value.toPlainString());
        });
  }

  public JsonWriter field(String name, boolean value) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeBoolean(value);
        });
  }

  public JsonWriter field(String name, @Nullable Credits value) {
    return field(name, value == null ? null : value.toString());
  }

  public JsonWriter field(String name, @Nullable Instant value) {
    return field(name, value == null ? null : value.toString());
  }

  /** A value that is JSON already, as UTF-8. */
  public JsonWriter raw(String name, byte[] json) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeRawValue(new String(json, StandardCharsets.UTF_8));
        });
  }

  /** An object within this one. */
  public JsonWriter object(String name, Consumer<JsonWriter> fields) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeStartObject();
          fields.accept(this);
          out.writeEndObject();
        });
  }

  /** A list of objects. */
  public <T> JsonWriter objects(String name, Collection<T> rows, BiConsumer<JsonWriter, T> fields) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeStartArray();
          for (T row : rows) {
            out.writeStartObject();
            fields.accept(this, row);
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  /** A list of strings. */
  public JsonWriter texts(String name, Collection<String> values) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeStartArray();
          for (String value : values) {
            out.writeString(value);
          }
          out.writeEndArray();
        });
  }

  /** A list of whole numbers. */
  public JsonWriter numbers(String name, Collection<Integer> values) {
    return write(
        () -> {
          out.writeFieldName(name);
          out.writeStartArray();
          for (int value : values) {
            out.writeNumber(value);
          }
          out.writeEndArray();
        });
  }

  /** An object of strings. */
  public JsonWriter pairs(String name, Map<String, String> pairs) {
    return object(name, json -> pairs.forEach(json::field));
  }

  private interface Write {
    void to() throws IOException;
  }

  private JsonWriter write(Write write) {
    try {
      write.to();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
