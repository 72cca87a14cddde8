package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier life has left.
 *
 * @param unreported what the server does not have yet, as far as is known, by the leases that it
 *     was decided from; and of those that were decided from last nothing, where it has all
 * @param open reservations that had not ended
 * @param answered the last calls that were answered, in their order
 * @param forgotten up to when keys were made of calls that may have been answered before those
 * @param ended how the last reservations that have ended did, {@code committed} or {@code
 *     released}, by their names
 * @param confirmedSegment up to where the server has everything
 * @param confirmedOffset the same, in that segment
 * @param unsent how many uses the server does not have yet
 * @param unsentBytes their bytes in the file
 * @param lostBytes bytes that are no entry, and that no crash has cut off: the disk has lost
 *     something; only those that no life before has told of
 */
public record Recovery(
    Collection<Unreported> unreported,
    Collection<Entry.Opened> open,
    Collection<Answered> answered,
    Instant forgotten,
    Map<String, String> ended,
    long confirmedSegment,
    long confirmedOffset,
    long unsent,
    long unsentBytes,
    long lostBytes) {

  /**
   * What was used of a lease and is not reported.
   *
   * @param micros millionths
   * @param uses how many uses that is, also those that cost nothing
   */
  public record Unreported(String org, String lease, long micros, long uses) {

    Unreported plus(Unreported other) {
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

  /** The clock of whoever makes keys may be so much ahead: others were refused. */
  private static final Duration AHEAD_MAX = Duration.ofSeconds(10);

  static final Recovery NOTHING =
      new Recovery(List.of(), List.of(), List.of(), Instant.MIN, Map.of(), 1, 0, 0, 0, 0);

  /** No key can be made later that is taken at that time. */
  static Instant latestKey(Instant taken) {
    return taken.plus(AHEAD_MAX);
  }

  /** The same, where calls with keys that were made until then may have been answered, too. */
  Recovery forgottenUntil(Instant madeUntil) {
    return new Recovery(
        unreported,
        open,
        answered,
        madeUntil.isAfter(forgotten) ? madeUntil : forgotten,
        ended,
        confirmedSegment,
        confirmedOffset,
        unsent,
        unsentBytes,
        lostBytes);
  }

  static Recovery read(Path directory, Deque<Segment> segments) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (long number :
          files.mapToLong(Segment::number).filter(each -> each > 0).sorted().toArray()) {
        segments.add(Segment.open(directory, number));
      }
    }
    Recovering all =
        new Recovering(
            segments.isEmpty() ? 1 : segments.getFirst().number, latestKey(Instant.now()));
    if (!segments.isEmpty() && segments.getFirst().number > 1) {
      // What was in those before was written before this one was begun.
      all.forgotten(latestKey(segments.getFirst().begunAt()));
    }
    for (Segment segment : segments) {
      read(segment, segment == segments.getLast(), all);
    }
    // None of it is kept in memory: what the server does not have is read once more.
    for (Segment segment : segments) {
      long at = all.confirmedOf(segment.number);
      for (Segment.Found each = segment.next(at); each != null; each = segment.next(at)) {
        all.unsent(each.entry(), each.bytes());
        at = each.next();
      }
    }
    return all.recovery();
  }

  /** What is no entry at the end of the last one, a crash has cut off. */
  private static void read(Segment segment, boolean isLast, Recovering all) throws IOException {
    long at = 0;
    long lost = 0;
    long damagedTo = 0;
    for (Segment.Found found = segment.next(at); found != null; found = segment.next(at)) {
      if (found.at() > at) {
        lost += found.at() - at;
        damagedTo = found.at();
      }
      all.found(found.entry());
      at = found.next();
    }
    if (!isLast && segment.length() > at) {
      lost += segment.length() - at;
      damagedTo = segment.length();
    }
    if (lost > 0) {
      // Calls may have been answered by what can't be read, known before or not.
      all.forgotten(latestKey(segment.writtenAt()));
      if (segment.keepDamaged(damagedTo, lost)) {
        all.lost(lost);
      }
    }
    if (isLast) {
      segment.cutAt(at);
    }
  }

  static @Nullable Answered answered(Entry entry) {
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
              it.lease() == null && !it.isOwed(),
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
