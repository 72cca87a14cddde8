package dev.bursar.sidecar.lease;

import java.util.concurrent.atomic.AtomicLong;

/** So much of the heap, in bytes, about. Safe for use by many threads. */
public final class Room {

  private final long bytesMax;
  private final AtomicLong taken = new AtomicLong();

  public Room(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Something is there, or is larger than it was. */
  public void take(long bytes) {
    taken.addAndGet(bytes);
  }

  /** Something is gone. */
  public void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** Whether nothing more should be there. */
  public boolean isFull() {
    return taken.get() >= bytesMax;
  }

  /** Whether it is nearly full, so that what can be done without should go. */
  public boolean isShort() {
    return taken.get() >= bytesMax / 8 * 7;
  }

  /** How many bytes are taken. */
  public long taken() {
    return taken.get();
  }
}
