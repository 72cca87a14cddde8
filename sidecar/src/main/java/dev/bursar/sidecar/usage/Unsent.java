package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server does not have yet: where it begins in the segments, what of it was handed out,
 * and how much it is. Mutable, used by one thread at a time; how much it is may be asked by any.
 */
final class Unsent {

  /** A batch is no larger than this, unless one use is: far less than what a server takes. */
  private static final int BATCH_BYTES_MAX = 1 << 19;

  /** What is to be reported next, and where it ends in the file. */
  private static final class Batch implements UsageLog.Batch {
    private final List<Entry.Stored> uses;
    private final long segment;
    private final long end;
    private int usesLeft;
    private long bytesLeft;

    private Batch(List<Entry.Stored> uses, long segment, long end, long bytes) {
      this.uses = uses;
      this.segment = segment;
      this.end = end;
      this.usesLeft = uses.size();
      this.bytesLeft = bytes;
    }

    @Override
    public List<Entry.Stored> uses() {
      return uses;
    }
  }

  private final Deque<Batch> handed = new ArrayDeque<>();
  private long confirmedSegment;
  private long confirmedOffset;
  private long readSegment;
  private long readOffset;
  private volatile long bytes;
  private volatile long uses;

  /** What an earlier life has left. */
  Unsent(Recovery recovered) {
    this.confirmedSegment = recovered.confirmedSegment();
    this.confirmedOffset = recovered.confirmedOffset();
    this.readSegment = confirmedSegment;
    this.readOffset = confirmedOffset;
    this.bytes = recovered.unsentBytes();
    this.uses = recovered.unsent();
  }

  /** Its bytes. */
  long bytes() {
    return bytes;
  }

  /** How many uses it is. */
  long uses() {
    return uses;
  }

  /** So much is in the file now. */
  void added(long moreUses, long moreBytes) {
    uses += moreUses;
    bytes += moreBytes;
  }

  /** Whether the server has everything, and nobody reports anything. */
  boolean isNothing() {
    return uses == 0 && handed.isEmpty();
  }

  /** Up to where the server has everything. */
  Entry.Confirmed confirmed() {
    return new Entry.Confirmed(confirmedSegment, confirmedOffset);
  }

  /** There is nothing before this place. */
  void movedTo(long segment, long offset) {
    confirmedSegment = segment;
    confirmedOffset = offset;
    readSegment = segment;
    readOffset = offset;
  }

  /**
   * The first uses that were not handed out yet.
   *
   * @param max how many, at most
   * @return null if there are none
   */
  UsageLog.@Nullable Batch next(Segments segments, int max) throws IOException {
    List<Entry.Stored> next = new ArrayList<>();
    long nextBytes = 0;
    boolean full = false;
    long in = readSegment;
    long at = readOffset;
    for (Segment segment : segments) {
      if (segment.number < readSegment) {
        continue;
      }
      if (segment.number > readSegment) {
        at = 0;
      }
      in = segment.number;
      for (Segment.Found found = segment.next(at);
          found != null && next.size() < max;
          found = segment.next(at)) {
        if (found.entry() instanceof Entry.Stored use) {
          if (!next.isEmpty() && nextBytes + found.bytes() > BATCH_BYTES_MAX) {
            full = true;
            break;
          }
          next.add(use);
          nextBytes += found.bytes();
        }
        at = found.next();
      }
      if (full || next.size() == max) {
        break;
      }
    }
    readSegment = in;
    readOffset = at;
    if (next.isEmpty()) {
      return null;
    }
    Batch batch = new Batch(next, in, at, nextBytes);
    handed.add(batch);
    return batch;
  }

  /**
   * The server has so many uses of a batch.
   *
   * @return whether that is all of it
   */
  boolean confirm(UsageLog.Batch of, int confirmed) {
    Batch batch = (Batch) of;
    // In between, their bytes are counted as if all were of one size.
    long confirmedBytes = batch.bytesLeft * confirmed / batch.usesLeft;
    batch.usesLeft -= confirmed;
    batch.bytesLeft -= confirmedBytes;
    added(-confirmed, -confirmedBytes);
    if (batch.usesLeft > 0) {
      return false;
    }
    for (Batch first = handed.peek(); first != null && first.usesLeft == 0; first = handed.peek()) {
      handed.remove();
      confirmedSegment = first.segment;
      confirmedOffset = first.end;
    }
    return true;
  }
}
