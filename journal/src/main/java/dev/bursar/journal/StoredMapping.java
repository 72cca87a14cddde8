package dev.bursar.journal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.module.blackbird.BlackbirdModule;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the domain's records become CBOR: every field by its name, nothing guessed on reading. */
final class StoredMapping {

  /** The deepest that stored values nest; a snapshot needs nine. */
  private static final int DEPTH_MAX = 32;

  static final ObjectMapper MAPPER = mapper(Set.of());

  private StoredMapping() {}

  static JavaType type(Class<?> generic, Class<?> parameter) {
    return MAPPER.getTypeFactory().constructParametricType(generic, parameter);
  }

  /**
   * The mapping, where values of these types are passed over when they are read, and come out as
   * null. What they hold must still be well-formed, and their names known.
   */
  static ObjectMapper mapper(Set<Class<?>> passedOver) {
    CBORFactory factory =
        CBORFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .build();
    SimpleModule module = new SimpleModule("bursar");
    Scalars.register(module);
    module.setDeserializerModifier(new ImmutableCollections());
    passedOver.forEach(type -> passOver(module, type));
    return CBORMapper.builder(factory)
        .addModule(module)
        // Generated accessors: by reflection, reading components was a tenth of what a node did.
        .addModule(new BlackbirdModule())
        .addMixIn(WalletEvent.class, StoredNames.WalletNames.class)
        .addMixIn(TeamEvent.class, StoredNames.TeamNames.class)
        .addMixIn(OrgEvent.class, StoredNames.OrgNames.class)
        .addMixIn(Expression.class, StoredNames.ExpressionNames.class)
        .addMixIn(Condition.class, StoredNames.ConditionNames.class)
        .addMixIn(Tallies.Snapshot.class, StoredNames.TalliesOrder.class)
        .annotationIntrospector(
            AnnotationIntrospector.pair(new JacksonAnnotationIntrospector(), new Nullness()))
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .accessorNaming(new ComponentsOnly())
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(LogicalType.Textual, StoredMapping::fail)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        // An upcaster hands decimals on as they were stored.
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }

  private static <T> void passOver(SimpleModule module, Class<T> type) {
    module.addDeserializer(
        type,
        new StdDeserializer<T>(type) {
          @Override
          public @Nullable T deserialize(JsonParser in, DeserializationContext context)
              throws IOException {
            for (JsonToken next = in.currentToken(); next == JsonToken.FIELD_NAME; ) {
              in.nextToken();
              in.skipChildren();
              next = in.nextToken();
            }
            return null;
          }
        });
  }

  private static void fail(MutableCoercionConfig config) {
    config
        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }

  /** A record's methods that are no component are not stored, whatever they are called. */
  private static final class ComponentsOnly extends DefaultAccessorNamingStrategy.Provider {
    @Override
    public AccessorNamingStrategy forRecord(MapperConfig<?> config, AnnotatedClass record) {
      Set<String> components =
          Arrays.stream(record.getRawType().getRecordComponents())
              .map(RecordComponent::getName)
              .collect(Collectors.toSet());
      return new AccessorNamingStrategy.Base() {
        @Override
        public @Nullable String findNameForRegularGetter(AnnotatedMethod method, String name) {
          return components.contains(name) ? name : null;
        }
      };
    }
  }
}
