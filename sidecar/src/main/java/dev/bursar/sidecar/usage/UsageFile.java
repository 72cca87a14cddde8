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
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was used and is not reported yet, where a crash does not lose it. Entries are written by one
 * thread; all that wait are written together, with one {@code fsync}, and then are kept. It grows
 * up to a bound, and shrinks as the server confirms.
 */
public final class UsageFile implements UsageLog {

  private static final Logger LOG = LoggerFactory.getLogger(UsageFile.class);
  private static final int AT_ONCE_MAX = 4_096;

  /** So many entries may wait to be written, in memory. */
  private static final int WAITING_MAX = 4_096;

  private static final int AT_ONCE_BYTES_MAX = 1 << 20;
  private static final long BROKEN_NANOS = 1_000_000_000L;

  /** A batch is no larger than this, unless one use is: far less than what a server takes. */
  private static final int BATCH_BYTES_MAX = 1 << 20;

  private static final String ASIDE = "aside";

  /**
   * How large it may be.
   *
   * @param bytesMax bytes of usage that the server does not have yet, beyond which it is full
   * @param segmentBytes bytes of one of its parts
   */
  public record Settings(long bytesMax, long segmentBytes) {}

  /** What is to be reported next, and where it ends in the file. */
  public static final class Batch implements UsageLog.Batch {
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

  private record Pending(Entry entry, @Nullable CompletableFuture<Void> kept) {}

  private final Path directory;
  private final Settings settings;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private volatile Recovery recovered;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  private Supplier<Collection<Entry.Opened>> open = List::of;
  private final Deque<Batch> handed = new ArrayDeque<>();
  private volatile @Nullable UsageFile aside;
  private long confirmedSegment;
  private long confirmedOffset;
  private long readSegment;
  private long readOffset;
  private long rotateAt = System.nanoTime();
  private volatile long unsentBytes;
  private volatile long unsent;
  private volatile boolean broken;
  private volatile long brokenAt;
  private volatile @Nullable Pending last;
  private volatile boolean ended;
  private volatile Runnable onUse = () -> {};

  private UsageFile(Path directory, Settings settings) throws IOException {
    boolean isNew = Files.notExists(directory);
    this.directory = Files.createDirectories(directory.toAbsolutePath());
    this.settings = settings;
    if (isNew) {
      Segment.forceName(this.directory);
    }
    this.lockChannel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.lock = locked(lockChannel, directory);
    this.recovered = Recovery.read(directory, segments);
    this.confirmedSegment = recovered.confirmedSegment();
    this.confirmedOffset = recovered.confirmedOffset();
    this.readSegment = confirmedSegment;
    this.readOffset = confirmedOffset;
    this.unsentBytes = recovered.unsentBytes();
    this.unsent = recovered.unsent();
    if (segments.isEmpty()) {
      segments.add(Segment.open(directory, 1));
    }
    this.writer = Thread.ofPlatform().daemon().name("usage-file").unstarted(this::run);
    Path besides = directory.resolve(ASIDE);
    if (Files.isDirectory(besides)) {
      this.aside = new UsageFile(besides, settings);
    }
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

  @Override
  public Recovery recovered() {
    return recovered;
  }

  @Override
  public void takenUp() {
    recovered = Recovery.NOTHING;
    UsageFile besides = aside;
    if (besides != null) {
      besides.takenUp();
    }
  }

  @Override
  public void start(Supplier<Collection<Entry.Opened>> nowOpen, Runnable used) {
    open = nowOpen;
    onUse = used;
    writer.start();
    if (aside != null) {
      aside.start(List::of, used);
    }
  }

  @Override
  public CompletableFuture<Void> keep(Entry entry) {
    CompletableFuture<Void> kept = new CompletableFuture<>();
    queue.add(new Pending(entry, kept));
    if (ended) {
      failRest();
    }
    return kept;
  }

  private void failRest() {
    for (Pending each = queue.poll(); each != null; each = queue.poll()) {
      if (each.kept != null) {
        tell(List.of(each.kept), new IOException("the usage file is closed"));
      }
    }
  }

  /** Whoever waits goes on in a thread of its own: it may hold up nobody here. */
  private static void tell(Collection<CompletableFuture<Void>> kept, @Nullable Throwable error) {
    for (CompletableFuture<Void> each : kept) {
      Thread.startVirtualThread(
          () -> {
            if (error == null) {
              each.complete(null);
            } else {
              each.completeExceptionally(error);
            }
          });
    }
  }

  @Override
  public void note(Entry entry) {
    queue.add(new Pending(entry, null));
  }

  @Override
  public boolean isFull() {
    return unsentBytes() >= settings.bytesMax()
        || queue.size() > WAITING_MAX
        || (broken && System.nanoTime() - brokenAt < BROKEN_NANOS);
  }

  @Override
  public long unsentBytes() {
    UsageFile besides = aside;
    return unsentBytes + (besides == null ? 0 : besides.unsentBytes());
  }

  @Override
  public long unsent() {
    return unsent + unsentAside();
  }

  @Override
  public long unsentAside() {
    UsageFile besides = aside;
    return besides == null ? 0 : besides.unsent();
  }

  // ---- writing

  /** Entries that are written together. */
  private static final class Group {
    final List<CompletableFuture<Void>> kept = new ArrayList<>();
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
    int entries;
    long uses;
    long usedBytes;

    void add(Pending each) {
      int before = bytes.size();
      try {
        Segment.frame(bytes, Entries.bytes(each.entry));
      } catch (IOException | RuntimeException e) {
        if (each.kept != null) {
          tell(List.of(each.kept), e);
        }
        return;
      }
      entries++;
      if (each.kept != null) {
        kept.add(each.kept);
      }
      if (each.entry instanceof Entry.Used || each.entry instanceof Entry.Stored) {
        uses++;
        usedBytes += bytes.size() - before;
      }
    }
  }

  private void run() {
    try {
      for (boolean isLast = false; !isLast; ) {
        Group group = new Group();
        for (Pending each = queue.take(); each != null; each = queue.poll()) {
          group.add(each);
          isLast |= each.equals(last);
          if (group.entries == AT_ONCE_MAX || group.bytes.size() > AT_ONCE_BYTES_MAX) {
            break;
          }
        }
        write(group);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Group group) {
    try {
      synchronized (this) {
        segments.getLast().append(group.bytes.toByteArray(), !group.kept.isEmpty());
        unsent += group.uses;
        unsentBytes += group.usedBytes;
      }
    } catch (IOException | RuntimeException e) {
      brokenAt = System.nanoTime();
      broken = true;
      tell(group.kept, e);
      return;
    }
    broken = false;
    tell(group.kept, null);
    if (group.uses > 0) {
      onUse.run();
    }
    rotateIfLong();
  }

  /** Where no other segment can be begun the last one grows, and it is tried again. */
  private synchronized void rotateIfLong() {
    if (segments.getLast().length() < settings.segmentBytes() || System.nanoTime() - rotateAt < 0) {
      return;
    }
    try {
      rotate();
    } catch (IOException | RuntimeException e) {
      rotateAt = System.nanoTime() + BROKEN_NANOS;
      LOG.atError()
          .setMessage("no other part of the usage file can be begun; the last one grows")
          .addKeyValue("directory", directory)
          .setCause(e)
          .log();
    }
  }

  /** A segment begins with all reservations that are open: those before it need not be read. */
  private void rotate() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Entry.Opened each : open.get()) {
      Segment.frame(bytes, Entries.bytes(each));
    }
    Segment next = Segment.open(directory, segments.getLast().number + 1);
    try {
      boolean all = unsent == 0 && handed.isEmpty();
      Segment.frame(
          bytes,
          Entries.bytes(
              all
                  ? new Entry.Confirmed(next.number, 0)
                  : new Entry.Confirmed(confirmedSegment, confirmedOffset)));
      next.append(bytes.toByteArray(), true);
      if (all) {
        confirmedSegment = next.number;
        confirmedOffset = 0;
        readSegment = next.number;
        readOffset = 0;
      }
    } catch (IOException | RuntimeException e) {
      next.delete();
      throw e;
    }
    segments.add(next);
    drop();
  }

  /**
   * The last one that is over is kept, for the keys of calls that are in it. One that can't be
   * deleted only takes room.
   */
  private void drop() {
    while (segments.size() > 1 && segments.getFirst().number < confirmedSegment - 1) {
      Segment over = segments.removeFirst();
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

  // ---- reporting

  @Override
  public synchronized @Nullable Batch next(int max) throws IOException {
    List<Entry.Stored> uses = new ArrayList<>();
    long bytes = 0;
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
      for (Segment.Found found = segment.read(at);
          found != null && uses.size() < max;
          found = segment.read(at)) {
        if (found.entry() instanceof Entry.Stored use) {
          if (!uses.isEmpty() && bytes + found.bytes() > BATCH_BYTES_MAX) {
            full = true;
            break;
          }
          uses.add(use);
          bytes += found.bytes();
        }
        at = found.next();
      }
      if (full || uses.size() == max) {
        break;
      }
    }
    readSegment = in;
    readOffset = at;
    if (uses.isEmpty()) {
      return null;
    }
    Batch batch = new Batch(uses, in, at, bytes);
    handed.add(batch);
    return batch;
  }

  @Override
  public synchronized boolean confirm(UsageLog.Batch of, List<Entry.Stored> uses) {
    Batch batch = (Batch) of;
    // In between, their bytes are counted as if all were of one size.
    long bytes = batch.bytesLeft * uses.size() / batch.usesLeft;
    batch.usesLeft -= uses.size();
    batch.bytesLeft -= bytes;
    unsent -= uses.size();
    unsentBytes -= bytes;
    if (batch.usesLeft > 0) {
      return false;
    }
    for (Batch first = handed.peek(); first != null && first.usesLeft == 0; first = handed.peek()) {
      handed.remove();
      confirmedSegment = first.segment;
      confirmedOffset = first.end;
    }
    drop();
    note(new Entry.Confirmed(confirmedSegment, confirmedOffset));
    return true;
  }

  @Override
  public void setAside(List<Entry.Stored> uses) throws IOException {
    UsageFile to = besides();
    List<CompletableFuture<Void>> kept = new ArrayList<>();
    for (Entry.Stored use : uses) {
      kept.add(to.keep(use));
    }
    try {
      CompletableFuture.allOf(kept.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      throw new IOException("usage can't be set aside", e.getCause());
    }
  }

  @Override
  public @Nullable UsageFile aside() {
    return aside;
  }

  private synchronized UsageFile besides() throws IOException {
    UsageFile besides = aside;
    if (besides == null) {
      besides = new UsageFile(directory.resolve(ASIDE), settings);
      besides.start(List::of, onUse);
      aside = besides;
    }
    return besides;
  }

  @Override
  public void close() throws IOException {
    if (writer.isAlive()) {
      // It is waited for, so that it is forced with all that comes before.
      Pending end =
          new Pending(
              new Entry.Confirmed(confirmedSegment, confirmedOffset), new CompletableFuture<>());
      last = end;
      queue.add(end);
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    ended = true;
    failRest();
    synchronized (this) {
      for (Segment each : segments) {
        each.close();
      }
    }
    UsageFile besides = aside;
    if (besides != null) {
      besides.close();
    }
    if (lock.isValid()) {
      lock.release();
    }
    lockChannel.close();
  }
}
