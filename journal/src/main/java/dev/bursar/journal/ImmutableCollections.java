package dev.bursar.journal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.MapType;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes every list, set and map that is read immutable, and every empty one the same object. */
final class ImmutableCollections extends BeanDeserializerModifier {

  @Override
  public JsonDeserializer<?> modifyCollectionDeserializer(
      DeserializationConfig config,
      CollectionType type,
      BeanDescription description,
      JsonDeserializer<?> deserializer) {
    return new Frozen(deserializer);
  }

  @Override
  public JsonDeserializer<?> modifyMapDeserializer(
      DeserializationConfig config,
      MapType type,
      BeanDescription description,
      JsonDeserializer<?> deserializer) {
    return new Frozen(deserializer);
  }

  private static final class Frozen extends DelegatingDeserializer {

    Frozen(JsonDeserializer<?> deserializer) {
      super(deserializer);
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> deserializer) {
      return new Frozen(deserializer);
    }

    @Override
    public Object deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return frozen(super.deserialize(in, context));
    }

    @Override
    public Object getEmptyValue(DeserializationContext context) throws JsonMappingException {
      return frozen(super.getEmptyValue(context));
    }

    private static Object frozen(Object read) {
      return switch (read) {
        case List<?> list -> List.copyOf(list);
        case Set<?> set -> Set.copyOf(set);
        case Map<?, ?> map when map.isEmpty() -> Map.of();
        // Keeps its order, as a copy would not.
        case Map<?, ?> map -> Collections.unmodifiableMap(map);
        default -> throw new IllegalArgumentException("no collection: " + read.getClass());
      };
    }
  }
}
