package dev.bursar.sidecar.usage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was used and is not reported yet, where a crash does not lose it. Entries are written by one
 * thread; all that wait are written together, with one {@code fsync}, and then are kept. It grows
 * up to a bound, and shrinks as the server confirms.
 */
public final class UsageFile implements AutoCloseable {

  private static final int AT_ONCE_MAX = 4_096;
  private static final long BROKEN_NANOS = 1_000_000_000L;

  /**
   * How large it may be.
   *
   * @param bytesMax bytes of usage that the server does not have yet, beyond which it is full
   * @param segmentBytes bytes of one of its parts
   */
  public record Settings(long bytesMax, long segmentBytes) {}

  /**
   * What is to be reported next.
   *
   * @param segment where it ends
   * @param end where it ends in that segment
   */
  public record Batch(List<Entry.Stored> uses, long segment, long end, long bytes) {}

  private record Pending(Entry entry, @Nullable CompletableFuture<Void> kept) {}

  private final Path directory;
  private final Settings settings;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final Recovery recovered;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  private Supplier<Collection<Entry.Opened>> open = List::of;
  private long readSegment;
  private long readOffset;
  private volatile long unsentBytes;
  private volatile long unsent;
  private volatile boolean broken;
  private volatile long brokenAt;
  private volatile boolean closing;
  private volatile Runnable onUse = () -> {};

  private UsageFile(Path directory, Settings settings) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.settings = settings;
    this.lockChannel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.lock = locked(lockChannel, directory);
    this.recovered = Recovery.read(directory, segments);
    this.readSegment = recovered.confirmedSegment();
    this.readOffset = recovered.confirmedOffset();
    this.unsentBytes = recovered.unsentBytes();
    this.unsent = recovered.uses().size();
    if (segments.isEmpty()) {
      segments.add(Segment.open(directory, 1));
    }
    this.writer = Thread.ofPlatform().daemon().name("usage-file").unstarted(this::run);
  }

  private static FileLock locked(FileChannel channel, Path directory) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new IOException(directory + " is in use by another sidecar");
    }
    return lock;
  }

  /**
   * Opens it, and reads what was left.
   *
   * @throws IOException if it can't be read or written, or another process has it
   */
  public static UsageFile open(Path directory, Settings settings) throws IOException {
    return new UsageFile(directory, settings);
  }

  /** What was found in it. */
  public Recovery recovered() {
    return recovered;
  }

  /**
   * Begins to write.
   *
   * @param nowOpen the reservations that are open whenever it is asked
   * @param used called when there is more to report
   */
  public void start(Supplier<Collection<Entry.Opened>> nowOpen, Runnable used) {
    open = nowOpen;
    onUse = used;
    writer.start();
  }

  /** Keeps an entry; done once it is on disk, failed if it can't be written. */
  public CompletableFuture<Void> keep(Entry entry) {
    CompletableFuture<Void> kept = new CompletableFuture<>();
    queue.add(new Pending(entry, kept));
    return kept;
  }

  /** Keeps an entry with the next that somebody waits for. */
  public void note(Entry entry) {
    queue.add(new Pending(entry, null));
  }

  /** Whether nothing more should be decided that it would have to keep. */
  public boolean isFull() {
    return unsentBytes >= settings.bytesMax()
        || (broken && System.nanoTime() - brokenAt < BROKEN_NANOS);
  }

  /** Bytes of usage that the server does not have yet. */
  public long unsentBytes() {
    return unsentBytes;
  }

  /** How many uses the server does not have yet. */
  public long unsent() {
    return unsent;
  }

  // ---- writing

  private void run() {
    List<Pending> group = new ArrayList<>();
    try {
      while (true) {
        group.clear();
        group.add(queue.take());
        queue.drainTo(group, AT_ONCE_MAX - 1);
        write(group);
        if (closing && queue.isEmpty()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(List<Pending> group) {
    try {
      long[] uses = new long[2];
      boolean waited = false;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(group.size() * 512);
      for (Pending each : group) {
        int before = bytes.size();
        Segment.frame(bytes, Entries.bytes(each.entry));
        waited |= each.kept != null;
        if (each.entry instanceof Entry.Used) {
          uses[0]++;
          uses[1] += bytes.size() - before;
        }
      }
      synchronized (this) {
        segments.getLast().append(bytes.toByteArray(), waited);
        unsent += uses[0];
        unsentBytes += uses[1];
        if (segments.getLast().length() >= settings.segmentBytes()) {
          rotate();
        }
      }
      broken = false;
      group.forEach(
          each -> {
            if (each.kept != null) {
              each.kept.complete(null);
            }
          });
      if (uses[0] > 0) {
        onUse.run();
      }
    } catch (IOException | RuntimeException e) {
      brokenAt = System.nanoTime();
      broken = true;
      group.forEach(
          each -> {
            if (each.kept != null) {
              each.kept.completeExceptionally(e);
            }
          });
    }
  }

  /** A segment begins with all reservations that are open: those before it need not be read. */
  private void rotate() throws IOException {
    Segment next = Segment.open(directory, segments.getLast().number + 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Entry.Opened each : open.get()) {
      Segment.frame(bytes, Entries.bytes(each));
    }
    Segment.frame(bytes, Entries.bytes(new Entry.Confirmed(readSegment, readOffset)));
    next.append(bytes.toByteArray(), true);
    segments.add(next);
    drop();
  }

  private void drop() throws IOException {
    while (segments.size() > 1 && segments.getFirst().number < readSegment) {
      segments.removeFirst().delete();
    }
  }

  // ---- reporting

  /** The first uses that are not confirmed, at most so many; null if there are none. */
  public synchronized @Nullable Batch next(int max) throws IOException {
    List<Entry.Stored> uses = new ArrayList<>();
    long bytes = 0;
    long at = readOffset;
    for (Segment segment : segments) {
      if (segment.number < readSegment) {
        continue;
      }
      if (segment.number > readSegment) {
        at = 0;
      }
      for (Segment.Found found = segment.read(at); found != null; found = segment.read(at)) {
        at = found.next();
        if (found.entry() instanceof Entry.Stored use) {
          uses.add(use);
          bytes += found.bytes();
        }
        if (uses.size() == max) {
          return new Batch(uses, segment.number, at, bytes);
        }
      }
      if (segment == segments.getLast() && !uses.isEmpty()) {
        return new Batch(uses, segment.number, at, bytes);
      }
    }
    return null;
  }

  /** The server has it. */
  public synchronized void confirm(Batch batch) throws IOException {
    readSegment = batch.segment();
    readOffset = batch.end();
    unsent -= batch.uses().size();
    unsentBytes -= batch.bytes();
    drop();
    note(new Entry.Confirmed(readSegment, readOffset));
  }

  /** Writes what waits, and ends. */
  @Override
  public void close() throws IOException {
    closing = true;
    if (writer.isAlive()) {
      CompletableFuture<Void> last = keep(new Entry.Confirmed(readSegment, readOffset));
      last.exceptionally(e -> null).join();
    }
    synchronized (this) {
      for (Segment each : segments) {
        each.close();
      }
    }
    lock.release();
    lockChannel.close();
  }
}
