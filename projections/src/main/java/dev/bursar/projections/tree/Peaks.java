package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.MerkleTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Merkle tree that grows by leaves, as the few hashes that this takes: those of the complete
 * subtrees that it is made of, from left to right, each over fewer leaves than the one before.
 * Mutable, not thread-safe.
 */
public final class Peaks {

  /** Is told of every subtree above the leaves that becomes complete. */
  public interface Completed {

    /** For who does not want to know. */
    Completed IGNORED = (level, index, hash) -> {};

    /** The subtree over the {@code 2^level} leaves from leaf {@code index * 2^level} on. */
    void subtree(int level, long index, byte[] hash);
  }

  private static final int HASH_BYTES = 32;

  private final List<byte[]> hashes = new ArrayList<>();
  private long size;

  /** A tree without leaves. */
  public Peaks() {}

  /**
   * What {@link #toBytes} gave of a tree.
   *
   * @throws IllegalArgumentException if these are not the hashes of a tree of this size
   */
  static Peaks of(long size, byte[] bytes) {
    if (bytes.length != HASH_BYTES * Long.bitCount(size)) {
      throw new IllegalArgumentException(
          "%d bytes of hashes for a tree of %d leaves".formatted(bytes.length, size));
    }
    Peaks peaks = new Peaks();
    peaks.size = size;
    for (int at = 0; at < bytes.length; at += HASH_BYTES) {
      peaks.hashes.add(Arrays.copyOfRange(bytes, at, at + HASH_BYTES));
    }
    return peaks;
  }

  /** How many leaves there are. */
  public long size() {
    return size;
  }

  /** Adds a leaf, by its hash. */
  public void add(byte[] leaf, Completed completed) {
    add(0, leaf, completed);
  }

  /** Adds the {@code 2^level} leaves of a complete subtree; the size is a multiple of that. */
  void add(int level, byte[] subtree, Completed completed) {
    int above = level;
    long index = size >>> level;
    byte[] hash = subtree;
    while ((index & 1) == 1) {
      hash = MerkleTree.node(hashes.removeLast(), hash);
      above++;
      index >>>= 1;
      completed.subtree(above, index, hash);
    }
    hashes.add(hash);
    size += 1L << level;
  }

  /** The root over all leaves; the hash of nothing, if there are none. */
  public byte[] root() {
    if (hashes.isEmpty()) {
      return CanonicalEntry.sha256(new byte[0]);
    }
    byte[] root = hashes.getLast();
    for (int i = hashes.size() - 2; i >= 0; i--) {
      root = MerkleTree.node(hashes.get(i), root);
    }
    return root;
  }

  /** The hashes, one after the other. */
  public byte[] toBytes() {
    byte[] bytes = new byte[hashes.size() * HASH_BYTES];
    for (int i = 0; i < hashes.size(); i++) {
      System.arraycopy(hashes.get(i), 0, bytes, i * HASH_BYTES, HASH_BYTES);
    }
    return bytes;
  }
}
