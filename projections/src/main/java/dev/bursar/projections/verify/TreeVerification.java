package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.MerkleTree;
import dev.bursar.projections.tree.Peaks;
import dev.bursar.projections.tree.TreeTable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Builds an org's tree once more, from its entries in the order of the journal, and compares it
 * with the tables of the tree, and with every head that was signed.
 */
final class TreeVerification {

  private final EntityId org;
  private final Findings findings;
  private final Peaks tree = new Peaks();
  private final Snapshot.StoredTree stored;
  private final Map<Snapshot.Place, byte[]> subtrees;
  private final Deque<Snapshot.StoredHead> heads;
  private boolean distrusted;
  private boolean behind;
  private long projectedSize;
  private byte[] projectedPeaks = new byte[0];

  TreeVerification(EntityId org, Snapshot snapshot, Findings findings) {
    this.org = org;
    this.findings = findings;
    this.stored = snapshot.tree(org);
    this.subtrees = snapshot.subtrees(org);
    this.heads = new ArrayDeque<>(snapshot.heads(org));
  }

  /** The journal of one of the wallets can't be followed further, so nobody knows the order. */
  void distrust() {
    distrusted = true;
  }

  /**
   * The next entry, of whatever wallet.
   *
   * @param projected whether it is to be in the tables
   * @return its place, if that is known
   */
  OptionalLong take(LedgerEntry entry, boolean projected) {
    if (distrusted) {
      return OptionalLong.empty();
    }
    if (!projected && !behind) {
      behind = true;
      freeze();
    }
    long place = tree.size();
    tree.add(
        MerkleTree.leaf(entry.canonical()),
        (level, index, hash) -> {
          if (TreeTable.isKept(level) && !behind) {
            compare(new Snapshot.Place(level, index), hash);
          }
        });
    while (!heads.isEmpty() && heads.peek().size() == tree.size()) {
      compare(heads.remove());
    }
    return OptionalLong.of(place);
  }

  private void freeze() {
    projectedSize = tree.size();
    projectedPeaks = tree.toBytes();
  }

  private void compare(Snapshot.Place place, byte[] hash) {
    byte[] is = subtrees.remove(place);
    if (is == null) {
      add("subtree %s is not in the read table".formatted(place));
    } else if (!Arrays.equals(is, hash)) {
      add("the hash of subtree %s is another in the read table".formatted(place));
    }
  }

  private void compare(Snapshot.StoredHead head) {
    findings.heads++;
    if (!Arrays.equals(head.root(), tree.root())) {
      add("the signed head of %d entries has another root than they".formatted(head.size()));
    }
  }

  void finish() {
    if (distrusted) {
      return;
    }
    if (!behind) {
      freeze();
    }
    if (stored.size() != projectedSize) {
      add("the read table has %d leaves, should be %d".formatted(stored.size(), projectedSize));
    } else if (!Arrays.equals(stored.peaks(), projectedPeaks)) {
      add("the hashes of the tree are others in the read table");
    }
    subtrees
        .keySet()
        .forEach(place -> add("subtree %s of the read table is over no entries".formatted(place)));
    heads.forEach(
        head ->
            add(
                "a head of %d entries was signed, there are %d"
                    .formatted(head.size(), tree.size())));
  }

  private void add(String detail) {
    findings.add(Discrepancy.Kind.TREE, org, detail);
  }
}
