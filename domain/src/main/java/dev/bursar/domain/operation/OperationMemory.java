package dev.bursar.domain.operation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which operations an entity has done, and where in its journal their outcomes stand. It keeps the
 * newest {@code operationsMax}, and none older than {@code ageMicrosMax} before the newest. Keys
 * are kept as 128 bits of SHA-256, so memory is bounded per operation whatever the keys' length.
 */
public final class OperationMemory {

  private static final byte STORED_VERSION = 1;
  private static final int BYTES_EACH = 44;

  private record Key(long high, long low) {}

  private record Remembered(long fingerprint, long sequence, int index, long atMicros) {}

  private final int operationsMax;
  private final long ageMicrosMax;
  private final LinkedHashMap<Key, Remembered> operations = new LinkedHashMap<>();

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
    Remembered found = operations.get(keyOf(operation.key()));
    return found == null
        ? null
        : new Known(
            found.fingerprint == operation.fingerprint(), new Place(found.sequence, found.index));
  }

  /** The fingerprint remembered for this key, or null if it is not remembered. */
  public @Nullable Long fingerprint(String key) {
    Remembered found = operations.get(keyOf(key));
    return found == null ? null : found.fingerprint;
  }

  /** Where the operation of this key stands, whatever was asked; null if it is not remembered. */
  public @Nullable Place place(String key) {
    Remembered found = operations.get(keyOf(key));
    return found == null ? null : new Place(found.sequence, found.index);
  }

  /** Remembers an operation, and forgets what is beyond the bounds. A later outcome replaces. */
  public void remember(Operation operation, Place place, long atMicros) {
    Key key = keyOf(operation.key());
    operations.remove(key);
    operations.put(
        key, new Remembered(operation.fingerprint(), place.sequence(), place.index(), atMicros));
    Iterator<Remembered> oldest = operations.values().iterator();
    while (oldest.hasNext()) {
      Remembered next = oldest.next();
      if (operations.size() <= operationsMax && atMicros - next.atMicros <= ageMicrosMax) {
        break;
      }
      oldest.remove();
    }
  }

  /** How many operations are remembered. */
  public int size() {
    return operations.size();
  }

  /** All that is remembered: a version byte, then 44 bytes an operation, oldest first. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(1 + operations.size() * BYTES_EACH);
    bytes.put(STORED_VERSION);
    for (Map.Entry<Key, Remembered> each : operations.entrySet()) {
      Remembered value = each.getValue();
      bytes.putLong(each.getKey().high).putLong(each.getKey().low);
      bytes.putLong(value.fingerprint).putLong(value.sequence);
      bytes.putInt(value.index).putLong(value.atMicros);
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
    if (version != STORED_VERSION) {
      throw new IllegalArgumentException("a memory of operations of version " + version);
    }
    while (bytes.hasRemaining()) {
      Key key = new Key(bytes.getLong(), bytes.getLong());
      operations.put(
          key, new Remembered(bytes.getLong(), bytes.getLong(), bytes.getInt(), bytes.getLong()));
    }
  }

  private static Key keyOf(String key) {
    try {
      ByteBuffer hash =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
      return new Key(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
