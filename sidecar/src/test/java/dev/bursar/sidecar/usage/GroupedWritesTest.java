package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.bursar.sidecar.LogSeen;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class GroupedWritesTest {

  /** A disk that may be full. */
  private static final class Disk implements GroupedWrites.To {
    final List<byte[]> written = new CopyOnWriteArrayList<>();
    final BlockingQueue<Boolean> lost = new LinkedBlockingQueue<>();
    final AtomicInteger tried = new AtomicInteger();
    volatile boolean isFull;

    /** Whether nothing fits any more but what is little. */
    volatile boolean isNearlyFull;

    @Override
    public void append(byte[] framed, boolean force, long uses, long usedBytes) throws IOException {
      if (isFull) {
        throw new IOException("No space left on device");
      }
      written.add(framed);
    }

    @Override
    public void tryRoom(int bytes) throws IOException {
      tried.incrementAndGet();
      if (isFull || isNearlyFull) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public boolean isLong() {
      return false;
    }

    @Override
    public void written(long uses, boolean isLost) {
      lost.add(isLost);
    }
  }

  private static final byte[] ENTRY = {1};

  private final Disk disk = new Disk();
  private final GroupedWrites writes = new GroupedWrites(new ReentrantLock(), disk);

  private void fails() {
    assertThatThrownBy(() -> writes.keep(ENTRY, true).join())
        .hasRootCauseMessage("No space left on device");
  }

  @Test
  void whatNobodyWaitsForAndIsLostIsToldOnceSomethingIsWrittenAgain() throws Exception {
    writes.start();
    disk.isFull = true;
    writes.note(ENTRY, false);
    fails();
    fails();
    disk.isFull = false;
    writes.keep(ENTRY, true).join();
    assertThat(disk.lost.take()).isTrue();
    writes.keep(ENTRY, true).join();
    assertThat(disk.lost.take()).as("told once").isFalse();
    writes.end(ENTRY);
  }

  @Test
  void whoIsToldOfAllThatIsLostIsToldOfNothingMore() throws Exception {
    writes.start();
    disk.isFull = true;
    fails();
    disk.isFull = false;
    writes.keep(ENTRY, true).join();
    assertThat(disk.lost.take()).isFalse();
    writes.end(ENTRY);
  }

  /** Else nobody would hear of its end who only writes. */
  @Test
  void afterAFailureWhatIsOnlyWrittenIsWrittenInTurn() throws Exception {
    writes.start();
    writes.write(ENTRY).join();
    assertThat(disk.lost).as("at once").isEmpty();
    disk.isFull = true;
    writes.note(ENTRY, false);
    fails();
    disk.isFull = false;
    writes.write(ENTRY).join();
    assertThat(disk.lost.take()).isTrue();
    writes.end(ENTRY);
  }

  private static void until(BooleanSupplier holds) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it does not come").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Else what comes next would fail again, and its end and another beginning would be told. */
  @Test
  void whatIsLittleAndFitsDoesNotEndAFailureThatIsToldOnce() throws Exception {
    // given
    try (LogSeen log = new LogSeen(GroupedWrites.class)) {
      writes.start();
      disk.isNearlyFull = true;
      // when
      for (int i = 0; i < 3; i++) {
        disk.isFull = true;
        fails();
        disk.isFull = false;
        writes.keep(ENTRY, true).join();
        writes.write(ENTRY).join();
      }
      until(() -> disk.tried.get() > 1);
      // then
      assertThat(writes.isBroken()).isTrue();
      assertThat(log.all(ILoggingEvent::getLevel)).containsExactly(Level.ERROR);
      disk.isNearlyFull = false;
      until(() -> !writes.isBroken());
      assertThat(log.all(ILoggingEvent::getLevel)).containsExactly(Level.ERROR, Level.WARN);
      writes.end(ENTRY);
    }
  }

  /** Nobody asks for anything while it is broken but who ends something. */
  @Test
  void itIsOverThoughNothingIsWrittenMeanwhileAndWhateverHasFailed() throws Exception {
    writes.start();
    disk.isFull = true;
    assertThatThrownBy(() -> writes.write(ENTRY).join())
        .hasRootCauseMessage("No space left on device");
    assertThat(writes.isBroken()).isTrue();
    disk.isFull = false;
    until(() -> !writes.isBroken());
    writes.end(ENTRY);
  }
}
