package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One part of the usage file: entries, each with its length and a checksum in front. What a crash
 * has cut off at the end is no entry, and is written over.
 */
final class Segment implements AutoCloseable {

  private static final int HEAD_BYTES = 8;
  private static final int ENTRY_BYTES_MAX = 1 << 20;
  private static final String SUFFIX = ".usage";

  /**
   * An entry, and where the next one begins.
   *
   * @param bytes how long it is in the file
   */
  record Found(Entry entry, long next, int bytes) {}

  final long number;
  private final Path path;
  private final FileChannel channel;
  private long length;

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
   * Whether an entry can be read somewhere after a place at which none begins: what a crash has cut
   * off is at the end, so the disk has lost something.
   */
  boolean hasEntryAfter(long at) throws IOException {
    byte[] rest = whole(at, (int) (length - at)).array();
    ByteBuffer heads = ByteBuffer.wrap(rest);
    for (int i = 1; i + HEAD_BYTES < rest.length; i++) {
      int size = heads.getInt(i);
      int from = i + HEAD_BYTES;
      if (size > 0
          && size <= ENTRY_BYTES_MAX
          && size <= rest.length - from
          && heads.getInt(i + Integer.BYTES) == sum(rest, from, size)) {
        return true;
      }
    }
    return false;
  }

  /** Keeps it as it is beside itself, for people. */
  Path keepDamaged() throws IOException {
    return Files.copy(
        path,
        path.resolveSibling(path.getFileName() + ".damaged"),
        StandardCopyOption.REPLACE_EXISTING);
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
        at += channel.write(buffer, at);
      }
      if (force) {
        channel.force(false);
      }
      length = at;
    } catch (IOException e) {
      try {
        channel.truncate(length);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** What was added is not lost by a crash of the machine any more. */
  void force() throws IOException {
    channel.force(false);
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
    return sum(bytes, 0, bytes.length);
  }

  private static int sum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** The entry at this place; null if none begins there, or only a part of one. */
  @Nullable Found read(long at) throws IOException {
    if (length - at < HEAD_BYTES) {
      return null;
    }
    ByteBuffer head = whole(at, HEAD_BYTES);
    int size = head.getInt();
    int expected = head.getInt();
    if (size <= 0 || size > ENTRY_BYTES_MAX || length - at - HEAD_BYTES < size) {
      return null;
    }
    byte[] bytes = whole(at + HEAD_BYTES, size).array();
    return sum(bytes) == expected
        ? new Found(Entries.read(bytes), at + HEAD_BYTES + size, HEAD_BYTES + size)
        : null;
  }

  private ByteBuffer whole(long at, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException(path + " is shorter than it was");
      }
    }
    return buffer.flip();
  }

  /** What is behind this is no entry. */
  void cutAt(long end) throws IOException {
    channel.truncate(end);
    channel.force(true);
    length = end;
  }

  void delete() throws IOException {
    channel.close();
    if (Files.deleteIfExists(path)) {
      forceName(path);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
