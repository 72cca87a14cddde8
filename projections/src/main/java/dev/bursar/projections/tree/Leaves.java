package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.MerkleTree;
import dev.bursar.projections.ledger.LedgerRow;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The leaves of an org's tree: its rows of {@code ledger_entry}. */
final class Leaves {

  private static final int PAGE = 2_000;

  private Leaves() {}

  /**
   * The next leaves from one on, up to another without it; some thousands at the most.
   *
   * @throws Contradiction if one is missing
   */
  static List<Leaf> page(Handle handle, String org, long from, long to) {
    List<Leaf> page =
        handle
            .createQuery(
                "select "
                    + LedgerRow.COLUMNS
                    + " from ledger_entry where org = :org and leaf >= :from and leaf < :to"
                    + " order by org, leaf")
            .bind("org", org)
            .bind("from", from)
            .bind("to", Math.min(to, from + PAGE))
            .map((rs, context) -> LedgerRow.leaf(rs))
            .list();
    long expected = from;
    for (Leaf leaf : page) {
      if (leaf.leaf() != expected) {
        break;
      }
      expected++;
    }
    if (expected < Math.min(to, from + PAGE)) {
      throw new Contradiction("leaf %d of the ledger of %s is missing".formatted(expected, org));
    }
    return page;
  }

  /** The entry of a wallet, with its place. */
  static Optional<Leaf> find(Handle handle, String org, String wallet, long sequence) {
    return handle
        .createQuery(
            "select "
                + LedgerRow.COLUMNS
                + " from ledger_entry where org = :org and wallet = :wallet"
                + " and sequence = :sequence")
        .bind("org", org)
        .bind("wallet", wallet)
        .bind("sequence", sequence)
        .map((rs, context) -> LedgerRow.leaf(rs))
        .findOne();
  }

  /** The hash of a leaf, from what the entry's fields say, whatever it was when it was written. */
  static byte[] hash(LedgerEntry entry) {
    return MerkleTree.leaf(
        CanonicalEntry.bytes(
            entry.org(),
            entry.wallet(),
            entry.transaction(),
            entry.posting(),
            CanonicalEntry.attributionDigest(entry.transaction().attribution()),
            entry.previousHash()));
  }
}
