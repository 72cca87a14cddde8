package dev.bursar.sidecar.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapBoundTest {

  private static final long MIB = 1 << 20;

  private final Heap heap = new Heap();
  private final HeapBound bound = new HeapBound(heap);

  @Test
  void aHeapThatHasGrownIsCollectedAndThenOnlyOnceItHasGrownAgain() {
    looksAt(20 * MIB);
    looksAt(23 * MIB);
    assertThat(heap.collections).isZero();

    heap.lives = 22 * MIB;
    looksAt(23 * MIB + 1);
    assertThat(heap.collections).isEqualTo(1);

    looksAt(25 * MIB);
    assertThat(heap.collections).isEqualTo(1);

    looksAt(25 * MIB + 1);
    assertThat(heap.collections).isEqualTo(2);
  }

  @Test
  void aHeapThatWasCollectedByOthersGrowsFromThere() {
    looksAt(60 * MIB);
    looksAt(20 * MIB);

    looksAt(24 * MIB);

    assertThat(heap.collections).isEqualTo(1);
  }

  @Test
  void whatLivesIsNotCollectedAgainAndAgain() {
    heap.lives = 60 * MIB;
    looksAt(20 * MIB);

    looksAt(60 * MIB);
    looksAt(60 * MIB);

    assertThat(heap.collections).isEqualTo(1);
  }

  private void looksAt(long size) {
    heap.size = size;
    bound.look();
  }

  private static final class Heap implements HeapBound.Heap {
    private long size;
    private long lives;
    private int collections;

    @Override
    public long size() {
      return size;
    }

    @Override
    public void collect() {
      collections++;
      size = lives;
    }
  }
}
