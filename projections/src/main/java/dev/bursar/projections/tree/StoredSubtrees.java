package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.domain.ledger.MerkleTree;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of an org's tree, as the tables have them: those that are kept, and from them, or from
 * the leaves, those in between. Reads 256 neighbours at a time, and remembers them; meant for one
 * proof.
 */
final class StoredSubtrees implements MerkleTree.Subtrees {

  private static final int GROUP = 1 << TreeTable.LEVELS_APART;
  private static final byte[] LEAF_PREFIX = {0};

  private static final String LEAVES =
      """
      select leaf, sha256(cast(:prefix as bytea) || canonical) from ledger_entry
      where org = :org and leaf >= :from and leaf < :to
      """;
  private static final String SUBTREES =
      """
      select index, hash from ledger_subtree
      where org = :org and level = :level and index >= :from and index < :to
      """;

  private record Group(int level, long number) {}

  private final Handle handle;
  private final String org;
  private final Map<Group, byte[] @Nullable []> groups = new HashMap<>();

  StoredSubtrees(Handle handle, String org) {
    this.handle = handle;
    this.org = org;
  }

  /**
   * @throws Contradiction if a hash is not there
   */
  @Override
  public byte[] hash(int level, long index) {
    int base =
        Math.min(TreeTable.LEVEL_MAX, level / TreeTable.LEVELS_APART * TreeTable.LEVELS_APART);
    int height = level - base;
    byte[][] nodes = new byte[1 << height][];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = kept(base, (index << height) + i);
    }
    for (int left = nodes.length; left > 1; left /= 2) {
      for (int i = 0; i < left / 2; i++) {
        nodes[i] = MerkleTree.node(nodes[2 * i], nodes[2 * i + 1]);
      }
    }
    return nodes[0];
  }

  private byte[] kept(int level, long index) {
    byte[] hash =
        groups.computeIfAbsent(new Group(level, index / GROUP), this::read)[(int) (index % GROUP)];
    if (hash == null) {
      throw new Contradiction(
          level == 0
              ? "leaf %d of the ledger of %s is missing".formatted(index, org)
              : "the hash of subtree %d of height %d of the ledger of %s is missing"
                  .formatted(index, level, org));
    }
    return hash;
  }

  private byte[] @Nullable [] read(Group group) {
    byte[] @Nullable [] hashes = new byte[GROUP][];
    long from = group.number() * GROUP;
    var query = handle.createQuery(group.level() == 0 ? LEAVES : SUBTREES);
    if (group.level() == 0) {
      query.bind("prefix", LEAF_PREFIX);
    } else {
      query.bind("level", group.level());
    }
    query
        .bind("org", org)
        .bind("from", from)
        .bind("to", from + GROUP)
        .map((rs, context) -> Map.entry(rs.getLong(1), rs.getBytes(2)))
        .forEach(each -> hashes[(int) (each.getKey() - from)] = each.getValue());
    return hashes;
  }
}
