package dev.bursar.audit;

import java.util.ArrayList;
import java.util.List;

/**
 * The tree of RFC 6962 over the leaves so far, as the hashes of its complete subtrees: at most 63
 * of them, however many leaves there are.
 */
final class CompactRange {

  private static final byte[] LEAF = {0};
  private static final byte[] NODE = {1};

  private final List<byte[]> subtrees = new ArrayList<>();
  private long size;

  /**
   * The sizes of the largest complete, aligned subtrees that cover a range, from left to right,
   * each as the exponent of two.
   */
  static List<Integer> levels(long from, long to) {
    List<Integer> levels = new ArrayList<>();
    long at = from;
    while (at < to) {
      int fits = Long.SIZE - 1 - Long.numberOfLeadingZeros(to - at);
      int level = Math.min(fits, Long.numberOfTrailingZeros(at));
      levels.add(level);
      at += 1L << level;
    }
    return levels;
  }

  /** How many leaves it covers. */
  long size() {
    return size;
  }

  /** Takes in the next leaf, by its content. */
  void appendLeaf(byte[] content) {
    append(0, Sha256.of(LEAF, content));
  }

  /** Takes in the next {@code 2^level} leaves, by the hash of their subtree; it must be aligned. */
  void append(int level, byte[] hash) {
    if ((size & ((1L << level) - 1)) != 0) {
      throw new IllegalArgumentException("2^%d leaves at %d".formatted(level, size));
    }
    byte[] top = hash;
    for (long rest = size >>> level; (rest & 1) == 1; rest >>>= 1) {
      top = Sha256.of(NODE, subtrees.removeLast(), top);
    }
    subtrees.add(top);
    size += 1L << level;
  }

  /** The root over all of them; the hash of nothing, if there are none. */
  byte[] root() {
    if (subtrees.isEmpty()) {
      return Sha256.of();
    }
    byte[] root = subtrees.getLast();
    for (int i = subtrees.size() - 2; i >= 0; i--) {
      root = Sha256.of(NODE, subtrees.get(i), root);
    }
    return root;
  }
}
