package dev.bursar.journal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import dev.bursar.domain.credits.Credits;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How single values are stored: credits as a count of millionths, times as microseconds since the
 * epoch, time zones by their id, enumerations by their {@link Words}, sets in order.
 */
final class Scalars {

  private static final long MICROS = 1_000_000;
  private static final int NANOS = 1_000;

  private Scalars() {}

  static void register(SimpleModule module) {
    module
        .addSerializer(Credits.class, new CreditsOut())
        .addDeserializer(Credits.class, new CreditsIn());
    module
        .addSerializer(Instant.class, new InstantOut())
        .addDeserializer(Instant.class, new InstantIn());
    module.addSerializer(ZoneId.class, new ZoneOut()).addDeserializer(ZoneId.class, new ZoneIn());
    module.addSerializer(new SetOut());
    Words.ALL.forEach(words -> register(module, words));
  }

  private static <E extends Enum<E>> void register(SimpleModule module, Words<E> words) {
    module
        .addSerializer(words.type(), new WordOut<>(words))
        .addDeserializer(words.type(), new WordIn<>(words));
  }

  private static long number(JsonParser in, DeserializationContext context, Class<?> type)
      throws IOException {
    if (!in.hasToken(JsonToken.VALUE_NUMBER_INT)) {
      context.reportWrongTokenException(type, JsonToken.VALUE_NUMBER_INT, "a whole number");
    }
    return in.getLongValue();
  }

  private static String text(JsonParser in, DeserializationContext context, Class<?> type)
      throws IOException {
    if (!in.hasToken(JsonToken.VALUE_STRING)) {
      context.reportWrongTokenException(type, JsonToken.VALUE_STRING, "a word");
    }
    return in.getText();
  }

  private static final class CreditsOut extends StdScalarSerializer<Credits> {
    CreditsOut() {
      super(Credits.class);
    }

    @Override
    public void serialize(Credits value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeNumber(value.micros());
    }
  }

  private static final class CreditsIn extends StdScalarDeserializer<Credits> {
    CreditsIn() {
      super(Credits.class);
    }

    @Override
    public Credits deserialize(JsonParser in, DeserializationContext context) throws IOException {
      long micros = number(in, context, Credits.class);
      return micros == 0 ? Credits.ZERO : new Credits(micros);
    }
  }

  private static final class InstantOut extends StdScalarSerializer<Instant> {
    InstantOut() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (value.getNano() % NANOS != 0) {
        provider.reportMappingProblem("%s is finer than a microsecond", value);
      }
      try {
        out.writeNumber(
            Math.addExact(
                Math.multiplyExact(value.getEpochSecond(), MICROS), value.getNano() / NANOS));
      } catch (ArithmeticException e) {
        provider.reportMappingProblem(e, "%s is out of range", value);
      }
    }
  }

  private static final class InstantIn extends StdScalarDeserializer<Instant> {
    InstantIn() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      long micros = number(in, context, Instant.class);
      return Instant.ofEpochSecond(
          Math.floorDiv(micros, MICROS), (long) Math.floorMod(micros, MICROS) * NANOS);
    }
  }

  private static final class ZoneOut extends StdScalarSerializer<ZoneId> {
    ZoneOut() {
      super(ZoneId.class);
    }

    @Override
    public void serialize(ZoneId value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.getId());
    }
  }

  private static final class ZoneIn extends StdScalarDeserializer<ZoneId> {
    ZoneIn() {
      super(ZoneId.class);
    }

    @Override
    public ZoneId deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return ZoneId.of(text(in, context, ZoneId.class));
    }
  }

  private static final class WordOut<E extends Enum<E>> extends StdScalarSerializer<E> {

    private final EnumMap<E, SerializedString> words;

    WordOut(Words<E> of) {
      super(of.type());
      words = new EnumMap<>(of.type());
      for (E constant : of.type().getEnumConstants()) {
        words.put(constant, new SerializedString(of.word().apply(constant)));
      }
    }

    @Override
    public void serialize(E value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(words.get(value));
    }
  }

  private static final class WordIn<E extends Enum<E>> extends StdScalarDeserializer<E> {

    private final Class<E> type;
    private final Map<String, E> constants = new HashMap<>();

    WordIn(Words<E> of) {
      super(of.type());
      type = of.type();
      for (E constant : type.getEnumConstants()) {
        constants.put(of.word().apply(constant), constant);
      }
    }

    @Override
    public E deserialize(JsonParser in, DeserializationContext context) throws IOException {
      String word = text(in, context, type);
      E found = constants.get(word);
      return found != null
          ? found
          : context.reportInputMismatch(type, "%s is not known here", word);
    }
  }

  /** All sets are of words, and small. */
  private static final class SetOut extends StdScalarSerializer<Set<?>> {
    SetOut() {
      super(Set.class, false);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Set<?> value) {
      return value.isEmpty();
    }

    @Override
    public void serialize(Set<?> value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      String[] words = value.toArray(new String[0]);
      Arrays.sort(words);
      out.writeArray(words, 0, words.length);
    }
  }
}
