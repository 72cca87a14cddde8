package dev.bursar.domain.operation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which operations an entity has done, and where in its journal their outcomes stand. It keeps the
 * newest {@code operationsMax}, and none older than {@code ageMicrosMax} before the newest. Keys
 * are kept as 128 bits of SHA-256, so memory is bounded per operation whatever the keys' length.
 *
 * <p>All of it lies in a few arrays of numbers, not in an object per operation: with hundreds of
 * thousands remembered, the garbage collector would stop everything to look at each of them.
 */
public final class OperationMemory {

  /** The stored forms: the second begins with the time of the last that was forgotten. */
  private static final byte NOTHING_FORGOTTEN = 1;

  private static final byte SOME_FORGOTTEN = 2;

  /** Before any time: nothing has been forgotten. */
  private static final long NEVER = Long.MIN_VALUE;

  private static final int BYTES_EACH = 44;
  private static final int CAPACITY_MIN = 16;

  /** Longs that one operation takes in {@link #cells}. */
  private static final int WIDTH = 6;

  private static final int HIGH = 0;
  private static final int LOW = 1;
  private static final int FINGERPRINT = 2;
  private static final int SEQUENCE = 3;
  private static final int INDEX = 4;
  private static final int AT_MICROS = 5;

  /** The sequence of what was replaced: rows are numbered from 1. */
  private static final long DEAD = 0;

  private final int operationsMax;
  private final long ageMicrosMax;

  /** A ring of operations in the order in which they were remembered. */
  private long[] cells = new long[CAPACITY_MIN * WIDTH];

  /** Open addressing by key: the operation's place in the ring and 1, or 0. */
  private int[] table = new int[CAPACITY_MIN * 2];

  private int capacity = CAPACITY_MIN;
  private int first;
  private int used;
  private int live;

  /** When the newest operation that was forgotten had been done, in microseconds. */
  private long forgottenMicros = NEVER;

  /**
   * @param operationsMax how many operations are remembered
   * @param ageMicrosMax for how long, in microseconds
   */
  public OperationMemory(int operationsMax, long ageMicrosMax) {
    this.operationsMax = operationsMax;
    this.ageMicrosMax = ageMicrosMax;
  }

  /** What is known of an operation's key. */
  public record Known(boolean sameRequest, Place place) {}

  /** What is known of this operation, or null if it is new. */
  public @Nullable Known find(Operation operation) {
    int found = cellOf(operation.key());
    return found < 0
        ? null
        : new Known(cells[found + FINGERPRINT] == operation.fingerprint(), placeAt(found));
  }

  /**
   * Whether an operation that is not found may have been done and forgotten, by the time that its
   * key carries: it is not after that of the last that was forgotten. A key that carries no time
   * can't be told from a new one.
   */
  public boolean mayHaveForgotten(Operation operation) {
    if (forgottenMicros == NEVER) {
      return false;
    }
    Instant madeAt = operation.keyMadeAt();
    return madeAt != null && ChronoUnit.MICROS.between(Instant.EPOCH, madeAt) <= forgottenMicros;
  }

  /** The fingerprint remembered for this key, or null if it is not remembered. */
  public @Nullable Long fingerprint(String key) {
    int found = cellOf(key);
    return found < 0 ? null : Long.valueOf(cells[found + FINGERPRINT]);
  }

  /** Where the operation of this key stands, whatever was asked; null if it is not remembered. */
  public @Nullable Place place(String key) {
    int found = cellOf(key);
    return found < 0 ? null : placeAt(found);
  }

  /** Remembers an operation, and forgets what is beyond the bounds. A later outcome replaces. */
  public void remember(Operation operation, Place place, long atMicros) {
    ByteBuffer key = keyOf(operation.key());
    add(
        key.getLong(),
        key.getLong(),
        operation.fingerprint(),
        place.sequence(),
        place.index(),
        atMicros);
    while (used > 0 && (live > operationsMax || isDead(first) || isTooOld(first, atMicros))) {
      forgetOldest();
    }
  }

  /** How many operations are remembered. */
  public int size() {
    return live;
  }

  /**
   * All that is remembered: a version byte, the time of the last that was forgotten if anything
   * was, then 44 bytes an operation, oldest first.
   */
  public byte[] toBytes() {
    boolean forgot = forgottenMicros != NEVER;
    ByteBuffer bytes = ByteBuffer.allocate(1 + (forgot ? Long.BYTES : 0) + live * BYTES_EACH);
    bytes.put(forgot ? SOME_FORGOTTEN : NOTHING_FORGOTTEN);
    if (forgot) {
      bytes.putLong(forgottenMicros);
    }
    for (int i = 0; i < used; i++) {
      int cell = slot(i) * WIDTH;
      if (cells[cell + SEQUENCE] != DEAD) {
        bytes.putLong(cells[cell + HIGH]).putLong(cells[cell + LOW]);
        bytes.putLong(cells[cell + FINGERPRINT]).putLong(cells[cell + SEQUENCE]);
        bytes.putInt((int) cells[cell + INDEX]).putLong(cells[cell + AT_MICROS]);
      }
    }
    return bytes.array();
  }

  /**
   * Takes in what {@link #toBytes} gave.
   *
   * @throws IllegalArgumentException for bytes of another version
   */
  public void restore(byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    byte version = bytes.get();
    if (version != NOTHING_FORGOTTEN && version != SOME_FORGOTTEN) {
      throw new IllegalArgumentException("a memory of operations of version " + version);
    }
    forgottenMicros = version == SOME_FORGOTTEN ? bytes.getLong() : NEVER;
    while (bytes.hasRemaining()) {
      add(
          bytes.getLong(),
          bytes.getLong(),
          bytes.getLong(),
          bytes.getLong(),
          bytes.getInt(),
          bytes.getLong());
    }
  }

  // ---- the ring

  /** The place in the ring of the operation that is this many after the oldest. */
  private int slot(int after) {
    return (first + after) & (capacity - 1);
  }

  private boolean isDead(int slot) {
    return cells[slot * WIDTH + SEQUENCE] == DEAD;
  }

  private boolean isTooOld(int slot, long nowMicros) {
    return nowMicros - cells[slot * WIDTH + AT_MICROS] > ageMicrosMax;
  }

  private Place placeAt(int cell) {
    return new Place(cells[cell + SEQUENCE], (int) cells[cell + INDEX]);
  }

  private void add(long high, long low, long fingerprint, long sequence, int index, long atMicros) {
    int before = find(high, low);
    if (table[before] != 0) {
      cells[(table[before] - 1) * WIDTH + SEQUENCE] = DEAD;
      removeAt(before);
      live--;
    }
    if (used == capacity) {
      makeRoom();
    }
    int slot = slot(used++);
    int cell = slot * WIDTH;
    cells[cell + HIGH] = high;
    cells[cell + LOW] = low;
    cells[cell + FINGERPRINT] = fingerprint;
    cells[cell + SEQUENCE] = sequence;
    cells[cell + INDEX] = index;
    cells[cell + AT_MICROS] = atMicros;
    table[find(high, low)] = slot + 1;
    live++;
  }

  private void forgetOldest() {
    if (!isDead(first)) {
      int cell = first * WIDTH;
      removeAt(find(cells[cell + HIGH], cells[cell + LOW]));
      live--;
      forgottenMicros = Math.max(forgottenMicros, cells[cell + AT_MICROS]);
    }
    first = slot(1);
    used--;
  }

  /** Leaves out what is dead; where that is little, makes the ring twice as large. */
  private void makeRoom() {
    long[] from = cells;
    int[] order = new int[used];
    for (int i = 0; i < used; i++) {
      order[i] = slot(i) * WIDTH;
    }
    capacity = live > capacity / 2 ? capacity * 2 : capacity;
    cells = new long[capacity * WIDTH];
    table = new int[capacity * 2];
    first = 0;
    used = 0;
    for (int cell : order) {
      if (from[cell + SEQUENCE] != DEAD) {
        System.arraycopy(from, cell, cells, used * WIDTH, WIDTH);
        table[find(from[cell + HIGH], from[cell + LOW])] = ++used;
      }
    }
  }

  // ---- the table: linear probing, with no marks for what was removed

  private int cellOf(String key) {
    ByteBuffer hash = keyOf(key);
    return (table[find(hash.getLong(), hash.getLong())] - 1) * WIDTH;
  }

  /** Where the key stands in the table, or where it would. */
  private int find(long high, long low) {
    int at = home(low);
    while (table[at] != 0) {
      int cell = (table[at] - 1) * WIDTH;
      if (cells[cell + LOW] == low && cells[cell + HIGH] == high) {
        return at;
      }
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private int home(long low) {
    return (int) low & (table.length - 1);
  }

  /** Takes an entry out, and moves up those that would not be found across the gap. */
  private void removeAt(int gap) {
    int mask = table.length - 1;
    int open = gap;
    for (int at = (gap + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
      int home = home(cells[(table[at] - 1) * WIDTH + LOW]);
      if (((at - home) & mask) >= ((at - open) & mask)) {
        table[open] = table[at];
        open = at;
      }
    }
    table[open] = 0;
  }

  private static ByteBuffer keyOf(String key) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
