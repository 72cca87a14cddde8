package dev.bursar.journal;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedField;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Executable;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which fields may be absent, by what the domain's records say of themselves. A nullable one is
 * absent when it is null; a list, set or map when it is empty; every other one must be there. Maps
 * are stored in the order of their keys.
 */
final class Nullness extends NopAnnotationIntrospector {

  private static final JsonFormat.Value SORTED =
      JsonFormat.Value.empty().withFeature(JsonFormat.Feature.WRITE_SORTED_MAP_ENTRIES);

  private enum Kind {
    NULLABLE,
    COLLECTION,
    REQUIRED
  }

  @Override
  public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
    Kind kind = kind(member);
    return kind == null ? null : kind == Kind.REQUIRED;
  }

  @Override
  public JsonInclude.Value findPropertyInclusion(Annotated member) {
    return switch (kind(member)) {
      case NULLABLE -> JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, null);
      case COLLECTION -> JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, null);
      case REQUIRED -> JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, null);
      case null -> JsonInclude.Value.empty();
    };
  }

  @Override
  public JsonSetter.Value findSetterInfo(Annotated member) {
    return switch (kind(member)) {
      case NULLABLE -> JsonSetter.Value.construct(Nulls.SET, Nulls.FAIL);
      case COLLECTION -> JsonSetter.Value.construct(Nulls.AS_EMPTY, Nulls.FAIL);
      case REQUIRED -> JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL);
      case null -> JsonSetter.Value.empty();
    };
  }

  @Override
  public JsonFormat.@Nullable Value findFormat(Annotated member) {
    return kind(member) != null && Map.class.isAssignableFrom(member.getRawType()) ? SORTED : null;
  }

  /** What a record's field is; null for anything else. */
  private static @Nullable Kind kind(Annotated member) {
    if (!(member instanceof AnnotatedMember) || !declaredByRecord((AnnotatedMember) member)) {
      return null;
    }
    AnnotatedType type =
        switch (member) {
          case AnnotatedField field -> field.getAnnotated().getAnnotatedType();
          case AnnotatedMethod method -> method.getAnnotated().getAnnotatedReturnType();
          case AnnotatedParameter parameter
              when parameter.getOwner().getAnnotated() instanceof Executable owner ->
              owner.getAnnotatedParameterTypes()[parameter.getIndex()];
          default -> null;
        };
    if (type == null) {
      return null;
    }
    if (type.isAnnotationPresent(Nullable.class)) {
      return Kind.NULLABLE;
    }
    Class<?> raw = member.getRawType();
    return Collection.class.isAssignableFrom(raw) || Map.class.isAssignableFrom(raw)
        ? Kind.COLLECTION
        : Kind.REQUIRED;
  }

  private static boolean declaredByRecord(AnnotatedMember member) {
    return member.getDeclaringClass().isRecord();
  }
}
