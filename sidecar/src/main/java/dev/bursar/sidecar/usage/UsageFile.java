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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was used and is not reported yet, where a crash does not lose it. What is to be kept waits
 * for one thread that writes all that wait together, with one {@code fsync}; what is only to be
 * written is written at once, where nothing else waits. It grows up to a bound, and shrinks as the
 * server confirms.
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

  private static final CompletableFuture<Void> WRITTEN = CompletableFuture.completedFuture(null);

  /** An entry that waits to be written. */
  private static final class Pending {
    final byte[] framed;
    final boolean isUse;

    /** What is to be told, if anything. */
    final @Nullable CompletableFuture<Void> done;

    /** Whether that is only to be told once a crash of the machine does not lose it. */
    final boolean force;

    Pending(byte[] framed, boolean isUse, @Nullable CompletableFuture<Void> done, boolean force) {
      this.framed = framed;
      this.isUse = isUse;
      this.done = done;
      this.force = force;
    }
  }

  private final Path directory;
  private final Settings settings;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private volatile Recovery recovered;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();

  /** How many are in the queue, or were taken from it and are not written. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Held by who reads or changes what is in the file. */
  private final ReentrantLock guard = new ReentrantLock();

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
    try {
      return added(Segment.framed(Entries.bytes(entry)), isUse(entry), true);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Void> write(Entry entry) {
    try {
      byte[] framed = Segment.framed(Entries.bytes(entry));
      return waiting.get() == 0 && isWrittenAtOnce(framed) ? WRITTEN : added(framed, false, false);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Writes an entry, if nobody has to be waited for, and none is overtaken; whether it has. An
   * interrupt would close the file.
   */
  private boolean isWrittenAtOnce(byte[] framed) throws IOException {
    if (Thread.currentThread().isInterrupted() || !guard.tryLock()) {
      return false;
    }
    try {
      Segment last = segments.getLast();
      if (waiting.get() > 0 || ended || last.length() >= settings.segmentBytes()) {
        return false;
      }
      last.append(framed, false);
      return true;
    } catch (IOException e) {
      broke();
      throw e;
    } finally {
      guard.unlock();
    }
  }

  @Override
  public void note(Entry entry) {
    try {
      add(new Pending(Segment.framed(Entries.bytes(entry)), isUse(entry), null, false));
    } catch (IOException | RuntimeException e) {
      LOG.atError().setMessage("what is open can't be put into the usage file").setCause(e).log();
    }
  }

  private static boolean isUse(Entry entry) {
    return entry instanceof Entry.Used || entry instanceof Entry.Stored;
  }

  private CompletableFuture<Void> added(byte[] framed, boolean isUse, boolean force) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    add(new Pending(framed, isUse, done, force));
    if (ended) {
      failRest();
    }
    return done;
  }

  private void add(Pending each) {
    waiting.incrementAndGet();
    queue.add(each);
  }

  private void failRest() {
    for (Pending each = queue.poll(); each != null; each = queue.poll()) {
      if (each.done != null) {
        tell(List.of(each.done), new IOException("the usage file is closed"));
      }
    }
  }

  /** Whoever waits goes on in a thread of its own: it may hold up nobody here. */
  private static void tell(Collection<CompletableFuture<Void>> done, @Nullable Throwable error) {
    for (CompletableFuture<Void> each : done) {
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
    final List<CompletableFuture<Void>> done = new ArrayList<>();
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
    boolean force;
    int entries;
    long uses;
    long usedBytes;

    void add(Pending each) {
      bytes.writeBytes(each.framed);
      entries++;
      force |= each.force;
      if (each.done != null) {
        done.add(each.done);
      }
      if (each.isUse) {
        uses++;
        usedBytes += each.framed.length;
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
    guard.lock();
    try {
      segments.getLast().append(group.bytes.toByteArray(), group.force);
      unsent += group.uses;
      unsentBytes += group.usedBytes;
    } catch (IOException | RuntimeException e) {
      broke();
      tell(group.done, e);
      return;
    } finally {
      waiting.addAndGet(-group.entries);
      guard.unlock();
    }
    broken = false;
    tell(group.done, null);
    if (group.uses > 0) {
      onUse.run();
    }
    rotateIfLong();
  }

  private void broke() {
    brokenAt = System.nanoTime();
    broken = true;
  }

  /** Where no other segment can be begun the last one grows, and it is tried again. */
  private void rotateIfLong() {
    guard.lock();
    try {
      if (segments.getLast().length() >= settings.segmentBytes()
          && System.nanoTime() - rotateAt >= 0) {
        rotate();
      }
    } catch (IOException | RuntimeException e) {
      rotateAt = System.nanoTime() + BROKEN_NANOS;
      LOG.atError()
          .setMessage("no other part of the usage file can be begun; the last one grows")
          .addKeyValue("directory", directory)
          .setCause(e)
          .log();
    } finally {
      guard.unlock();
    }
  }

  /** A segment begins with all reservations that are open: those before it need not be read. */
  private void rotate() throws IOException {
    segments.getLast().force();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Entry.Opened each : open.get()) {
      bytes.writeBytes(Segment.framed(Entries.bytes(each)));
    }
    Segment next = Segment.open(directory, segments.getLast().number + 1);
    try {
      boolean all = unsent == 0 && handed.isEmpty();
      bytes.writeBytes(
          Segment.framed(
              Entries.bytes(
                  all
                      ? new Entry.Confirmed(next.number, 0)
                      : new Entry.Confirmed(confirmedSegment, confirmedOffset))));
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
  public @Nullable Batch next(int max) throws IOException {
    guard.lock();
    try {
      return read(max);
    } finally {
      guard.unlock();
    }
  }

  private @Nullable Batch read(int max) throws IOException {
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
  public boolean confirm(UsageLog.Batch of, List<Entry.Stored> uses) {
    guard.lock();
    try {
      return confirm((Batch) of, uses);
    } finally {
      guard.unlock();
    }
  }

  private boolean confirm(Batch batch, List<Entry.Stored> uses) {
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

  private UsageFile besides() throws IOException {
    guard.lock();
    try {
      UsageFile besides = aside;
      if (besides == null) {
        besides = new UsageFile(directory.resolve(ASIDE), settings);
        besides.start(List::of, onUse);
        aside = besides;
      }
      return besides;
    } finally {
      guard.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    if (writer.isAlive()) {
      // It is waited for, so that it is forced with all that comes before.
      Pending end =
          new Pending(
              Segment.framed(Entries.bytes(new Entry.Confirmed(confirmedSegment, confirmedOffset))),
              false,
              new CompletableFuture<>(),
              true);
      last = end;
      add(end);
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    ended = true;
    failRest();
    guard.lock();
    try {
      for (Segment each : segments) {
        each.close();
      }
    } finally {
      guard.unlock();
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
