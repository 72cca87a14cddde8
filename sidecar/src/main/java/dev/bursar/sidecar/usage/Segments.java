package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the usage file, of which the last one grows; there is one at least. Mutable, used by
 * one thread at a time.
 */
final class Segments implements Iterable<Segment>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Segments.class);

  private final Path directory;
  private final long bytes;
  private final Deque<Segment> all = new ArrayDeque<>();
  private final Recovery recovered;
  private volatile long length;

  /** How long the last one was when it was begun. */
  private long begunWith;

  /**
   * Opens them, and reads what was left.
   *
   * @param bytes so much is added to one before another is to be begun
   */
  Segments(Path directory, long bytes) throws IOException {
    this.directory = directory;
    this.bytes = bytes;
    try {
      this.recovered = Recovery.read(directory, all);
      if (all.isEmpty()) {
        all.add(Segment.open(directory, 1));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    this.length = all.stream().mapToLong(Segment::length).sum();
  }

  /** What an earlier life has left in them. */
  Recovery recovered() {
    return recovered;
  }

  /** From the first to the last. */
  @Override
  public Iterator<Segment> iterator() {
    return all.iterator();
  }

  /** How long all of them are together; may be asked by any thread. */
  long length() {
    return length;
  }

  /** Adds entries to the last one, in the order given; none, if it fails. */
  void append(byte[] framed, boolean force) throws IOException {
    last().append(framed, force);
    length += framed.length;
  }

  /** The one that grows. */
  Segment last() {
    return all.getLast();
  }

  /** Whether another is to be begun. */
  boolean isLastLong() {
    return last().length() - begunWith >= bytes;
  }

  /** The number of the one that is begun next. */
  long nextNumber() {
    return last().number + 1;
  }

  /**
   * Begins the next one.
   *
   * @param framed the entries that it begins with
   * @throws IOException if it can't be begun; then there is none
   */
  void begin(byte[] framed) throws IOException {
    Segment next = Segment.open(directory, nextNumber());
    try {
      next.append(framed, true);
    } catch (IOException | RuntimeException e) {
      next.delete();
      throw e;
    }
    length += framed.length;
    begunWith = framed.length;
    all.add(next);
  }

  /** Deletes those that come before this one. One that can't be deleted only takes room. */
  void dropBefore(long number) {
    while (all.size() > 1 && all.getFirst().number < number) {
      Segment over = all.removeFirst();
      length -= over.length();
      try {
        over.delete();
      } catch (IOException e) {
        LOG.atError()
            .setMessage("a part of the usage file that is over can't be deleted")
            .addKeyValue("directory", directory)
            .addKeyValue("part", over.number)
            .setCause(e)
            .log();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Segment each : all) {
      each.close();
    }
  }
}
