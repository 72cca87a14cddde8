package dev.bursar.sidecar.usage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One part of the usage file: entries, each with its length and a checksum in front. What a crash
 * has cut off at the end is no entry, and is written over; what is none before that is passed over.
 */
final class Segment implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);
  private static final int HEAD_BYTES = 8;
  private static final int ENTRY_BYTES_MAX = 1 << 20;
  private static final String SUFFIX = ".usage";

  /** So much is in memory at once of what is searched for an entry. */
  private static final int WINDOW_BYTES = 1 << 16;

  /**
   * An entry, and where the next one begins.
   *
   * @param bytes how long it is in the file
   */
  record Found(Entry entry, long next, int bytes) {

    /** Where it begins. */
    long at() {
      return next - bytes;
    }
  }

  final long number;
  private final Path path;
  private FileChannel channel;
  private long length;

  /** Whether it has a damage that is kept nowhere else. */
  private boolean isOnlyHere;

  private Segment(long number, Path path, FileChannel channel, long length) {
    this.number = number;
    this.path = path;
    this.channel = channel;
    this.length = length;
  }

  static Segment open(Path directory, long number) throws IOException {
    Path path = directory.resolve("%019d%s".formatted(number, SUFFIX));
    boolean isNew = Files.notExists(path);
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (isNew) {
        forceName(path);
      }
      return new Segment(number, path, channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether a file is there survives a crash, too. */
  static void forceName(Path file) throws IOException {
    try (FileChannel directory =
        FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** The number in a segment's name; below 0 if it is no segment. */
  static long number(Path path) {
    String name = path.getFileName().toString();
    if (!name.endsWith(SUFFIX)) {
      return -1;
    }
    try {
      return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * A place at which no entry begins comes before one at which one does, or in a part that was
   * closed: no crash has cut that off, so the disk has lost something. It is kept as it was found,
   * beside this, for people; where it can't be, it stays here, and this is kept once it is over.
   *
   * @param to where the last such place ends
   * @param lost how many bytes these are
   * @return whether it was not known before
   */
  boolean keepDamaged(long to, long lost) {
    Damaged copy = new Damaged(path);
    try {
      if (copy.has(to)) {
        return false;
      }
      copy.make();
    } catch (IOException e) {
      isOnlyHere = true;
      LOG.atError()
          .setMessage("a damaged part of the usage file can't be copied, and stays as it is")
          .addKeyValue("part", path)
          .setCause(e)
          .log();
    }
    LOG.atError()
        .setMessage("a part of the usage file is damaged: what can't be read was not reported")
        .addKeyValue("part", path)
        .addKeyValue("bytes", lost)
        .addKeyValue("to", to)
        .addKeyValue("kept", isOnlyHere ? path : copy.path())
        .log();
    return true;
  }

  /**
   * When it was begun, or later: where nobody knows, when it was written last. A copy of it was
   * begun when it was made.
   */
  Instant begunAt() throws IOException {
    BasicFileAttributes times = Files.readAttributes(path, BasicFileAttributes.class);
    FileTime written = times.lastModifiedTime();
    FileTime begun = times.creationTime();
    // Some file systems say 1970.
    return (begun.toMillis() > 0 && begun.compareTo(written) < 0 ? begun : written).toInstant();
  }

  /** When it was written last, or later. */
  Instant writtenAt() throws IOException {
    return Files.getLastModifiedTime(path).toInstant();
  }

  /** An interrupt of who writes or reads closes it: that is no reason to have it closed. */
  private FileChannel channel() throws IOException {
    if (!channel.isOpen()) {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
    return channel;
  }

  /** How long it is, as far as it is written. */
  long length() {
    return length;
  }

  /** Adds entries in the order given; none, if it fails. */
  void append(byte[] framed, boolean force) throws IOException {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(framed);
      long at = length;
      while (buffer.hasRemaining()) {
        at += channel().write(buffer, at);
      }
      if (force) {
        channel().force(false);
      }
      length = at;
    } catch (IOException e) {
      try {
        channel().truncate(length);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /**
   * Looks whether there is room for so many bytes more: they are written, and cut off again. They
   * are such as no file system makes smaller.
   *
   * @throws IOException if there is none
   */
  void tryRoom(int bytes) throws IOException {
    long before = length;
    byte[] more = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(more);
    append(more, true);
    length = before;
    channel().truncate(before);
  }

  /** What was added is not lost by a crash of the machine any more. */
  void force() throws IOException {
    channel().force(false);
  }

  /** An entry as it is in the file. */
  static byte[] framed(byte[] entry) {
    return ByteBuffer.allocate(HEAD_BYTES + entry.length)
        .putInt(entry.length)
        .putInt(sum(entry))
        .put(entry)
        .array();
  }

  private static int sum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /**
   * The entry at this place; where none begins there, or only a part of one, the first after it;
   * null if there is none.
   */
  @Nullable Found next(long at) throws IOException {
    byte[] bytes = entry(at);
    return bytes == null ? search(at) : found(at, bytes);
  }

  private @Nullable Found search(long after) throws IOException {
    for (long from = after; from < length - HEAD_BYTES; from += WINDOW_BYTES) {
      int size = (int) Math.min(WINDOW_BYTES + Integer.BYTES, length - from);
      ByteBuffer window = whole(from, size);
      for (int i = 1; i + Integer.BYTES <= size; i++) {
        byte[] bytes = isSize(window.getInt(i)) ? entry(from + i) : null;
        if (bytes != null) {
          try {
            return found(from + i, bytes);
          } catch (IOException | RuntimeException e) {
            // It only looks like one.
          }
        }
      }
    }
    return null;
  }

  private static Found found(long at, byte[] entry) throws IOException {
    int bytes = HEAD_BYTES + entry.length;
    return new Found(Entries.read(entry), at + bytes, bytes);
  }

  private static boolean isSize(int size) {
    return size > 0 && size <= ENTRY_BYTES_MAX;
  }

  /** What has the right checksum at this place; null if nothing has. */
  private byte @Nullable [] entry(long at) throws IOException {
    if (length - at < HEAD_BYTES) {
      return null;
    }
    ByteBuffer head = whole(at, HEAD_BYTES);
    int size = head.getInt();
    int expected = head.getInt();
    if (!isSize(size) || length - at - HEAD_BYTES < size) {
      return null;
    }
    byte[] bytes = whole(at + HEAD_BYTES, size).array();
    return sum(bytes) == expected ? bytes : null;
  }

  private ByteBuffer whole(long at, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    try {
      while (buffer.hasRemaining()) {
        if (channel().read(buffer, at + buffer.position()) < 0) {
          throw new EOFException("it is shorter than it was");
        }
      }
    } catch (IOException e) {
      throw new IOException("%s can't be read: %s".formatted(path, e.getMessage()), e);
    }
    return buffer.flip();
  }

  /** What is behind this is no entry, and goes, unless it is to be kept. */
  void cutAt(long end) throws IOException {
    if (isOnlyHere) {
      return;
    }
    channel().truncate(end);
    channel().force(true);
    length = end;
  }

  /** It is over. */
  void delete() throws IOException {
    channel.close();
    if (isOnlyHere) {
      new Damaged(path).take();
    } else if (Files.deleteIfExists(path)) {
      forceName(path);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
