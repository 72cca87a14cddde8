package dev.bursar.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BatchCodecTest {

  private static Stream<Sample<?>> samples() {
    return Sample.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  <E> void isReadAsItWasWritten(Sample<E> sample) {
    byte[] bytes = sample.encoded();
    Batch<E> read = sample.codec().decode(sample.codec().manifest(), bytes);
    assertThat(read).usingRecursiveComparison().isEqualTo(sample.batch());
    assertThat(sample.codec().encode(read)).isEqualTo(bytes);
  }

  @Test
  void everyEventHasASample() {
    assertThat(types(Sample.wallets())).containsExactlyInAnyOrder(permitted(WalletEvent.class));
    assertThat(types(Sample.teams())).containsExactlyInAnyOrder(permitted(TeamEvent.class));
    assertThat(types(Sample.orgs())).containsExactlyInAnyOrder(permitted(OrgEvent.class));
  }

  private static Class<?>[] permitted(Class<?> events) {
    return events.getPermittedSubclasses();
  }

  private static <E> Set<Class<?>> types(List<Sample<E>> samples) {
    Set<Class<?>> types = new LinkedHashSet<>();
    samples.forEach(s -> types.add(s.batch().recorded().getFirst().event().getClass()));
    return types;
  }

  @ParameterizedTest
  @MethodSource("samples")
  <E> void namesItsEventAndNoClass(Sample<E> sample) throws IOException {
    Object event = sample.batch().recorded().getFirst().event();
    String text = new String(sample.encoded(), StandardCharsets.ISO_8859_1);
    assertThat(text).doesNotContain("dev.bursar").doesNotContain(event.getClass().getSimpleName());
    String type = tree(sample.encoded()).at("/recorded/0/event/" + StoredNames.TYPE).textValue();
    assertThat(sample.name()).startsWith(type);
  }

  @Test
  void keepsTheOrderOfABatch() {
    List<Recorded<WalletEvent>> recorded = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      Sample.wallets().forEach(s -> recorded.addAll(s.batch().recorded()));
    }
    Batch<WalletEvent> batch = new Batch<>(1, new byte[32], null, recorded);
    BatchCodec<WalletEvent> codec = BatchCodec.wallets();
    byte[] bytes = codec.encode(batch);
    Batch<WalletEvent> read = codec.decode(codec.manifest(), bytes);
    assertThat(types(read)).isEqualTo(types(batch));
    assertThat(codec.encode(read)).isEqualTo(bytes);
  }

  @Test
  void aLargeRowIsStoredCompressed() {
    List<Recorded<WalletEvent>> recorded = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      Sample.wallets().forEach(s -> recorded.addAll(s.batch().recorded()));
    }
    Batch<WalletEvent> batch = new Batch<>(1, new byte[32], null, recorded);
    BatchCodec<WalletEvent> codec = BatchCodec.wallets();
    byte[] plain = codec.encode(batch);
    BatchCodec.Packed packed = codec.pack(batch);
    assertThat(packed.manifest()).isEqualTo("wallet.1+lz4");
    assertThat(packed.bytes().length).isLessThan(plain.length / 5);
    Batch<WalletEvent> read = codec.decode(packed.manifest(), packed.bytes());
    assertThat(codec.encode(read)).isEqualTo(plain);
  }

  @Test
  void aTeamsRowIsReadWithoutItsHolds() {
    List<Recorded<TeamEvent>> recorded = new ArrayList<>();
    Sample.teams().forEach(s -> recorded.addAll(s.batch().recorded()));
    BatchCodec.Packed packed =
        BatchCodec.teams().pack(new Batch<>(7, new byte[32], null, recorded));
    Batch<TeamEvent> all = BatchCodec.teams().decode(packed.manifest(), packed.bytes());
    Batch<TeamEvent> read =
        BatchCodec.teamsWithoutHolds().decode(packed.manifest(), packed.bytes());
    assertThat(types(read)).isNotEmpty();
    assertThat(types(read))
        .isEqualTo(
            types(all).stream()
                .filter(type -> type != TeamEvent.BudgetHeld.class)
                .filter(type -> type != TeamEvent.BudgetBarred.class)
                .toList());
    assertThat(read.sequence()).isEqualTo(7);
    assertThat(read.recorded().getLast().event())
        .usingRecursiveComparison()
        .isEqualTo(all.recorded().getLast().event());
  }

  @Test
  void whatIsPassedOverMustStillBeWellFormed() {
    BatchCodec<TeamEvent> codec = BatchCodec.teamsWithoutHolds();
    for (Sample<TeamEvent> sample : Sample.teams()) {
      byte[] bytes = sample.encoded();
      for (int length = 0; length < bytes.length; length += 7) {
        refused(codec, Arrays.copyOf(bytes, length), "are no ");
      }
    }
  }

  @Test
  void aSmallRowIsStoredAsItIs() {
    Batch<WalletEvent> batch = Sample.batch(new WalletEvent.HoldBarred(Parts.AT, "r"));
    BatchCodec.Packed packed = BatchCodec.wallets().pack(batch);
    assertThat(packed.manifest()).isEqualTo("wallet.1");
    assertThat(packed.bytes()).isEqualTo(BatchCodec.wallets().encode(batch));
  }

  @Test
  void aCompressedRowThatWasChangedIsRefusedOrReadButNothingElse() {
    Random random = new Random(11);
    BatchCodec<WalletEvent> codec = BatchCodec.wallets();
    BatchCodec.Packed packed = codec.pack(Sample.batch(Sample.committed()));
    assertThat(packed.manifest()).endsWith("+lz4");
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = Arrays.copyOf(packed.bytes(), random.nextInt(packed.bytes().length + 1));
      for (int change = random.nextInt(3); change > 0 && bytes.length > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        codec.decode(packed.manifest(), bytes);
      } catch (StoredFormException refused) {
        assertThat(refused).hasMessageMatching("(?s).* are no .*|.* expand to .*");
      }
    }
  }

  private static List<? extends Class<?>> types(Batch<?> batch) {
    return batch.recorded().stream().map(each -> each.event().getClass()).toList();
  }

  @Test
  void theOrderOfASetDoesNotShow() {
    Budget one = budget("a", "b", "c", "d");
    Budget other = budget("d", "b", "c", "a");
    assertThat(encoded(one)).isEqualTo(encoded(other));
  }

  private static Budget budget(String... features) {
    Budget like = Parts.budget(new Scope(Scope.Type.ORG, null, null));
    return new Budget(
        like.id(),
        like.scope(),
        like.measure(),
        like.window(),
        like.limit(),
        like.mode(),
        new LinkedHashSet<>(Arrays.asList(features)),
        like.models(),
        like.thresholds(),
        like.zone(),
        like.anchorDay());
  }

  private static byte[] encoded(Budget budget) {
    return BatchCodec.orgs()
        .encode(Sample.batch(new OrgEvent.BudgetPut(Parts.AT, budget, List.of(), "key_2x7Qm")));
  }

  @Test
  void whatIsReadCannotBeChanged() {
    Sample<OrgEvent> sample = named(Sample.orgs(), "begun-by-usage");
    Batch<OrgEvent> read = sample.codec().decode(sample.codec().manifest(), sample.encoded());
    var plan = ((OrgEvent.ReservationBegun) read.recorded().getFirst().event()).plan();
    assertThatThrownBy(() -> read.recorded().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> plan.request().metadata().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> plan.teamLimits().getFirst().budget().features().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private static <E> Sample<E> named(List<Sample<E>> samples, String name) {
    return samples.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aKindHasItsCodec() {
    assertThat(BatchCodec.forKind(EntityId.Kind.WALLET)).isSameAs(BatchCodec.wallets());
    assertThat(BatchCodec.forKind(EntityId.Kind.TEAM)).isSameAs(BatchCodec.teams());
    assertThat(BatchCodec.forKind(EntityId.Kind.ORG)).isSameAs(BatchCodec.orgs());
  }

  // ---- what is refused

  @Test
  void aTimeFinerThanAMicrosecondIsNotWritten() {
    WalletEvent event = new WalletEvent.HoldBarred(Parts.AT.plusNanos(1), Parts.RESERVATION);
    assertThatThrownBy(() -> BatchCodec.wallets().encode(Sample.batch(event)))
        .isInstanceOf(StoredFormException.class)
        .hasMessageContaining("finer than a microsecond");
  }

  @Test
  void halfACharacterIsNotWritten() {
    for (String half : List.of("a\ud83d", "\ude00b", "\ud83dc")) {
      WalletEvent event = new WalletEvent.HoldBarred(Parts.AT, half);
      assertThatThrownBy(() -> BatchCodec.wallets().encode(Sample.batch(event)))
          .isInstanceOf(StoredFormException.class)
          .hasMessageContaining("surrogate");
    }
  }

  @Test
  void aTimeBeyondTheRangeIsNotWritten() {
    WalletEvent event = new WalletEvent.HoldBarred(Instant.MIN, Parts.RESERVATION);
    assertThatThrownBy(() -> BatchCodec.wallets().encode(Sample.batch(event)))
        .isInstanceOf(StoredFormException.class)
        .hasMessageContaining("out of range");
  }

  @ParameterizedTest
  @MethodSource("samples")
  <E> void anUnknownFieldIsRefused(Sample<E> sample) throws IOException {
    for (String place : List.of("", "/recorded/0", "/recorded/0/event")) {
      ObjectNode tree = tree(sample.encoded());
      ((ObjectNode) tree.at(place)).put("from_the_future", 1);
      refused(sample.codec(), bytes(tree), "from_the_future");
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  <E> void aMissingFieldIsRefused(Sample<E> sample) throws IOException {
    for (String field : List.of("at", StoredNames.TYPE)) {
      ObjectNode tree = tree(sample.encoded());
      ((ObjectNode) tree.at("/recorded/0/event")).remove(field);
      refused(sample.codec(), bytes(tree), "'" + field + "'");
    }
  }

  @Test
  void anUnknownEventOrWordIsRefused() throws IOException {
    Sample<WalletEvent> sample = named(Sample.wallets(), "held");
    ObjectNode tree = tree(sample.encoded());
    ((ObjectNode) tree.at("/recorded/0/event")).put(StoredNames.TYPE, "minted");
    refused(sample.codec(), bytes(tree), "minted");
    tree = tree(sample.encoded());
    ((ObjectNode) tree.at("/recorded/0/event/hold")).put("overage_policy", "RECORD");
    refused(sample.codec(), bytes(tree), "RECORD is not known here");
  }

  @Test
  void anotherKindOfValueIsRefused() throws IOException {
    Sample<WalletEvent> sample = named(Sample.wallets(), "held");
    for (String field : List.of("amount", "made_at", "team_holds", "reservation")) {
      ObjectNode tree = tree(sample.encoded());
      ((ObjectNode) tree.at("/recorded/0/event/hold")).put(field, 1.5);
      refused(sample.codec(), bytes(tree), field);
      ((ObjectNode) tree.at("/recorded/0/event/hold")).putNull(field);
      refused(sample.codec(), bytes(tree), field);
    }
  }

  @Test
  void anUnknownManifestIsRefused() {
    BatchCodec<WalletEvent> codec = BatchCodec.wallets();
    byte[] bytes = Sample.wallets().getFirst().encoded();
    for (String manifest : List.of("wallet.2", "wallet.0", "wallet", "", "team.1", "wallet.1 ")) {
      assertThatThrownBy(() -> codec.decode(manifest, bytes))
          .isInstanceOf(StoredFormException.class)
          .hasMessageContaining("the manifest " + manifest + " is not known here");
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  <E> void whatIsCutOffIsRefused(Sample<E> sample) {
    byte[] bytes = sample.encoded();
    for (int length = 0; length < bytes.length; length += length < 100 ? 1 : 7) {
      refused(sample.codec(), Arrays.copyOf(bytes, length), "are no ");
    }
    refused(sample.codec(), Arrays.copyOf(bytes, bytes.length + 1), "are no ");
  }

  @Test
  void garbageIsRefusedOrReadButNothingElse() {
    Random random = new Random(7);
    for (Sample<?> sample : Sample.all().toList()) {
      for (int round = 0; round < 200; round++) {
        byte[] bytes = sample.encoded();
        for (int change = random.nextInt(4); change >= 0; change--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        readOrRefused(sample.codec(), bytes);
        random.nextBytes(bytes);
        readOrRefused(sample.codec(), bytes);
      }
    }
  }

  @Test
  void deepNestingAndHugeLengthsAreRefused() {
    byte[] deep = new byte[1_000_000];
    for (int start : List.of(0x81, 0x9f, 0xa1, 0xbf, 0xc6, 0x5f, 0x7f)) {
      Arrays.fill(deep, (byte) start);
      refused(BatchCodec.wallets(), deep, "are no wallet.1");
    }
    // {"previous_hash": bytes or text, of a length that is announced and never comes}
    for (int type : List.of(0x5b, 0x7b, 0x9b, 0xbb, 0x5a, 0x7a)) {
      byte[] huge = new byte[40];
      byte[] name = "previous_hash".getBytes(StandardCharsets.UTF_8);
      huge[0] = (byte) 0xbf;
      huge[1] = (byte) (0x60 + name.length);
      System.arraycopy(name, 0, huge, 2, name.length);
      huge[2 + name.length] = (byte) type;
      Arrays.fill(huge, 3 + name.length, 11 + name.length, (byte) 0x7f);
      refused(BatchCodec.wallets(), huge, "are no wallet.1");
    }
  }

  private static <E> void readOrRefused(BatchCodec<E> codec, byte[] bytes) {
    try {
      codec.encode(codec.decode(codec.manifest(), bytes));
    } catch (StoredFormException refused) {
      assertThat(refused).hasMessageMatching("(?s).* are no .*|there is no .*");
    }
  }

  private static void refused(BatchCodec<?> codec, byte[] bytes, String because) {
    try {
      codec.decode(codec.manifest(), bytes);
    } catch (StoredFormException refused) {
      assertThat(refused).hasMessageContaining(because);
      return;
    }
    fail("was read");
  }

  private static ObjectNode tree(byte[] bytes) throws IOException {
    return (ObjectNode) StoredMapping.MAPPER.readTree(bytes);
  }

  private static byte[] bytes(ObjectNode tree) throws IOException {
    return StoredMapping.MAPPER.writeValueAsBytes(tree);
  }
}
