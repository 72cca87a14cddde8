package dev.bursar.sidecar.lease;

/** So much of the heap, in bytes, about. Safe for use by many threads. */
public final class Room {

  private final long bytesMax;
  private volatile long taken;

  public Room(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Something is there, or is larger than it was. */
  public synchronized void take(long bytes) {
    taken += bytes;
  }

  /** Something is gone. */
  public synchronized void give(long bytes) {
    taken -= bytes;
  }

  /** Whether nothing more should be there. */
  public boolean isFull() {
    return taken >= bytesMax;
  }

  /** Whether it is nearly full, so that what can be done without should go. */
  public boolean isShort() {
    return taken >= bytesMax / 8 * 7;
  }

  /** How many bytes are taken. */
  public long taken() {
    return taken;
  }
}
