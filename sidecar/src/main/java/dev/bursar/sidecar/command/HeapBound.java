package dev.bursar.sidecar.command;

/**
 * Keeps the heap of a small process near to what lives in it. A serial collector lets the heap grow
 * to its maximum before it collects what is old, though most of that is long dead: answers that are
 * forgotten by now. Here the whole heap is collected once it has grown by {@value #GROWTH_MIB} MiB;
 * what that leaves free is given back as the JVM's flags say.
 */
final class HeapBound {

  private static final long GROWTH_MIB = 3;
  private static final long GROWTH = GROWTH_MIB << 20;
  private static final long LOOK_MS = 250;

  private final Heap heap;
  private long least = Long.MAX_VALUE;

  HeapBound(Heap heap) {
    this.heap = heap;
  }

  /** Looks after the heap of this JVM until that ends. */
  static void keep() {
    HeapBound bound = new HeapBound(new OfThisJvm());
    Thread.ofVirtual()
        .name("heap-bound")
        .start(
            () -> {
              while (true) {
                bound.look();
                try {
                  Thread.sleep(LOOK_MS);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
  }

  /** Collects, if the heap has grown by so much since it was smallest, or was collected here. */
  void look() {
    long size = heap.size();
    if (size - least > GROWTH) {
      heap.collect();
      least = heap.size();
    } else {
      least = Math.min(least, size);
    }
  }

  /** A heap. */
  interface Heap {

    /** Bytes that it takes of the machine now, free ones among them. */
    long size();

    /** Collects all of it. */
    void collect();
  }

  private static final class OfThisJvm implements Heap {

    @Override
    public long size() {
      return Runtime.getRuntime().totalMemory();
    }

    @Override
    public void collect() {
      System.gc();
    }
  }
}
