package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier life has left.
 *
 * @param unreported what the server does not have yet, as far as is known
 * @param open reservations that had not ended
 * @param answered the last calls that were answered, in their order
 * @param confirmedSegment up to where the server has everything
 * @param confirmedOffset the same, in that segment
 * @param unsent how many uses the server does not have yet
 * @param unsentBytes their bytes in the file
 * @param lostBytes bytes that are no entry and are not at the end: the disk has lost something
 */
public record Recovery(
    Collection<Unreported> unreported,
    Collection<Entry.Opened> open,
    Collection<Answered> answered,
    long confirmedSegment,
    long confirmedOffset,
    long unsent,
    long unsentBytes,
    long lostBytes) {

  /** So many of the last calls are remembered: about what fits into the memory of their answers. */
  private static final int ANSWERED_MAX = 12_000;

  /**
   * What was used of a lease.
   *
   * @param micros millionths
   * @param uses how many uses that is, also those that cost nothing
   */
  public record Unreported(String org, String lease, long micros, long uses) {

    private Unreported plus(Unreported other) {
      return new Unreported(org, lease, micros + other.micros, uses + other.uses);
    }
  }

  /**
   * A call, and what was answered to it.
   *
   * @param status {@code committed}, {@code released} or {@code open}; null if the server is to
   *     answer it
   * @param reservation what it was about; empty if the server is to answer it
   * @param amount millionths that were charged, or are set aside
   * @param released millionths that were given back
   * @param unchecked whether nobody could be asked
   * @param expiresAt of what is open; else null
   */
  public record Answered(
      CallKey key,
      @Nullable String status,
      String reservation,
      long amount,
      long released,
      String creditType,
      boolean late,
      boolean unchecked,
      @Nullable Instant expiresAt) {}

  static final Recovery NOTHING = new Recovery(List.of(), List.of(), List.of(), 1, 0, 0, 0, 0);

  private record Lease(String org, String lease) {}

  static Recovery read(Path directory, Deque<Segment> segments) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (long number :
          files.mapToLong(Segment::number).filter(each -> each > 0).sorted().toArray()) {
        segments.add(Segment.open(directory, number));
      }
    }
    Map<String, Entry.Opened> open = new LinkedHashMap<>();
    Deque<Answered> answered = new ArrayDeque<>();
    long segmentOf = segments.isEmpty() ? 1 : segments.getFirst().number;
    long offset = 0;
    long lost = 0;
    for (Segment segment : segments) {
      long at = 0;
      for (Segment.Found found = segment.read(at); found != null; found = segment.read(at)) {
        switch (found.entry()) {
          case Entry.Stored use -> open.remove(use.id());
          case Entry.Opened it -> open.put(it.id(), it);
          case Entry.Closed it -> open.remove(it.id());
          case Entry.Confirmed it -> {
            if (it.segment() > segmentOf || (it.segment() == segmentOf && it.offset() > offset)) {
              segmentOf = it.segment();
              offset = it.offset();
            }
          }
          case Entry.Passed it -> {}
          case Entry.Used it -> throw new IllegalStateException();
        }
        Answered answer = answered(found.entry());
        if (answer != null) {
          answered.add(answer);
          if (answered.size() > ANSWERED_MAX) {
            answered.remove();
          }
        }
        at = found.next();
      }
      if (segment == segments.getLast()) {
        segment.cutAt(at);
      } else {
        lost += segment.length() - at;
      }
    }
    return unsent(
        segments,
        new Recovery(
            List.of(), List.copyOf(open.values()), answered, segmentOf, offset, 0, 0, lost));
  }

  /** The same with what was not confirmed; none of it is kept in memory. */
  private static Recovery unsent(Deque<Segment> segments, Recovery found) throws IOException {
    Map<Lease, Unreported> sums = new LinkedHashMap<>();
    long uses = 0;
    long bytes = 0;
    for (Segment segment : segments) {
      if (segment.number < found.confirmedSegment) {
        continue;
      }
      long at = segment.number == found.confirmedSegment ? found.confirmedOffset : 0;
      for (Segment.Found each = segment.read(at); each != null; each = segment.read(at)) {
        at = each.next();
        if (each.entry() instanceof Entry.Stored use) {
          uses++;
          bytes += each.bytes();
          String lease = use.lease();
          if (lease != null) {
            sums.merge(
                new Lease(use.org(), lease),
                new Unreported(use.org(), lease, use.micros(), 1),
                Unreported::plus);
          }
        }
      }
    }
    return new Recovery(
        List.copyOf(sums.values()),
        found.open,
        found.answered,
        found.confirmedSegment,
        found.confirmedOffset,
        uses,
        bytes,
        found.lostBytes);
  }

  private static @Nullable Answered answered(Entry entry) {
    return switch (entry) {
      case Entry.Stored it when it.answer() != null ->
          new Answered(
              it.answer().key(),
              "committed",
              it.id(),
              it.micros(),
              it.answer().released(),
              it.answer().creditType(),
              it.answer().late(),
              it.lease() == null,
              null);
      case Entry.Opened it when it.key() != null ->
          new Answered(
              it.key(),
              "open",
              it.id(),
              it.micros(),
              0,
              it.creditType(),
              false,
              it.lease().isEmpty(),
              it.expiresAt());
      case Entry.Closed it when it.answer() != null ->
          new Answered(
              it.answer().key(),
              "released",
              it.id(),
              0,
              it.answer().released(),
              it.answer().creditType(),
              false,
              false,
              null);
      case Entry.Passed(CallKey key) -> new Answered(key, null, "", 0, 0, "", false, false, null);
      default -> null;
    };
  }
}
