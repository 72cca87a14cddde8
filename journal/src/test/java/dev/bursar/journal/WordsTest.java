package dev.bursar.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WordsTest {

  private static final Set<Class<?>> SCALARS =
      Set.of(
          String.class,
          Integer.class,
          Long.class,
          Credits.class,
          Instant.class,
          ZoneId.class,
          BigDecimal.class,
          byte[].class);

  private static Stream<Words<?>> words() {
    return Words.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("words")
  <E extends Enum<E>> void everyConstantHasItsOwnWord(Words<E> words) throws IOException {
    Set<String> distinct = new LinkedHashSet<>();
    for (E constant : words.type().getEnumConstants()) {
      String word = words.word().apply(constant);
      assertThat(word).matches("[a-z_]+");
      distinct.add(word);
      byte[] bytes = StoredMapping.MAPPER.writeValueAsBytes(constant);
      assertThat(StoredMapping.MAPPER.readValue(bytes, String.class)).isEqualTo(word);
      assertThat(StoredMapping.MAPPER.readValue(bytes, words.type())).isEqualTo(constant);
    }
    assertThat(distinct).hasSameSizeAs(words.type().getEnumConstants());
  }

  /** Walks all that events and snapshots reach, so that nothing is stored in an unchosen form. */
  @Test
  void allThatIsStoredHasAChosenForm() {
    Set<Class<?>> reached = new LinkedHashSet<>();
    List.of(
            Batch.class,
            WalletEvent.class,
            TeamEvent.class,
            OrgEvent.class,
            EntitySnapshot.class,
            WalletSnapshot.class,
            Team.Snapshot.class,
            Org.Snapshot.class)
        .forEach(type -> walk(type, reached));
    assertThat(reached.stream().filter(Class::isEnum).collect(Collectors.toSet()))
        .isEqualTo(words().map(Words::type).collect(Collectors.toSet()));
    assertThat(reached)
        .allMatch(
            type ->
                type.isEnum()
                    || type.isPrimitive()
                    || type.isSealed()
                    || (type.isRecord() && type.getName().startsWith("dev.bursar."))
                    || SCALARS.contains(type)
                    || Collection.class.isAssignableFrom(type)
                    || Map.class.isAssignableFrom(type));
  }

  private static void walk(Type type, Set<Class<?>> reached) {
    switch (type) {
      case ParameterizedType generic -> {
        walk(generic.getRawType(), reached);
        Stream.of(generic.getActualTypeArguments()).forEach(each -> walk(each, reached));
      }
      case Class<?> plain when reached.add(plain) && !SCALARS.contains(plain) -> {
        if (plain.isSealed()) {
          Stream.of(plain.getPermittedSubclasses()).forEach(each -> walk(each, reached));
        } else if (plain.isRecord()) {
          Stream.of(plain.getRecordComponents())
              .map(RecordComponent::getGenericType)
              .forEach(each -> walk(each, reached));
        }
      }
      default -> {}
    }
  }
}
