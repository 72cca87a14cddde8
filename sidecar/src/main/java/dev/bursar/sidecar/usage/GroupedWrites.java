package dev.bursar.sidecar.usage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries on their way into the usage file, in the order in which they come: one thread writes all
 * that wait together, with one {@code fsync} if any of them asks for it. Where nobody waits, one
 * that asks for none is written at once. Safe for use by many threads.
 */
final class GroupedWrites {

  private static final Logger LOG = LoggerFactory.getLogger(GroupedWrites.class);
  private static final int AT_ONCE_MAX = 4_096;
  private static final int AT_ONCE_BYTES_MAX = 1 << 20;

  /** So many entries may wait to be written, in memory. */
  private static final int WAITING_MAX = 4_096;

  /** So often it is tried whether there is room again. */
  static final long AGAIN_NANOS = 1_000_000_000L;

  /** The file. */
  interface To {

    /**
     * Adds entries; to be called by who holds the guard.
     *
     * @param force whether a crash of the machine is not to lose them
     * @param uses how many of them are uses, and {@code usedBytes} how long these are
     * @throws IOException if none of them is in the file
     */
    void append(byte[] framed, boolean force, long uses, long usedBytes) throws IOException;

    /**
     * Looks whether there is room for much more; nothing is added. To be called by who holds the
     * guard.
     *
     * @throws IOException if there is none
     */
    void tryRoom(int bytes) throws IOException;

    /** Whether another part is to be begun before anything is written at once. */
    boolean isLong();

    /**
     * So many uses were written, and whoever waits for them was told.
     *
     * @param lost whether something that nobody waits for could not be written since this was told
     *     last
     */
    void written(long uses, boolean lost);
  }

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

    boolean isFull() {
      return entries == AT_ONCE_MAX || bytes.size() > AT_ONCE_BYTES_MAX;
    }
  }

  private static final CompletableFuture<Void> WRITTEN = CompletableFuture.completedFuture(null);

  private final ReentrantLock guard;
  private final To to;
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();

  /** How many are in the queue, or were taken from it and are not written. */
  private final AtomicInteger waiting = new AtomicInteger();

  private final Thread writer;

  /**
   * Whether something could not be written, and there was no room for much more since. What is
   * little may fit meanwhile.
   */
  private volatile boolean broken;

  /** When that was looked at last; of the writer alone. */
  private long triedAt;

  /** Whether something was lost of which nobody was told; of the writer alone. */
  private boolean isLost;

  private volatile @Nullable Pending last;
  private volatile boolean ended;

  /**
   * @param guard held by who reads or changes what is in the file
   */
  GroupedWrites(ReentrantLock guard, To to) {
    this.guard = guard;
    this.to = to;
    this.writer = Thread.ofPlatform().daemon().name("usage-file").unstarted(this::run);
  }

  /** Begins to write; until then all wait. */
  void start() {
    writer.start();
  }

  /** Whether as many wait as may. */
  boolean isFull() {
    return queue.size() > WAITING_MAX;
  }

  /** Whether writing has failed, and that is not over. */
  boolean isBroken() {
    return broken;
  }

  /** Adds an entry; done once a crash of the machine does not lose it. */
  CompletableFuture<Void> keep(byte[] framed, boolean isUse) {
    return added(framed, isUse, true);
  }

  /** Adds an entry that is of no use; done once it is written. */
  CompletableFuture<Void> write(byte[] framed) {
    return waiting.get() == 0 && isWrittenAtOnce(framed) ? WRITTEN : added(framed, false, false);
  }

  /** Adds an entry that nobody waits for. */
  void note(byte[] framed, boolean isUse) {
    add(new Pending(framed, isUse, null, false));
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

  /**
   * Writes an entry, if nobody has to be waited for, and none is overtaken; whether it has. Where
   * that fails the writer is to find it so. An interrupt would close the file.
   */
  private boolean isWrittenAtOnce(byte[] framed) {
    if (Thread.currentThread().isInterrupted() || !guard.tryLock()) {
      return false;
    }
    try {
      if (waiting.get() > 0 || ended || broken || to.isLong()) {
        return false;
      }
      to.append(framed, false, 0, 0);
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      guard.unlock();
    }
  }

  private void run() {
    try {
      for (boolean isLast = false; !isLast; ) {
        mendIfDue();
        Pending first = broken ? queue.poll(AGAIN_NANOS, TimeUnit.NANOSECONDS) : queue.take();
        if (first == null) {
          continue;
        }
        Group group = new Group();
        for (Pending each = first; each != null; each = queue.poll()) {
          group.add(each);
          isLast |= each.equals(last);
          if (group.isFull()) {
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
      to.append(group.bytes.toByteArray(), group.force, group.uses, group.usedBytes);
    } catch (IOException | RuntimeException e) {
      broke(e);
      isLost |= group.done.size() < group.entries;
      tell(group.done, e);
      return;
    } finally {
      waiting.addAndGet(-group.entries);
      guard.unlock();
    }
    tell(group.done, null);
    boolean lost = isLost;
    isLost = false;
    to.written(group.uses, lost);
  }

  /** Said once, until that is over. */
  private void broke(Exception error) {
    if (!broken) {
      broken = true;
      triedAt = System.nanoTime();
      LOG.atError()
          .setMessage(
              "the usage file can't be written; nothing more is decided from leases until it can")
          .setCause(error)
          .log();
    }
  }

  /** Something little that fits by chance does not end it: what comes next would fail again. */
  private void mendIfDue() {
    if (!broken || System.nanoTime() - triedAt < AGAIN_NANOS) {
      return;
    }
    guard.lock();
    try {
      to.tryRoom(AT_ONCE_BYTES_MAX);
      broken = false;
      LOG.atWarn().setMessage("the usage file can be written again").log();
    } catch (IOException | RuntimeException e) {
      triedAt = System.nanoTime();
    } finally {
      guard.unlock();
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

  /**
   * Writes what waits, and ends; what comes later fails.
   *
   * @param framed the last entry; it is forced with all that comes before
   */
  void end(byte[] framed) {
    if (writer.isAlive()) {
      Pending end = new Pending(framed, false, new CompletableFuture<>(), true);
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
  }

  private void failRest() {
    for (Pending each = queue.poll(); each != null; each = queue.poll()) {
      if (each.done != null) {
        tell(List.of(each.done), new IOException("the usage file is closed"));
      }
    }
  }
}
