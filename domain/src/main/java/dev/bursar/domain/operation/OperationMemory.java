package dev.bursar.domain.operation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which operations an entity has done, and where in its journal their outcomes stand. It keeps the
 * newest {@code operationsMax}, and none older than {@code ageMicrosMax} before the newest. Keys
 * are kept as 128 bits of SHA-256, so memory is bounded per operation whatever the keys' length.
 *
 * <p>Operations are numbered in the order in which they were remembered, from 0. Its stored form is
 * either all of it in one, or an {@link #outline}, which is short, and {@link Part}s, each written
 * once: what was remembered since the last one.
 *
 * <p>All of it lies in a few arrays of numbers, not in an object per operation: with hundreds of
 * thousands remembered, the garbage collector would stop everything to look at each of them.
 */
public final class OperationMemory {

  /**
   * Some of what an entity remembers, for its stored form.
   *
   * @param from the number of the first operation it may hold
   * @param to the number after the last
   * @param bytes 48 bytes an operation, oldest first; without those that were replaced since
   */
  public record Part(long from, long to, byte[] bytes) {}

  /** The stored forms: the second begins with the time of the last that was forgotten. */
  private static final byte NOTHING_FORGOTTEN = 1;

  private static final byte SOME_FORGOTTEN = 2;

  /** The time of the last that was forgotten, and the numbers of what the parts hold. */
  private static final byte OUTLINE = 3;

  private static final long NOTHING_AWAITED = -1;

  /** Before any row, which are numbered from 1. */
  private static final long NOTHING = 0;

  /** Before any time: nothing has been forgotten. */
  private static final long NEVER = Long.MIN_VALUE;

  private static final int BYTES_EACH = 44;

  /** In a part each has its number, too, counted from the part's first. */
  private static final int BYTES_EACH_IN_PART = BYTES_EACH + Integer.BYTES;

  private static final int CAPACITY_MIN = 16;

  /** Longs that one operation takes in {@link #cells}. */
  private static final int WIDTH = 7;

  private static final int HIGH = 0;
  private static final int LOW = 1;
  private static final int FINGERPRINT = 2;
  private static final int SEQUENCE = 3;
  private static final int INDEX = 4;
  private static final int AT_MICROS = 5;
  private static final int NUMBER = 6;

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

  /** How many were ever remembered: the number of the next. */
  private long remembered;

  /** Up to which number it was restored from parts. */
  private long inParts;

  /** After an outline: the first that is to be taken in, from the parts. */
  private long awaitedFrom = NOTHING_AWAITED;

  /** When the newest operation that was forgotten had been done, in microseconds. */
  private long forgottenMicros = NEVER;

  /**
   * The newest row whose operations were forgotten, or a later one: the stored forms do not tell.
   * What is remembered stands in the order of the rows, so nothing that was forgotten is newer than
   * the oldest that is remembered.
   */
  private long forgottenThrough = NOTHING;

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
    Instant madeAt = forgottenMicros == NEVER ? null : operation.keyMadeAt();
    return madeAt != null && mayHaveForgotten(madeAt);
  }

  /** Whether an operation of this time that is not found may have been done and forgotten. */
  public boolean mayHaveForgotten(Instant madeAt) {
    return forgottenMicros != NEVER
        && ChronoUnit.MICROS.between(Instant.EPOCH, madeAt) <= forgottenMicros;
  }

  /**
   * Whether an operation that is not found may have been done and forgotten after this row of the
   * journal. It may be said where it is not so, for a while after the memory was restored.
   */
  public boolean mayHaveForgottenSince(long sequence) {
    return forgottenThrough > sequence;
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
        put(bytes, cell);
      }
    }
    return bytes.array();
  }

  private void put(ByteBuffer bytes, int cell) {
    bytes.putLong(cells[cell + HIGH]).putLong(cells[cell + LOW]);
    bytes.putLong(cells[cell + FINGERPRINT]).putLong(cells[cell + SEQUENCE]);
    bytes.putInt((int) cells[cell + INDEX]).putLong(cells[cell + AT_MICROS]);
  }

  /** The number of the oldest operation that is remembered; of no part before it is any need. */
  public long oldest() {
    return used == 0 ? remembered : cells[first * WIDTH + NUMBER];
  }

  /** What is remembered of the operations from this number on. */
  public Part part(long from) {
    int start = used;
    int count = 0;
    while (start > 0 && cells[slot(start - 1) * WIDTH + NUMBER] >= from) {
      start--;
      count += isDead(slot(start)) ? 0 : 1;
    }
    ByteBuffer bytes = ByteBuffer.allocate(count * BYTES_EACH_IN_PART);
    for (int i = start; i < used; i++) {
      int cell = slot(i) * WIDTH;
      if (cells[cell + SEQUENCE] != DEAD) {
        bytes.putInt((int) (cells[cell + NUMBER] - from));
        put(bytes, cell);
      }
    }
    return new Part(from, remembered, bytes.array());
  }

  /** All but the operations themselves, which the parts hold. */
  public byte[] outline() {
    return ByteBuffer.allocate(1 + 3 * Long.BYTES)
        .put(OUTLINE)
        .putLong(forgottenMicros)
        .putLong(oldest())
        .putLong(remembered)
        .array();
  }

  /** Up to which number parts hold it: as of when it was restored from them, or else 0. */
  public long inParts() {
    return inParts;
  }

  /** Whether only an outline has been restored, and the parts are still to come. */
  public boolean lacksParts() {
    return awaitedFrom != NOTHING_AWAITED;
  }

  /**
   * Takes in the parts that belong to an outline. They may overlap; none may be newer than the
   * outline, since what was replaced is in none of them.
   *
   * @param parts by their first number
   * @throws IllegalStateException if not all that is remembered is in them
   */
  public void restore(List<Part> parts) {
    long end = remembered;
    long next = awaitedFrom;
    for (Part part : parts) {
      if (part.from() > next || part.to() <= next) {
        continue;
      }
      ByteBuffer bytes = ByteBuffer.wrap(part.bytes());
      while (bytes.hasRemaining()) {
        long number = part.from() + bytes.getInt();
        if (number >= end) {
          throw new IllegalStateException(
              "the parts are newer than the snapshot: operation %d, of %d".formatted(number, end));
        }
        if (number >= next) {
          remembered = number;
          add(bytes);
        } else {
          bytes.position(bytes.position() + BYTES_EACH);
        }
      }
      next = part.to();
    }
    if (next < end) {
      throw new IllegalStateException(
          "of the operations remembered, those from number %d to %d are in none of the parts"
              .formatted(next, end - 1));
    }
    remembered = end;
    awaitedFrom = NOTHING_AWAITED;
    boundForgotten();
  }

  /**
   * Takes in what {@link #toBytes} gave, or {@link #outline}; then the parts are to follow.
   *
   * @throws IllegalArgumentException for bytes of another version
   */
  public void restore(byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    byte version = bytes.get();
    if (version == OUTLINE) {
      forgottenMicros = bytes.getLong();
      long oldest = bytes.getLong();
      remembered = bytes.getLong();
      inParts = remembered;
      awaitedFrom = oldest < remembered ? oldest : NOTHING_AWAITED;
      makeRoom((int) Math.min(remembered - oldest, operationsMax));
      boundForgotten();
      return;
    }
    if (version != NOTHING_FORGOTTEN && version != SOME_FORGOTTEN) {
      throw new IllegalArgumentException("a memory of operations of version " + version);
    }
    forgottenMicros = version == SOME_FORGOTTEN ? bytes.getLong() : NEVER;
    while (bytes.hasRemaining()) {
      add(bytes);
    }
    boundForgotten();
  }

  /** Restored: what was forgotten before is at most as new as the oldest that was not. */
  private void boundForgotten() {
    if (forgottenMicros == NEVER) {
      return;
    }
    int oldest = 0;
    while (oldest < used && isDead(slot(oldest))) {
      oldest++;
    }
    forgottenThrough = oldest == used ? Long.MAX_VALUE : cells[slot(oldest) * WIDTH + SEQUENCE];
  }

  private void add(ByteBuffer bytes) {
    add(
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getInt(),
        bytes.getLong());
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
    cells[cell + NUMBER] = remembered++;
    table[find(high, low)] = slot + 1;
    live++;
  }

  private void forgetOldest() {
    if (!isDead(first)) {
      int cell = first * WIDTH;
      removeAt(find(cells[cell + HIGH], cells[cell + LOW]));
      live--;
      forgottenMicros = Math.max(forgottenMicros, cells[cell + AT_MICROS]);
      forgottenThrough = Math.max(forgottenThrough, cells[cell + SEQUENCE]);
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

  /** Room for so many before any is there, so that they need not be moved as they come. */
  private void makeRoom(int operations) {
    while (capacity < operations) {
      capacity *= 2;
    }
    cells = new long[capacity * WIDTH];
    table = new int[capacity * 2];
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
