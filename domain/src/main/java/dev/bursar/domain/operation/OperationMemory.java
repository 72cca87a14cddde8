package dev.bursar.domain.operation;

import static dev.bursar.domain.operation.OperationCells.AT_MICROS;
import static dev.bursar.domain.operation.OperationCells.FINGERPRINT;
import static dev.bursar.domain.operation.OperationCells.HIGH;
import static dev.bursar.domain.operation.OperationCells.INDEX;
import static dev.bursar.domain.operation.OperationCells.LOW;
import static dev.bursar.domain.operation.OperationCells.SEQUENCE;

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
 * <p>All of it lies in arrays of numbers, not in an object per operation: with hundreds of
 * thousands remembered, the garbage collector would stop everything to look at each of them. No
 * operation pays for many others: whatever is made larger is made so in small pieces.
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

  /**
   * How far a key's time may be ahead: no further, however long operations are remembered, and so
   * much, however short. Once one that is ahead is forgotten, all keys up to its time are refused;
   * the busiest org forgets after twice as long as this, when its time has come.
   */
  private static final long KEY_AHEAD_MAX_MICROS = 10 * 1_000_000L;

  private static final long KEY_AHEAD_MIN_MICROS = 1_000_000;

  private static final int BYTES_EACH = 44;

  /** In a part each has its number, too, counted from the part's first. */
  private static final int BYTES_EACH_IN_PART = BYTES_EACH + Integer.BYTES;

  /**
   * What was replaced leaves a gap in the numbers. The oldest are forgotten before their time if
   * gaps would be all that there is: this many times as many numbers as operations, and no fewer.
   */
  private static final long NUMBERS_EACH_MAX = 8;

  private static final long NUMBERS_MIN = 65_536;

  private final int operationsMax;
  private final long ageMicrosMax;
  private final long numbersMax;

  private final OperationCells cells = new OperationCells();
  private OperationTable table = new OperationTable(cells, 0);

  /** The number of the oldest that is remembered, or a lower one. */
  private long first;

  /** How many were ever remembered: the number of the next. */
  private long remembered;

  /** Up to which number it was restored from parts. */
  private long inParts;

  /** After an outline: the first that is to be taken in, from the parts. */
  private long awaitedFrom = NOTHING_AWAITED;

  /**
   * When the newest operation that was forgotten had been done, or its key made, in microseconds.
   */
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
    this.numbersMax =
        Math.min(OperationCells.SPAN_MAX, Math.max(NUMBERS_MIN, NUMBERS_EACH_MAX * operationsMax));
  }

  /** What is known of an operation's key. */
  public record Known(boolean sameRequest, Place place) {}

  /** What is known of this operation, or null if it is new. */
  public @Nullable Known find(Operation operation) {
    long found = find(operation.key());
    return found < 0
        ? null
        : new Known(cells.get(found, FINGERPRINT) == operation.fingerprint(), placeOf(found));
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
    long keyMicros = operation.keyMicros();
    return keyMicros != KeyTime.NONE && keyMicros <= forgottenMicros;
  }

  /**
   * Why an operation that is not found can't be done under its key: because of the time that the
   * key carries. It may have been done and forgotten; or it would be forgotten before its time has
   * come, and from then on nobody could tell it from new ones.
   */
  public @Nullable Refusal refusal(Operation operation, Instant now) {
    long keyMicros = operation.keyMicros();
    if (keyMicros == KeyTime.NONE) {
      return null;
    }
    if (forgottenMicros != NEVER && keyMicros <= forgottenMicros) {
      return Refusal.keyTooOld();
    }
    long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    long ahead = keyMicros - nowMicros;
    return ahead > 0 && ahead > aheadMax(nowMicros)
        ? Refusal.keyAhead(
            Instant.EPOCH.plus(keyMicros, ChronoUnit.MICROS),
            now.plus(aheadMax(nowMicros), ChronoUnit.MICROS))
        : null;
  }

  /** How far ahead of now a key's time may be: half as long as an operation is remembered. */
  private long aheadMax(long nowMicros) {
    if (forgottenMicros == NEVER || cells.size() == 0) {
      return KEY_AHEAD_MAX_MICROS;
    }
    long remembered = nowMicros - cells.get(oldestRemembered(), AT_MICROS);
    return Math.clamp(remembered / 2, KEY_AHEAD_MIN_MICROS, KEY_AHEAD_MAX_MICROS);
  }

  private long oldestRemembered() {
    long oldest = first;
    while (oldest < remembered && !cells.has(oldest)) {
      oldest++;
    }
    return oldest;
  }

  /** Whether something of this origin that is not found may have been done and forgotten. */
  public boolean mayHaveForgotten(Origin origin) {
    return mayHaveForgottenSince(origin.soughtThrough())
        && forgottenMicros != NEVER
        && ChronoUnit.MICROS.between(Instant.EPOCH, origin.since()) <= forgottenMicros;
  }

  /** The newest row of which something was forgotten, or a later one; 0 if nothing was. */
  public long forgottenThrough() {
    return forgottenThrough;
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
    long found = find(key);
    return found < 0 ? null : Long.valueOf(cells.get(found, FINGERPRINT));
  }

  /** Where the operation of this key stands, whatever was asked; null if it is not remembered. */
  public @Nullable Place place(String key) {
    long found = find(key);
    return found < 0 ? null : placeOf(found);
  }

  /**
   * Remembers an operation, and forgets what is beyond the bounds. A later outcome replaces. One
   * whose key is ahead of its time is remembered as of the key's.
   */
  public void remember(Operation operation, Place place, long atMicros) {
    ByteBuffer key = keyOf(operation.key());
    long keyMicros = operation.keyMicros();
    add(
        key.getLong(),
        key.getLong(),
        operation.fingerprint(),
        place.sequence(),
        place.index(),
        Math.clamp(keyMicros, atMicros, atMicros + KEY_AHEAD_MAX_MICROS));
    while (first < remembered
        && (cells.size() > operationsMax
            || !cells.has(first)
            || atMicros - cells.get(first, AT_MICROS) > ageMicrosMax
            || remembered - first > numbersMax)) {
      forgetOldest();
    }
  }

  /** How many operations are remembered. */
  public int size() {
    return cells.size();
  }

  /**
   * All that is remembered: a version byte, the time of the last that was forgotten if anything
   * was, then 44 bytes an operation, oldest first.
   */
  public byte[] toBytes() {
    boolean forgot = forgottenMicros != NEVER;
    ByteBuffer bytes =
        ByteBuffer.allocate(1 + (forgot ? Long.BYTES : 0) + cells.size() * BYTES_EACH);
    bytes.put(forgot ? SOME_FORGOTTEN : NOTHING_FORGOTTEN);
    if (forgot) {
      bytes.putLong(forgottenMicros);
    }
    for (long number = first; number < remembered; number++) {
      if (cells.has(number)) {
        put(bytes, number);
      }
    }
    return bytes.array();
  }

  private void put(ByteBuffer bytes, long number) {
    bytes.putLong(cells.get(number, HIGH)).putLong(cells.get(number, LOW));
    bytes.putLong(cells.get(number, FINGERPRINT)).putLong(cells.get(number, SEQUENCE));
    bytes.putInt((int) cells.get(number, INDEX)).putLong(cells.get(number, AT_MICROS));
  }

  /** The number of the oldest operation that is remembered; of no part before it is any need. */
  public long oldest() {
    return cells.size() == 0 ? remembered : first;
  }

  /** What is remembered of the operations from this number on. */
  public Part part(long from) {
    long start = Math.max(from, first);
    int count = 0;
    for (long number = start; number < remembered; number++) {
      count += cells.has(number) ? 1 : 0;
    }
    ByteBuffer bytes = ByteBuffer.allocate(count * BYTES_EACH_IN_PART);
    for (long number = start; number < remembered; number++) {
      if (cells.has(number)) {
        bytes.putInt((int) (number - from));
        put(bytes, number);
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
      first = oldest;
      cells.startAt(first);
      table = new OperationTable(cells, (int) Math.min(remembered - oldest, operationsMax));
      if (oldest < remembered) {
        awaitedFrom = oldest;
      } else {
        boundForgotten();
      }
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
    long oldest = oldestRemembered();
    forgottenThrough = oldest == remembered ? Long.MAX_VALUE : cells.get(oldest, SEQUENCE);
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

  private void add(long high, long low, long fingerprint, long sequence, int index, long atMicros) {
    long before = table.find(high, low);
    if (before >= 0) {
      remove(before);
    }
    if (cells.size() == 0) {
      first = remembered;
      cells.startAt(first);
    }
    long number = remembered++;
    cells.put(number, high, low, fingerprint, sequence, index, atMicros);
    table.put(number);
  }

  private void remove(long number) {
    table.remove(number);
    cells.remove(number);
  }

  private void forgetOldest() {
    if (cells.has(first)) {
      forgottenMicros = Math.max(forgottenMicros, cells.get(first, AT_MICROS));
      forgottenThrough = Math.max(forgottenThrough, cells.get(first, SEQUENCE));
      remove(first);
    }
    first++;
    cells.startAt(first);
  }

  private Place placeOf(long number) {
    return new Place(cells.get(number, SEQUENCE), (int) cells.get(number, INDEX));
  }

  /** The number of the operation with this key, or -1. */
  private long find(String key) {
    ByteBuffer hash = keyOf(key);
    return table.find(hash.getLong(), hash.getLong());
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
