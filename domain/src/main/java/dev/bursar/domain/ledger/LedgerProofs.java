package dev.bursar.domain.ledger;

import dev.bursar.domain.export.Export;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Proves what an org's ledger says to somebody who does not trust whoever keeps it. All entries of
 * an org, of whatever wallet, are the leaves of one Merkle tree, in the order in which they came to
 * the read model; its heads are signed.
 */
public interface LedgerProofs {

  /**
   * A signed head of an org's tree.
   *
   * @param size how many entries it covers
   * @param root the tree's root over them, 32 bytes
   * @param note the signed note, a C2SP checkpoint, as it is published
   * @param verifier the key that verifies it, as a C2SP note verifier key
   */
  record Checkpoint(long size, byte[] root, String note, String verifier) {}

  /**
   * The proof that an entry is in the tree.
   *
   * @param leaf its place in the tree, from 0
   * @param path the audit path, from the leaf up
   * @param checkpoint the head that it leads to
   */
  record Inclusion(LedgerEntry entry, long leaf, List<byte[]> path, Checkpoint checkpoint) {}

  /** The proof that the tree of a checkpoint begins with the tree of an earlier size. */
  record Consistency(long from, byte[] fromRoot, List<byte[]> proof, Checkpoint checkpoint) {}

  /** An entry with its place in the tree. */
  record Leaf(long leaf, LedgerEntry entry) {}

  /**
   * A month of an org, ready to be verified by itself: the leaves from the month's first to its
   * last, and what the rest of the tree comes to.
   *
   * @param from the first leaf
   * @param to one after the last
   * @param left the hashes of the complete subtrees before the first leaf, from left to right
   * @param right those after the last leaf, up to the checkpoint's size, from left to right
   */
  record AuditMonth(
      YearMonth month,
      long from,
      long to,
      List<byte[]> left,
      List<byte[]> right,
      Checkpoint checkpoint) {}

  /** No head can be signed: what is there now contradicts what was signed before. */
  final class Contradiction extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Contradiction(String message) {
      super(message);
    }
  }

  /**
   * A signed head over all entries that can be seen.
   *
   * @return fails with {@link Contradiction} if it would contradict the last that was signed
   */
  CompletionStage<Checkpoint> checkpoint(String org);

  /** The proof for an entry of a wallet; completes with null if there is no such entry. */
  CompletionStage<@Nullable Inclusion> inclusion(String org, String wallet, long sequence);

  /** The proof from an earlier size; completes with null if the tree has not that many leaves. */
  CompletionStage<@Nullable Consistency> consistency(String org, long from);

  /** A month, in UTC, without its leaves; those come by {@link #leaves}. */
  CompletionStage<AuditMonth> month(String org, YearMonth month);

  /**
   * The leaves from the one, up to the other without it, in order. Fails with {@link
   * dev.bursar.domain.export.TooManyExports}.
   */
  CompletionStage<Export<Leaf>> leaves(String org, long from, long to);
}
