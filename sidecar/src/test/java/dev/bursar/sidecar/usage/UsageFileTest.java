package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageFileTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00.123456789Z");
  private static final UsageFile.Settings LARGE = new UsageFile.Settings(1 << 20, 1 << 20);

  @TempDir private Path directory;

  private static ReserveRequest request() {
    return new ReserveRequest(
        new Subject("acme", "red", "ann", null, null, null),
        "chat",
        "m",
        "s-1",
        "main",
        Map.of("tokens", 7L),
        null,
        null,
        300,
        null,
        false,
        false,
        Map.of("ticket", "T-1"));
  }

  private static Entry.Used used(String id) {
    return new Entry.Used(
        new Use(id, "L1", NOON, request(), Map.of("tokens", 7L), null, null, 3_500_000), null);
  }

  private static Entry.Opened opened(String id) {
    return new Entry.Opened(
        id, "L1", 7, request(), "platform", 3_500_000, NOON, NOON.plusSeconds(300), null);
  }

  private UsageFile open(UsageFile.Settings settings) throws IOException {
    UsageFile file = UsageFile.open(directory, settings);
    file.start(List::of, () -> {});
    return file;
  }

  private static List<String> ids(Collection<Entry.Stored> uses) {
    return uses.stream().map(Entry.Stored::id).toList();
  }

  /** What is to be reported, all of it. */
  private static List<Entry.Stored> unsent(UsageFile file) throws IOException {
    UsageFile.Batch batch = file.next(1_000);
    List<Entry.Stored> uses = batch == null ? List.of() : batch.uses();
    assertThat(file.recovered().unsent()).isEqualTo(uses.size());
    return uses;
  }

  private static void confirm(UsageFile file, int max) throws IOException {
    UsageFile.Batch batch = file.next(max);
    file.confirm(batch, batch.uses());
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(each -> Segment.number(each) > 0).findFirst().orElseThrow();
    }
  }

  @Test
  void whatWasKeptIsThereAfterACrash() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(opened("r1")).join();
      file.keep(opened("r2")).join();
      file.keep(used("r1")).join();
      file.note(new Entry.Closed("r2", null));
      file.keep(opened("r3")).join();
    }
    try (UsageFile file = open(LARGE)) {
      Recovery found = file.recovered();
      List<Entry.Stored> uses = unsent(file);
      assertThat(ids(uses)).containsExactly("r1");
      assertThat(found.open()).extracting(Entry.Opened::id).containsExactly("r3");
      Entry.Opened it = found.open().iterator().next();
      assertThat(it.request().subject()).isEqualTo(request().subject());
      assertThat(it.request().usage()).isEqualTo(request().usage());
      assertThat(it.version()).isEqualTo(7);
      assertThat(it.request().wallet()).isEqualTo("main");
      assertThat(it.request().metadata()).isEqualTo(request().metadata());
      assertThat(it.expiresAt()).isEqualTo(NOON.plusSeconds(300));
      Entry.Stored use = uses.getFirst();
      assertThat(use.at()).isEqualTo(NOON);
      assertThat(use.micros()).isEqualTo(3_500_000);
      assertThat(new String(use.work(), StandardCharsets.UTF_8))
          .contains("\"tokens\":7")
          .doesNotContain("wallet");
    }
  }

  /** Another process reads the file as it is, while this one has neither forced nor closed it. */
  @Test
  void whatIsWrittenOutlivesTheProcessAndWaitsForNobody(@TempDir Path copy) throws IOException {
    try (UsageFile file = open(LARGE)) {
      assertThat(file.write(opened("r1"))).isCompleted();
      assertThat(file.write(opened("r2"))).isCompleted();
      assertThat(file.write(new Entry.Closed("r1", null))).isCompleted();
      Files.copy(segment(), copy.resolve(segment().getFileName()));
    }
    try (UsageFile file = UsageFile.open(copy, LARGE)) {
      assertThat(file.recovered().open()).extracting(Entry.Opened::id).containsExactly("r2");
    }
  }

  @Test
  void whoIsInterruptedClosesItForNobody() throws IOException {
    try (UsageFile file = open(LARGE)) {
      Thread.currentThread().interrupt();
      CompletableFuture<Void> written = file.write(opened("r1"));
      assertThat(Thread.interrupted()).isTrue();
      written.join();
      file.keep(used("u1")).join();
    }
  }

  /** In parts so small that others are begun meanwhile. */
  @Test
  void whatIsWrittenOvertakesNothing() throws IOException {
    try (UsageFile file = open(new UsageFile.Settings(1 << 20, 3_000))) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String id = "r" + i;
        file.note(opened(id));
        if (i % 3 == 0) {
          all.add(file.keep(used("u" + i)));
        }
        all.add(file.write(new Entry.Closed(id, null)));
      }
      all.forEach(CompletableFuture::join);
    }
    try (UsageFile file = open(LARGE)) {
      assertThat(file.recovered().open()).isEmpty();
      assertThat(file.recovered().unsent()).isEqualTo(67);
    }
  }

  @Test
  void whereverItIsCutOffAllThatIsWholeBeforeIsKept() throws IOException {
    List<Long> ends = new ArrayList<>();
    try (UsageFile file = open(LARGE)) {
      for (int i = 1; i <= 3; i++) {
        file.keep(used("u" + i)).join();
        ends.add(Files.size(segment()));
      }
    }
    byte[] whole = Files.readAllBytes(segment());
    Path segment = segment();
    for (int cut = 0; cut <= ends.getLast(); cut++) {
      Files.write(segment, Arrays.copyOf(whole, cut));
      int kept = 0;
      while (kept < 3 && ends.get(kept) <= cut) {
        kept++;
      }
      UsageFile file = UsageFile.open(directory, LARGE);
      assertThat(unsent(file)).as("cut at %d", cut).hasSize(kept);
      file.close();
      assertThat(Files.size(segment)).isEqualTo(kept == 0 ? 0 : ends.get(kept - 1));
    }
    Files.write(segment, Arrays.copyOf(whole, (int) (ends.get(1) + 5)));
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u4")).join();
    }
    try (UsageFile file = open(LARGE)) {
      assertThat(ids(unsent(file))).containsExactly("u1", "u2", "u4");
    }
  }

  @Test
  void aByteThatIsWrongIsNoticed() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u1")).join();
    }
    byte[] whole = Files.readAllBytes(segment());
    whole[30] ^= 1;
    Files.write(segment(), whole);
    try (UsageFile file = open(LARGE)) {
      assertThat(unsent(file)).isEmpty();
    }
  }

  @Test
  void whatIsConfirmedIsNotReportedAgainAndItsPartsAreDropped() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 1_200);
    try (UsageFile file = UsageFile.open(directory, small)) {
      file.start(() -> List.of(opened("r9")), () -> {});
      for (int i = 1; i <= 20; i++) {
        file.keep(used("u" + i)).join();
      }
      assertThat(segments()).isGreaterThan(3);
      UsageFile.Batch first = file.next(15);
      assertThat(first).isNotNull();
      assertThat(ids(first.uses())).hasSize(15).startsWith("u1", "u2");
      file.confirm(first, first.uses());
      assertThat(file.unsent()).isEqualTo(5);
      UsageFile.Batch rest = file.next(15);
      assertThat(rest).isNotNull();
      assertThat(ids(rest.uses())).containsExactly("u16", "u17", "u18", "u19", "u20");
      assertThat(segments()).isLessThan(4);
    }
    try (UsageFile file = UsageFile.open(directory, small)) {
      assertThat(file.recovered().unsent()).isEqualTo(5);
      assertThat(file.recovered().open()).extracting(Entry.Opened::id).containsExactly("r9");
      file.start(List::of, () -> {});
      UsageFile.Batch rest = file.next(15);
      assertThat(rest).isNotNull();
      assertThat(ids(rest.uses())).containsExactly("u16", "u17", "u18", "u19", "u20");
      file.confirm(rest, rest.uses());
      assertThat(file.next(15)).isNull();
      assertThat(file.unsentBytes()).isZero();
    }
    try (UsageFile file = UsageFile.open(directory, small)) {
      assertThat(unsent(file)).isEmpty();
    }
  }

  @Test
  void oneDamagedEntryLosesNoOtherIsToldOnceAndKeptForPeople() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u1")).join();
      file.keep(used("u2")).join();
      file.keep(used("u3")).join();
    }
    Path part = segment();
    byte[] damaged = damaged(part);
    for (String life : List.of("the first", "another")) {
      try (UsageFile file = open(LARGE)) {
        assertThat(ids(unsent(file))).as(life).containsExactly("u1", "u3");
        assertThat(file.recovered().lostBytes())
            .isEqualTo(life.equals("another") ? 0 : framed("u2").length);
      }
      assertThat(copies()).containsExactly(copyOf(part));
      assertThat(Files.readAllBytes(copyOf(part))).isEqualTo(damaged);
    }
  }

  @Test
  void aDamageInAnyPartIsKeptAlsoOnceThatIsOver() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 1_200);
    try (UsageFile file = open(small)) {
      for (int i = 1; i <= 20; i++) {
        file.keep(used("u" + i)).join();
      }
    }
    Path part = directory.resolve("%019d.usage".formatted(2));
    byte[] damaged = damaged(part);
    try (UsageFile file = open(small)) {
      assertThat(file.unsent()).isEqualTo(19);
      assertThat(unsent(file)).hasSize(19);
      assertThat(file.recovered().lostBytes()).isEqualTo(framed("u2").length);
    }
    try (UsageFile file = open(small)) {
      confirm(file, 1_000);
      assertThat(part).doesNotExist();
    }
    assertThat(Files.readAllBytes(copyOf(part))).isEqualTo(damaged);
  }

  @Test
  void aDamageThatCanNotBeCopiedStaysInItsPartAndThatIsKeptOnceItIsOver() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 1_200);
    try (UsageFile file = open(small)) {
      file.keep(used("u1")).join();
      file.keep(used("u2")).join();
      file.keep(used("u3")).join();
    }
    Path part = segment();
    byte[] damaged = damaged(part);
    byte[] cutOff = Arrays.copyOf(damaged, damaged.length + 20);
    Arrays.fill(cutOff, damaged.length, cutOff.length, (byte) 7);
    Files.write(part, cutOff);
    Path inTheWay = Files.createDirectories(copyOf(part).resolve("in the way"));
    try (UsageFile file = open(small)) {
      assertThat(ids(unsent(file))).containsExactly("u1", "u3");
      file.keep(used("u4")).join();
      assertThat(Arrays.copyOf(Files.readAllBytes(part), cutOff.length)).isEqualTo(cutOff);
    }
    try (UsageFile file = open(small)) {
      Files.delete(inTheWay);
      Files.delete(copyOf(part));
      UsageFile.Batch all = file.next(1_000);
      assertThat(ids(all.uses())).containsExactly("u1", "u3", "u4");
      file.confirm(all, all.uses());
      // All parts before the last but one are over.
      for (int i = 5; i <= 20; i++) {
        file.keep(used("u" + i)).join();
        confirm(file, 10);
      }
      assertThat(part).doesNotExist();
    }
    byte[] kept = Files.readAllBytes(copyOf(part));
    assertThat(Arrays.copyOf(kept, cutOff.length)).isEqualTo(cutOff);
  }

  /** Changes a byte of its second entry; what is in it then. */
  private static byte[] damaged(Path part) throws IOException {
    byte[] bytes = Files.readAllBytes(part);
    bytes[ENTRY_LENGTH + ENTRY_LENGTH / 2] ^= 1;
    Files.write(part, bytes);
    return bytes;
  }

  private static final int ENTRY_LENGTH = framed("u1").length;

  private static byte[] framed(String id) {
    try {
      return Segment.framed(Entries.bytes(used(id)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path copyOf(Path part) {
    return part.resolveSibling(part.getFileName() + ".damaged");
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(each -> each.toString().contains(".damaged")).toList();
    }
  }

  private long segments() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(each -> Segment.number(each) > 0).count();
    }
  }

  @Test
  void itIsFullWhenSoMuchIsNotConfirmed() throws IOException {
    try (UsageFile file = open(new UsageFile.Settings(300, 1 << 20))) {
      assertThat(file.isFull()).isFalse();
      file.keep(used("u1")).join();
      file.keep(used("u2")).join();
      assertThat(file.isFull()).isTrue();
      UsageFile.Batch batch = file.next(10);
      assertThat(batch).isNotNull();
      file.confirm(batch, batch.uses());
      assertThat(file.isFull()).isFalse();
    }
  }

  private static UsageFile.Batch filled(UsageFile file) throws IOException {
    file.keep(used("u1")).join();
    UsageFile.Batch first = file.next(10);
    assertThat(first).isNotNull();
    for (int i = 1; i <= 5_000 && !file.isFull(); i++) {
      file.write(opened("r" + i)).join();
      file.write(new Entry.Closed("r" + i, null)).join();
    }
    assertThat(file.isFull()).isTrue();
    return first;
  }

  private long length() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(each -> each.toFile().length()).sum();
    }
  }

  /** What was set aside and given back while something waits for the server. */
  @Test
  void itIsFullWhenSoMuchIsInItThoughLittleOfItIsUsage() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(100_000, 10_000);
    try (UsageFile file = open(small)) {
      UsageFile.Batch first = filled(file);
      assertThat(length()).isBetween(240_000L, 250_000L);
      assertThat(file.keep(new Entry.Passed(new CallKey("reserve a", 1))))
          .as("nor is it known any more that the server is to answer something")
          .isCompletedExceptionally();
      file.keep(used("r0")).join();
      file.confirm(first, first.uses());
      assertThat(file.isFull()).as("one came behind").isTrue();
      confirm(file, 10);
      assertThat(file.isFull()).isFalse();
      file.keep(new Entry.Passed(new CallKey("reserve a", 1))).join();
      assertThat(length()).isLessThan(30_000);
    }
  }

  @Test
  void whatWasPassedOnWhileItWasFullMayBeAnyKeyOfThatLife() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(100_000, 10_000);
    Instant passed;
    try (UsageFile file = open(small)) {
      assertThat(file.recovered().forgotten()).isEqualTo(Instant.MIN);
      filled(file);
      // By a clock that is as much ahead as may be.
      passed = Instant.now().plusSeconds(10);
      assertThat(file.keep(new Entry.Passed(new CallKey("reserve acme a", 1))))
          .isCompletedExceptionally();
    }
    try (UsageFile file = open(small)) {
      assertThat(file.recovered().forgotten()).isAfterOrEqualTo(passed);
    }
  }

  private long lastPart() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(Segment::number).max().orElseThrow();
    }
  }

  private static Collection<Entry.Opened> manyOpen() {
    return IntStream.range(0, 100).mapToObj(i -> opened("open-" + i)).toList();
  }

  @Test
  void howeverMuchIsOpenAPartIsLongByWhatIsAddedToIt() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 3_000);
    try (UsageFile file = UsageFile.open(directory, small)) {
      file.start(UsageFileTest::manyOpen, () -> {});
      for (int i = 1; i <= 100; i++) {
        file.keep(used("u" + i)).join();
      }
      assertThat(length()).as("what is open is more than a part").isGreaterThan(10_000);
      assertThat(lastPart()).isBetween(5L, 1 + 100 * 350 / 3_000L);
    }
  }

  @Test
  void noOtherPartIsBegunWhileItIsFullAndOneIsWhenAllIsReported() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(100_000, 10_000);
    try (UsageFile file = UsageFile.open(directory, small)) {
      file.start(UsageFileTest::manyOpen, () -> {});
      UsageFile.Batch first = filled(file);
      long last = lastPart();
      // More than it may take altogether: what is open is ended all the same.
      for (int i = 1; i <= 1_000; i++) {
        file.write(new Entry.Closed("r" + i, answer("release r x" + "x".repeat(300)))).join();
      }
      assertThat(lastPart()).isEqualTo(last);
      file.confirm(first, first.uses());
      // It is begun once it is written that all is confirmed.
      file.write(new Entry.Closed("r0", null)).join();
      file.keep(used("u2")).join();
      assertThat(file.isFull()).isFalse();
      assertThat(length()).isLessThan(100_000);
    }
    try (UsageFile file = open(small)) {
      assertThat(file.recovered().open()).hasSize(100);
      assertThat(ids(unsent(file))).containsExactly("u2");
    }
  }

  @Test
  void aPartThatAloneIsTooMuchIsNoneInAnotherLife() throws IOException {
    UsageFile.Settings large = new UsageFile.Settings(1 << 20, 1 << 20);
    try (UsageFile file = open(large)) {
      for (int i = 1; i <= 1_000; i++) {
        file.write(new Entry.Closed("r" + i, answer("release r x" + "x".repeat(300)))).join();
      }
    }
    try (UsageFile file = open(new UsageFile.Settings(100_000, 10_000))) {
      assertThat(file.isFull()).isFalse();
      assertThat(length()).isLessThan(1_000);
    }
  }

  @Test
  void whatIsFullOfWhatIsOverIsNotFullInAnotherLife() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(100_000, 10_000);
    try (UsageFile file = open(small)) {
      filled(file);
    }
    try (UsageFile file = open(small)) {
      assertThat(file.isFull()).isTrue();
      confirm(file, 10);
      assertThat(file.isFull()).isFalse();
    }
  }

  @Test
  void twoDoNotWriteTheSameFile() throws IOException {
    try (UsageFile file = open(LARGE)) {
      assertThat(file.unsent()).isZero();
      assertThatThrownBy(() -> UsageFile.open(directory, LARGE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use");
    }
  }

  @Test
  void whatCouldNotBeOpenedIsNotInUse() throws IOException {
    // given
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u1")).join();
      file.setAside(file.next(1).uses());
    }
    Path noFile = directory.resolve("%019d.usage".formatted(2));
    Files.createDirectory(noFile);
    // when
    assertThatThrownBy(() -> UsageFile.open(directory, LARGE)).hasMessageContaining("directory");
    // then
    Files.delete(noFile);
    try (UsageFile file = open(LARGE)) {
      assertThat(file.unsentAside()).isEqualTo(1);
    }
  }

  @Test
  void whatWasDecidedByNobodySaysSo() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(
              new Entry.Used(
                  new Use("u1", null, NOON, request(), null, Credits.of(2), "platform", 2_000_000),
                  null))
          .join();
      UsageFile.Batch batch = file.next(1);
      assertThat(batch).isNotNull();
      Entry.Stored use = batch.uses().getFirst();
      assertThat(use.lease()).isNull();
      assertThat(use.wallet()).isEqualTo("main");
      assertThat(new String(use.work(), StandardCharsets.UTF_8))
          .contains("\"bursar.unchecked\":\"true\"", "\"amount\":\"2\"");
    }
  }

  /** Twice in one event the server does not take it. */
  @Test
  void thatItWasDecidedByNobodyAClientCanNotSay() throws IOException {
    ReserveRequest said = request().remarked(Map.of(Use.UNCHECKED, "true"));
    try (UsageFile file = open(LARGE)) {
      for (String lease : new String[] {null, "L1"}) {
        Use use = new Use("u1", lease, NOON, said, null, Credits.of(2), "platform", 2_000_000);
        file.keep(new Entry.Used(use, null)).join();
      }
      UsageFile.Batch batch = file.next(2);
      assertThat(batch).isNotNull();
      assertThat(batch.uses().getFirst().request().metadata())
          .containsOnly(Map.entry(Use.UNCHECKED, "true"), Map.entry("ticket", "T-1"));
      assertThat(batch.uses().getLast().request().metadata())
          .containsOnly(Map.entry("ticket", "T-1"));
    }
  }

  /** Nobody could find it among the org's usage otherwise. */
  @Test
  void whatWasDecidedByNobodySaysSoHoweverMuchElseIsSaidOfIt() throws IOException {
    Map<String, String> much = new TreeMap<>();
    for (int i = 10; i < 30; i++) {
      much.put("pair-" + i, "p" + i);
    }
    ReserveRequest it = request();
    ReserveRequest request =
        new ReserveRequest(
            it.subject(),
            "chat",
            "m",
            null,
            null,
            null,
            Credits.of(2),
            "platform",
            300,
            null,
            false,
            false,
            much);
    Use use = new Use("u1", null, NOON, request, null, Credits.of(2), "platform", 2_000_000);
    try (UsageFile file = open(LARGE)) {
      file.keep(new Entry.Used(use, null)).join();
      UsageFile.Batch batch = file.next(1);
      assertThat(batch).isNotNull();
      Map<String, String> kept = batch.uses().getFirst().request().metadata();
      assertThat(kept)
          .hasSize(20)
          .containsEntry(Use.UNCHECKED, "true")
          .containsEntry("pair-28", "p28");
      assertThat(kept).doesNotContainKey("pair-29");
    }
  }

  @Test
  void whatIsKeptStaysKeptWhereNoOtherPartCanBeBegun() throws IOException {
    Path next = directory.resolve("%019d.usage".formatted(2));
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 1);
    try (UsageFile file = open(small)) {
      Files.createDirectories(next);
      file.keep(used("u1")).join();
      file.keep(used("u2")).join();
      assertThat(file.unsent()).isEqualTo(2);
      assertThat(file.isFull()).isFalse();
    }
    Files.delete(next);
    try (UsageFile file = open(small)) {
      assertThat(ids(unsent(file))).containsExactly("u1", "u2");
      file.keep(used("u3")).join();
    }
    try (UsageFile file = open(small)) {
      assertThat(ids(unsent(file))).containsExactly("u1", "u2", "u3");
    }
  }

  @Test
  void aBatchIsNoLargerThanAServerTakes() throws IOException {
    try (UsageFile file = open(LARGE)) {
      String long_ = "x".repeat(200_000);
      for (int i = 1; i <= 5; i++) {
        Entry.Used small = used("u" + i);
        ReserveRequest it = small.use().request();
        ReserveRequest large =
            new ReserveRequest(
                it.subject(),
                it.feature(),
                it.model(),
                null,
                null,
                it.usage(),
                null,
                null,
                300,
                null,
                false,
                false,
                Map.of("note", long_));
        file.keep(
                new Entry.Used(
                    new Use("u" + i, "L1", NOON, large, it.usage(), null, null, 1), null))
            .join();
      }
      List<List<String>> batches = new ArrayList<>();
      for (UsageFile.Batch each = file.next(1_000); each != null; each = file.next(1_000)) {
        batches.add(ids(each.uses()));
      }
      assertThat(batches).containsExactly(List.of("u1", "u2"), List.of("u3", "u4"), List.of("u5"));
    }
  }

  @Test
  void whatIsSetAsideHoldsUpNothingAndIsThereAfterACrash() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u1")).join();
      UsageFile.Batch stuck = file.next(1);
      file.keep(used("u2")).join();
      UsageFile.Batch other = file.next(1);
      file.confirm(other, other.uses());
      file.setAside(stuck.uses());
      file.confirm(stuck, stuck.uses());
      assertThat(file.unsent()).isEqualTo(1);
      assertThat(file.unsentAside()).isEqualTo(1);
      assertThat(ids(file.aside().next(10).uses())).containsExactly("u1");
    }
    try (UsageFile file = open(LARGE)) {
      assertThat(file.next(10)).isNull();
      assertThat(file.unsent()).isEqualTo(1);
      assertThat(file.aside().recovered().unreported())
          .containsExactly(new Recovery.Unreported("acme", "L1", 3_500_000, 1));
    }
  }

  @Test
  void whatComesBeforeIsNotConfirmedByWhatIsConfirmedFirst() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u1")).join();
      file.next(1);
      file.keep(used("u2")).join();
      confirm(file, 1);
      assertThat(file.unsent()).isEqualTo(1);
    }
    try (UsageFile file = open(LARGE)) {
      assertThat(ids(unsent(file))).containsExactly("u1", "u2");
    }
  }

  private static Answer answer(String name) {
    return new Answer(new CallKey(name, 7), "platform", 5, true);
  }

  @Test
  void keysOfCallsAreThereAfterACrashAlsoOnceAllIsConfirmed() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(new Entry.Used(used("u1").use(), answer("reserve a"))).join();
      file.keep(new Entry.Closed("r2", answer("release r2 b"))).join();
      file.keep(new Entry.Passed(new CallKey("reserve c", 8))).join();
      confirm(file, 10);
    }
    try (UsageFile file = open(LARGE)) {
      assertThat(unsent(file)).isEmpty();
      assertThat(file.recovered().answered())
          .containsExactly(
              new Recovery.Answered(
                  new CallKey("reserve a", 7),
                  "committed",
                  "u1",
                  3_500_000,
                  5,
                  "platform",
                  true,
                  false,
                  null),
              new Recovery.Answered(
                  new CallKey("release r2 b", 7),
                  "released",
                  "r2",
                  0,
                  5,
                  "platform",
                  false,
                  false,
                  null),
              new Recovery.Answered(
                  new CallKey("reserve c", 8), null, "", 0, 0, "", false, false, null));
    }
  }

  @Test
  void keysOfPartsThatAreDroppedAreKnownToBeForgotten() throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 1_000);
    try (UsageFile file = open(small)) {
      file.keep(new Entry.Passed(new CallKey("reserve a", 8))).join();
    }
    // By a clock that is as much ahead as may be.
    Instant ahead = Instant.now().plusSeconds(10).minusMillis(10);
    try (UsageFile file = open(small)) {
      assertThat(file.recovered().forgotten()).isEqualTo(Instant.MIN);
      for (int i = 1; i <= 200; i++) {
        file.keep(new Entry.Passed(new CallKey("reserve b" + i, 8))).join();
      }
    }
    try (UsageFile file = open(small)) {
      assertThat(file.recovered().answered()).isNotEmpty().hasSizeLessThan(200);
      assertThat(file.recovered().forgotten()).isAfterOrEqualTo(ahead);
    }
  }

  /** What was answered to one would be decided, and charged, once more. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void keysOfADamagedPartMayHaveBeenAnsweredWhicheverItIs(int number) throws IOException {
    UsageFile.Settings small = new UsageFile.Settings(1 << 20, 1_200);
    int inEach = 1_200 / ENTRY_LENGTH + 1;
    try (UsageFile file = open(small)) {
      for (int i = 1; i <= 2 * inEach + 3; i++) {
        file.keep(used("u" + i)).join();
      }
    }
    assertThat(segments()).isEqualTo(3);
    Path part = directory.resolve("%019d.usage".formatted(number));
    damaged(part);
    Instant written = Instant.parse("2026-03-02T12:00:00Z");
    for (String life : List.of("the first", "another")) {
      Files.setLastModifiedTime(part, FileTime.from(written));
      try (UsageFile file = open(small)) {
        assertThat(file.recovered().forgotten()).as(life).isEqualTo(written.plusSeconds(10));
      }
    }
  }

  @Test
  void whereNothingIsUsedItsPartsAreDropped() throws IOException {
    try (UsageFile file = open(new UsageFile.Settings(1 << 20, 1_000))) {
      for (int i = 1; i <= 50; i++) {
        file.keep(opened("r" + i)).join();
        file.keep(new Entry.Closed("r" + i, null)).join();
      }
      assertThat(segments()).isLessThan(4);
    }
  }

  @Test
  void whatComesAfterItIsClosedFails() throws IOException {
    UsageFile file = open(LARGE);
    CompletableFuture<Void> before = file.keep(used("u1"));
    file.close();
    before.join();
    assertThatThrownBy(() -> file.keep(used("u2")).join()).hasCauseInstanceOf(IOException.class);
    file.close();
  }

  @Test
  void whoWaitsHoldsUpNoOther() throws Exception {
    try (UsageFile file = UsageFile.open(directory, LARGE)) {
      CompletableFuture<Void> goesOn = new CompletableFuture<>();
      CompletableFuture<Void> held = file.keep(used("u1")).thenRun(goesOn::join);
      file.start(List::of, () -> {});
      try {
        file.keep(used("u2")).get(30, TimeUnit.SECONDS);
      } finally {
        goesOn.complete(null);
      }
      held.join();
    }
  }

  @Test
  void whatIsSetAsideIsCountedOnceAlsoWhileTheRestOfItsBatchIsUnderWay() throws IOException {
    try (UsageFile file = open(LARGE)) {
      file.keep(used("u1")).join();
      file.keep(used("u2")).join();
      long bytes = file.unsentBytes();
      UsageFile.Batch batch = file.next(2);
      List<Entry.Stored> stuck = batch.uses().subList(0, 1);
      file.setAside(stuck);
      assertThat(file.confirm(batch, stuck)).isFalse();
      assertThat(file.unsent()).isEqualTo(2);
      assertThat(file.unsentBytes()).isEqualTo(bytes);
      assertThat(file.unsentAside()).isEqualTo(1);
      assertThat(file.confirm(batch, batch.uses().subList(1, 2))).isTrue();
      assertThat(file.unsent()).isEqualTo(1);
    }
  }
}
