package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentTest {

  private static final int WINDOW = 1 << 16;

  @TempDir private Path directory;

  private static byte[] framed(String key) throws IOException {
    return Segment.framed(Entries.bytes(new Entry.Passed(new CallKey(key, 1))));
  }

  private Segment segment(byte[]... all) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] each : all) {
      bytes.writeBytes(each);
    }
    Files.write(directory.resolve("%019d.usage".formatted(1)), bytes.toByteArray());
    return Segment.open(directory, 1);
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  /** It is looked for in windows, and may begin in the middle of two. */
  @ParameterizedTest
  @ValueSource(
      ints = {1, 7, 8, 9, WINDOW - 9, WINDOW - 8, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 5})
  void theNextEntryIsFoundHoweverFarItIs(int gap) throws IOException {
    try (Segment segment = segment(framed("a b c"), noise(gap), framed("d e f"))) {
      Segment.Found first = segment.next(0);
      assertThat(first.at()).isZero();
      Segment.Found second = segment.next(first.next());
      assertThat(second.at()).isEqualTo(first.next() + gap);
      assertThat(second.entry()).isEqualTo(new Entry.Passed(new CallKey("d e f", 1)));
      assertThat(segment.next(second.next())).isNull();
    }
  }

  @Test
  void afterTheLastEntryThereIsNone() throws IOException {
    try (Segment segment = segment(framed("a b c"), new byte[3 * WINDOW])) {
      assertThat(segment.next(1)).isNull();
      assertThat(segment.next(segment.length())).isNull();
      assertThat(segment.next(Long.MAX_VALUE)).isNull();
    }
  }

  /** Whose checksum is right by chance, or who was written by whoever can make one. */
  @Test
  void whatIsNoEntryIsPassedOver() throws IOException {
    byte[] unknown = Segment.framed(new byte[] {99, 1, 2, 3});
    try (Segment segment = segment(noise(5), unknown, framed("a b c"))) {
      assertThat(segment.next(0).at()).isEqualTo(5 + unknown.length);
    }
  }

  @Test
  void toLookForRoomChangesNothing() throws IOException {
    // given
    byte[] before = framed("a b c");
    try (Segment segment = segment(before)) {
      // when
      segment.tryRoom(1 << 20);
      // then
      assertThat(Files.readAllBytes(directory.resolve("%019d.usage".formatted(1))))
          .isEqualTo(before);
      segment.append(framed("d e f"), false);
      assertThat(segment.next(before.length).entry())
          .isEqualTo(new Entry.Passed(new CallKey("d e f", 1)));
    }
  }

  @Test
  void whoIsInterruptedWhileItReadsOrWritesClosesItForNobody() throws IOException {
    // given
    byte[] first = framed("a b c");
    try (Segment segment = segment(first)) {
      // when
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> segment.append(framed("x y z"), false))
          .isInstanceOf(ClosedByInterruptException.class);
      Thread.interrupted();
      // then
      segment.append(framed("d e f"), true);
      assertThat(segment.next(first.length).entry())
          .isEqualTo(new Entry.Passed(new CallKey("d e f", 1)));
      // when
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> segment.next(0)).isInstanceOf(IOException.class);
      Thread.interrupted();
      // then
      assertThat(segment.next(0).entry()).isEqualTo(new Entry.Passed(new CallKey("a b c", 1)));
    }
  }

  @Test
  void whatTheDiskRefusesToReadIsNamed() throws IOException {
    // given
    Segment segment = segment(framed("a b c"));
    // when
    segment.close();
    Files.delete(directory.resolve("%019d.usage".formatted(1)));
    // then
    assertThatThrownBy(() -> segment.next(0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("%019d.usage can't be read", 1);
  }
}
