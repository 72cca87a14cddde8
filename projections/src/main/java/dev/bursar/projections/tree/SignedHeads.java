package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.domain.ledger.MerkleTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The largest head of each org that was signed: more than one where several keys signed it. Whoever
 * has one can tell whether all leaves before are as they were; so a tree that is made anew has to
 * begin with it.
 */
public final class SignedHeads {

  /**
   * A head that was signed.
   *
   * @param size how many leaves it is over
   * @param root the root of the tree over them
   */
  public record Head(String org, long size, byte[] root) {}

  private SignedHeads() {}

  /** Those that have been signed so far. */
  public static List<Head> largest(Handle handle) {
    return handle
        .createQuery(
            """
            select c.org, c.size, c.root from ledger_checkpoint c
            join (select org, max(size) as size from ledger_checkpoint group by org) m
              on m.org = c.org and m.size = c.size
            order by c.org
            """)
        .map((rs, context) -> new Head(rs.getString(1), rs.getLong(2), rs.getBytes(3)))
        .list();
  }

  /** Which of these heads the tables of the tree contradict, and how, in a sentence each. */
  public static List<String> contradicted(List<Head> heads, Handle handle) {
    List<String> contradicted = new ArrayList<>();
    for (Head head : heads) {
      try {
        demand(head, handle);
      } catch (Contradiction e) {
        contradicted.add(String.valueOf(e.getMessage()));
      }
    }
    return contradicted;
  }

  private static void demand(Head head, Handle handle) {
    long size = Heads.current(handle, head.org()).size();
    if (size < head.size()) {
      throw new Contradiction(
          "the ledger of %s has %d entries, a head of %d was signed"
              .formatted(head.org(), size, head.size()));
    }
    byte[] root = MerkleTree.root(head.size(), new StoredSubtrees(handle, head.org()));
    if (!Arrays.equals(root, head.root())) {
      throw new Contradiction(
          "the first %d entries of the ledger of %s are not those of which a head was signed"
              .formatted(head.size(), head.org()));
    }
  }
}
