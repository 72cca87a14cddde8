package dev.bursar.sidecar.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

final class GroupedWritesTest {

  /** A disk that may be full. */
  private static final class Disk implements GroupedWrites.To {
    final List<byte[]> written = new CopyOnWriteArrayList<>();
    final BlockingQueue<Boolean> lost = new LinkedBlockingQueue<>();
    volatile boolean isFull;

    @Override
    public void append(byte[] framed, boolean force, long uses, long usedBytes) throws IOException {
      if (isFull) {
        throw new IOException("No space left on device");
      }
      written.add(framed);
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
}
