package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RecoveringTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  private final Recovering found = new Recovering(1);

  private static Entry.Opened opened(String id, Instant expiresAt, Map<String, String> metadata) {
    return opened(id, expiresAt, Subject.ofOrg("acme"), metadata, null);
  }

  private static Entry.Opened opened(
      String id,
      Instant expiresAt,
      Subject subject,
      Map<String, String> metadata,
      @Nullable CallKey key) {
    ReserveRequest request =
        new ReserveRequest(
            subject,
            "chat",
            null,
            null,
            null,
            null,
            Credits.of(1),
            "platform",
            300,
            null,
            false,
            false,
            metadata);
    return new Entry.Opened(id, "L1", 1, request, "platform", 1, NOON, expiresAt, key);
  }

  private static Entry.Opened leased(String id, String lease) {
    Entry.Opened it = opened(id, NOON.plusSeconds(300), Map.of());
    return new Entry.Opened(id, lease, 1, it.request(), "platform", 1, NOON, it.expiresAt(), null);
  }

  /** Of what nobody has ended nothing is written when it expires. */
  @Test
  void howeverMuchHasExpiredWhatIsOpenIsFoundAndNotMuchElse() {
    Instant late = NOON.plusSeconds(1_000_000);
    List<String> open = IntStream.range(0, 5_000).mapToObj(i -> "open-" + i).toList();
    for (int i = 0; i < 200_000; i++) {
      if (i % 40 == 0) {
        found.found(opened(open.get(i / 40), late, Map.of()));
      }
      found.found(opened("r" + i, NOON.plusSeconds(i), Map.of()));
    }
    assertThat(found.recovery().open()).hasSizeLessThan(9_000);
    assertThat(found.recovery().open()).extracting(Entry.Opened::id).containsAll(open);
    assertThat(found.recovery().open())
        .extracting(Entry.Opened::id)
        .as("somebody may commit what has only just expired")
        .contains("r199999")
        .doesNotContain("r0");
  }

  @Test
  void theLastLeasesThatWereDecidedFromMayBeOpenThoughAllIsReported() {
    for (int i = 0; i <= 1_000; i++) {
      found.found(leased("r" + i, "L" + i));
      found.found(new Entry.Closed("r" + i, null));
    }
    assertThat(found.recovery().unreported())
        .hasSize(1_000)
        .contains(new Recovery.Unreported("acme", "L1000", 0, 0))
        .doesNotContain(new Recovery.Unreported("acme", "L0", 0, 0));
  }

  private static CallKey key(Instant madeAt) {
    long millis = madeAt.toEpochMilli();
    return new CallKey(
        "release r %08x-%04x-7000-8000-00000000000a".formatted(millis >> 16, millis & 0xffff), 1);
  }

  @Test
  void upToWhenKeysWereMadeThatAreForgottenIsKnown() {
    for (int i = 0; i < 12_000; i++) {
      found.found(new Entry.Passed(key(NOON.plusSeconds(i))));
    }
    assertThat(found.recovery().answered()).hasSize(12_000);
    assertThat(found.recovery().forgotten()).isEqualTo(Instant.MIN);
    for (int i = 0; i < 3; i++) {
      found.found(new Entry.Passed(new CallKey("release r untimed", i)));
    }
    assertThat(found.recovery().forgotten()).isEqualTo(NOON.plusSeconds(2));
  }

  @Test
  void aKeyOfTheFutureSaysNothingOfOthers() {
    Recovering by = new Recovering(1, NOON.plusSeconds(10));
    by.found(new Entry.Passed(key(NOON)));
    by.found(new Entry.Passed(key(Instant.parse("9999-01-01T00:00:00Z"))));
    for (int i = 0; i < 12_000; i++) {
      by.found(new Entry.Passed(key(NOON.plusSeconds(1))));
    }
    assertThat(by.recovery().forgotten()).isEqualTo(NOON);
  }

  @Test
  void whatSaysMoreTakesMore() {
    Map<String, String> much = Map.of("note", "x".repeat(100_000));
    for (int i = 0; i < 1_000; i++) {
      found.found(opened("r" + i, NOON.plusSeconds(i), much));
    }
    assertThat(found.recovery().open()).hasSizeBetween(1, 90);
  }

  @Test
  void namesTakeWhatTheyTakeOfTheHeap() {
    String name = "x".repeat(250);
    for (int i = 0; i < 10_000; i++) {
      Subject whose = new Subject("acme", name + i, name + i, name + i, name + i, name + i);
      found.found(opened("r" + i, NOON.plusSeconds(i), whose, Map.of(), null));
    }
    assertThat(found.recovery().open()).hasSizeBetween(3_000, (8 << 20) / 5 / 250);
  }

  /** It is known among the answers, as far as there is room for these. */
  @Test
  void theKeyOfWhatIsOpenIsNotKeptWithIt() {
    CallKey key = key(NOON);
    found.found(opened("r1", NOON, Subject.ofOrg("acme"), Map.of(), key));
    assertThat(found.recovery().open()).extracting(Entry.Opened::key).containsOnlyNulls();
    assertThat(found.recovery().answered()).extracting(Recovery.Answered::key).containsOnly(key);
  }

  @Test
  void whatIsForgottenStaysForgotten() {
    Recovery later = Recovery.NOTHING.forgottenUntil(NOON.plusSeconds(9));
    assertThat(later.forgottenUntil(NOON).forgotten()).isEqualTo(NOON.plusSeconds(9));
  }
}
