package dev.bursar.domain.ledger;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree of RFC 6962, over SHA-256: how leaves and nodes are hashed, and which nodes make
 * a root, an audit path or a consistency proof. It keeps nothing: where the hashes of complete
 * subtrees come from is the caller's.
 */
public final class MerkleTree {

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private MerkleTree() {}

  /** Where hashes come from. */
  public interface Subtrees {

    /**
     * The hash of the subtree over the {@code 2^level} leaves from leaf {@code index * 2^level} on;
     * all of them exist.
     */
    byte[] hash(int level, long index);
  }

  /** The hash of a leaf with this content. */
  public static byte[] leaf(byte[] content) {
    return sha256(LEAF, content, new byte[0]);
  }

  /** The hash of a node above these two. */
  public static byte[] node(byte[] left, byte[] right) {
    return sha256(NODE, left, right);
  }

  /** The root over the first {@code size} leaves; the hash of nothing, if there are none. */
  public static byte[] root(long size, Subtrees subtrees) {
    return size == 0 ? CanonicalEntry.sha256(new byte[0]) : range(0, size, subtrees);
  }

  /** The audit path of a leaf, from the leaf up, in the tree of the first {@code size} leaves. */
  public static List<byte[]> inclusion(long leaf, long size, Subtrees subtrees) {
    if (leaf < 0 || leaf >= size) {
      throw new IllegalArgumentException("leaf %d of %d".formatted(leaf, size));
    }
    List<byte[]> path = new ArrayList<>();
    inclusion(leaf, 0, size, subtrees, path);
    return path;
  }

  private static void inclusion(
      long leaf, long from, long to, Subtrees subtrees, List<byte[]> path) {
    if (to - from == 1) {
      return;
    }
    long middle = from + split(to - from);
    if (leaf < middle) {
      inclusion(leaf, from, middle, subtrees, path);
      path.add(range(middle, to, subtrees));
    } else {
      inclusion(leaf, middle, to, subtrees, path);
      path.add(range(from, middle, subtrees));
    }
  }

  /** The proof that the tree of {@code size} leaves begins with that of {@code earlier} leaves. */
  public static List<byte[]> consistency(long earlier, long size, Subtrees subtrees) {
    if (earlier < 0 || earlier > size) {
      throw new IllegalArgumentException("%d leaves of %d".formatted(earlier, size));
    }
    List<byte[]> proof = new ArrayList<>();
    if (earlier > 0 && earlier < size) {
      consistency(earlier, 0, size, true, subtrees, proof);
    }
    return proof;
  }

  private static void consistency(
      long earlier, long from, long to, boolean known, Subtrees subtrees, List<byte[]> proof) {
    if (earlier == to) {
      if (!known) {
        proof.add(range(from, to, subtrees));
      }
      return;
    }
    long middle = from + split(to - from);
    if (earlier <= middle) {
      consistency(earlier, from, middle, known, subtrees, proof);
      proof.add(range(middle, to, subtrees));
    } else {
      consistency(earlier, middle, to, false, subtrees, proof);
      proof.add(range(from, middle, subtrees));
    }
  }

  /** The hash over the leaves from {@code from}, up to {@code to} without it. */
  private static byte[] range(long from, long to, Subtrees subtrees) {
    long count = to - from;
    if (Long.bitCount(count) == 1) {
      int level = Long.numberOfTrailingZeros(count);
      return subtrees.hash(level, from >>> level);
    }
    long middle = from + split(count);
    return node(range(from, middle, subtrees), range(middle, to, subtrees));
  }

  /** The largest power of two below a count that is above 1. */
  private static long split(long count) {
    return Long.highestOneBit(count - 1);
  }

  private static byte[] sha256(byte kind, byte[] left, byte[] right) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(kind);
      digest.update(left);
      digest.update(right);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
