package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WeightTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final String ID = "rsl_acme_1";
  private static final String LEASE = "rsv_" + "l".repeat(700);

  private static ReserveRequest request(String text) {
    Map<String, String> metadata = new TreeMap<>();
    for (int i = 10; i < 30; i++) {
      metadata.put(i + text.repeat(20), text.repeat(160));
    }
    Subject subject = new Subject(text, text, text, text, text, text);
    return new ReserveRequest(
        subject,
        text,
        text,
        text,
        text,
        null,
        Credits.of(1),
        "platform",
        300,
        null,
        false,
        false,
        metadata);
  }

  private static long inFile(ReserveRequest request) throws IOException {
    Instant later = NOON.plusSeconds(300);
    Entry entry = new Entry.Opened(ID, LEASE, 1, request, "platform", 1, NOON, later, null);
    return Segment.framed(Entries.bytes(entry)).length;
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "xyz", "\u00e9a", "\u0436", "\u4e00\u4e01", "\ud83d\ude00", "\"\\"})
  void itIsNoLessThanInTheFileAndNotMuchMore(String text) throws IOException {
    ReserveRequest request = request(text);
    assertThat(Weight.ofOpen(ID, LEASE, request))
        .isGreaterThanOrEqualTo(inFile(request))
        .isLessThan(2 * inFile(request) + 5_000);
  }

  @Test
  void whatIsWrittenInLargeCharactersTakesTwoBytesEachInTheHeap() {
    long plain = Weight.ofOpen(ID, LEASE, request("x".repeat(100)));
    long one = Weight.ofOpen(ID, LEASE, request("x".repeat(99) + '\u4e00'));
    assertThat(one).isGreaterThan(2 * plain - 10_000);
  }

  @Test
  void namesCountAndSoDoMeters() {
    ReserveRequest it = request("x".repeat(250));
    assertThat(Weight.ofOpen(ID, LEASE, it) - Weight.ofOpen(ID, LEASE, request("x")))
        .isEqualTo(249 * (10 + 20 * 180));
    ReserveRequest metered =
        new ReserveRequest(
            it.subject(),
            null,
            null,
            null,
            null,
            Map.of("m".repeat(60), 1L),
            null,
            null,
            300,
            null,
            false,
            false,
            Map.of());
    assertThat(Weight.ofOpen("r", "L", metered)).isGreaterThan(6 * 250 + 60);
  }
}
