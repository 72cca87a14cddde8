package dev.bursar.sidecar.usage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was used and is not reported yet, where a crash does not lose it. What is to be kept waits
 * for one thread that writes all that wait together, with one {@code fsync}; what is only to be
 * written is written at once, where nothing else waits. It grows up to a bound, and shrinks as the
 * server confirms: what comes behind something that is not confirmed stays as long as that does.
 */
public final class UsageFile implements UsageLog {

  private static final Logger LOG = LoggerFactory.getLogger(UsageFile.class);
  private static final String ASIDE = "aside";

  /**
   * How large it may be.
   *
   * @param bytesMax bytes of usage that the server does not have yet, beyond which it is full
   * @param segmentBytes bytes of one of its parts, besides what it begins with
   */
  public record Settings(long bytesMax, long segmentBytes) {

    /** Parts that are there though the server has everything, here and aside. */
    private static final int PARTS = 4;

    /** Bytes of everything, beyond which it is full. */
    long lengthMax() {
      return 2 * bytesMax + PARTS * segmentBytes;
    }
  }

  private final Path directory;
  private final Settings settings;
  private final FileChannel lockChannel;
  private final FileLock lock;

  /** Held by who reads or changes what is in the file. */
  private final ReentrantLock guard = new ReentrantLock();

  private final Segments segments;
  private final Unsent unsent;
  private final GroupedWrites writes;
  private volatile Recovery recovered;
  private volatile @Nullable UsageFile aside;
  private Supplier<Collection<Entry.Opened>> open = List::of;
  private volatile Runnable onUse = () -> {};
  private long rotateAt = System.nanoTime();

  /** Whether something is open that could not be written: another part begins with it. */
  private boolean isOpenLost;

  /** Whether no other part could be begun when that was tried last. */
  private boolean isGrowing;

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
    try {
      Path besides = directory.resolve(ASIDE);
      if (Files.isDirectory(besides)) {
        this.aside = new UsageFile(besides, settings);
      }
      this.segments = new Segments(directory, settings.segmentBytes());
    } catch (IOException | RuntimeException e) {
      // It is tried again, maybe in this process, to which it would be in use.
      unlock();
      throw e;
    }
    // As long as it was, no key was kept that was passed on, up to the end of that life.
    this.recovered =
        isLong()
            ? segments.recovered().forgottenUntil(Recovery.latestKey(Instant.now()))
            : segments.recovered();
    this.unsent = new Unsent(recovered);
    drop();
    this.writes = new GroupedWrites(guard, new Written());
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
    rotateIfDue(false);
    writes.start();
    if (aside != null) {
      aside.start(List::of, used);
    }
  }

  // ---- writing

  @Override
  public CompletableFuture<Void> keep(Entry entry) {
    if (isTooMuch(entry)) {
      return CompletableFuture.failedFuture(new Full());
    }
    try {
      return writes.keep(framed(entry), isUse(entry));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Void> write(Entry entry) {
    if (isTooMuch(entry)) {
      return CompletableFuture.failedFuture(new Full());
    }
    try {
      return writes.write(framed(entry));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void note(Entry entry) {
    if (isTooMuch(entry)) {
      return;
    }
    try {
      writes.note(framed(entry), isUse(entry));
    } catch (IOException | RuntimeException e) {
      LOG.atError().setMessage("what is open can't be put into the usage file").setCause(e).log();
    }
  }

  /** Whether there is no room for it: for what ends something there is. */
  private boolean isTooMuch(Entry entry) {
    return (entry instanceof Entry.Passed || entry instanceof Entry.Opened) && isLong();
  }

  private static byte[] framed(Entry entry) throws IOException {
    return Segment.framed(Entries.bytes(entry));
  }

  private static boolean isUse(Entry entry) {
    return entry instanceof Entry.Used || entry instanceof Entry.Stored;
  }

  /** What is written comes to the end of the last segment, until that is long. */
  private final class Written implements GroupedWrites.To {

    @Override
    public void append(byte[] framed, boolean force, long uses, long usedBytes) throws IOException {
      segments.append(framed, force);
      unsent.added(uses, usedBytes);
    }

    @Override
    public void tryRoom(int bytes) throws IOException {
      segments.last().tryRoom(bytes);
    }

    @Override
    public boolean isLong() {
      return isToRotate();
    }

    @Override
    public void written(long uses, boolean lost) {
      if (uses > 0) {
        onUse.run();
      }
      rotateIfDue(lost);
    }
  }

  /**
   * Where no other segment can be begun the last one grows, and it is tried again.
   *
   * @param lost whether something is open that could not be written
   */
  private void rotateIfDue(boolean lost) {
    guard.lock();
    try {
      isOpenLost |= lost;
      if (isToRotate()) {
        rotate();
      } else if (isLong() && unsent.isNothing()) {
        drop();
      }
    } catch (IOException | RuntimeException e) {
      rotateAt = System.nanoTime() + GroupedWrites.AGAIN_NANOS;
      if (!isGrowing) {
        isGrowing = true;
        LOG.atError()
            .setMessage("no other part of the usage file can be begun; the last one grows")
            .addKeyValue("directory", directory)
            .setCause(e)
            .log();
      }
    } finally {
      guard.unlock();
    }
  }

  /** Where it is too long already it gets no longer by that, unless all that was is over. */
  private boolean isToRotate() {
    return (segments.isLastLong() || isOpenLost)
        && System.nanoTime() - rotateAt >= 0
        && (!isLong() || unsent.isNothing());
  }

  /** A segment begins with all reservations that are open: those before it need not be read. */
  private void rotate() throws IOException {
    segments.last().force();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Entry.Opened each : open.get()) {
      bytes.writeBytes(framed(each));
    }
    long next = segments.nextNumber();
    boolean all = unsent.isNothing();
    bytes.writeBytes(framed(all ? new Entry.Confirmed(next, 0) : unsent.confirmed()));
    segments.begin(bytes.toByteArray());
    isOpenLost = false;
    isGrowing = false;
    if (all) {
      unsent.movedTo(next, 0);
    }
    drop();
  }

  /**
   * The last one that is over is kept, for the keys of calls that are in it, unless there is too
   * much. Where the server has all that was used, all that came behind is over, too.
   */
  private void drop() {
    if (unsent.isNothing()) {
      unsent.movedTo(segments.last().number, segments.last().length());
    }
    segments.dropBefore(unsent.confirmed().segment() - 1);
    if (isLong()) {
      segments.dropBefore(unsent.confirmed().segment());
    }
  }

  // ---- what is unsent

  @Override
  public boolean isFull() {
    return unsentBytes() >= settings.bytesMax() || isLong() || writes.isFull() || isAway();
  }

  @Override
  public boolean isAway() {
    return writes.isBroken();
  }

  /** Whether all that is in it takes too much, though little of it may be usage. */
  private boolean isLong() {
    return length() >= settings.lengthMax();
  }

  private long length() {
    UsageFile besides = aside;
    return segments.length() + (besides == null ? 0 : besides.length());
  }

  @Override
  public long unsentBytes() {
    UsageFile besides = aside;
    return unsent.bytes() + (besides == null ? 0 : besides.unsentBytes());
  }

  @Override
  public long unsent() {
    return unsent.uses() + unsentAside();
  }

  @Override
  public long unsentAside() {
    UsageFile besides = aside;
    return besides == null ? 0 : besides.unsent();
  }

  @Override
  public @Nullable Batch next(int max) throws IOException {
    guard.lock();
    try {
      return unsent.next(segments, max);
    } finally {
      guard.unlock();
    }
  }

  @Override
  public boolean confirm(Batch batch, List<Entry.Stored> uses) {
    guard.lock();
    try {
      boolean all = unsent.confirm(batch, uses.size());
      if (all) {
        drop();
        note(unsent.confirmed());
      }
      return all;
    } finally {
      guard.unlock();
    }
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
    writes.end(framed(unsent.confirmed()));
    guard.lock();
    try {
      segments.close();
    } finally {
      guard.unlock();
    }
    unlock();
  }

  /** Another may have it, and what is aside. */
  private void unlock() throws IOException {
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
