package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.MerkleTree;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * The tables {@code ledger_tree} and {@code ledger_subtree}: of each org, the hashes from which its
 * tree grows, and those of the complete subtrees from which proofs are made.
 */
public final class TreeTable {

  /** Subtrees over {@code 2^8}, {@code 2^16} and {@code 2^24} leaves are kept. */
  static final int LEVELS_APART = 8;

  static final int LEVEL_MAX = 24;

  /** Whether the hashes of complete subtrees of this height are kept. */
  public static boolean isKept(int level) {
    return level > 0 && level <= LEVEL_MAX && level % LEVELS_APART == 0;
  }

  private record Subtree(String org, int level, long index, byte[] hash) {}

  private static final String READ =
      "select org, size, peaks from ledger_tree where org = any(?) order by org for update";
  private static final String WRITE =
      """
      insert into ledger_tree (org, size, peaks) select * from unnest(?, ?, ?)
      on conflict (org) do update set size = excluded.size, peaks = excluded.peaks
      """;
  private static final String ADD =
      "insert into ledger_subtree (org, level, index, hash) select * from unnest(?, ?, ?, ?)";

  private TreeTable() {}

  /**
   * Gives these entries their places in their orgs' trees.
   *
   * @param entries in the order in which they are to stand there
   */
  public static List<Leaf> project(Handle handle, List<LedgerEntry> entries) throws SQLException {
    Connection connection = handle.getConnection();
    // Sorted, so that nobody deadlocks.
    Map<String, Peaks> trees = new TreeMap<>();
    entries.forEach(entry -> trees.computeIfAbsent(entry.org(), org -> new Peaks()));
    read(connection, trees);
    List<Leaf> leaves = new ArrayList<>(entries.size());
    List<Subtree> complete = new ArrayList<>();
    for (LedgerEntry entry : entries) {
      Peaks tree = trees.get(entry.org());
      if (tree == null) {
        throw new IllegalStateException("no tree of " + entry.org());
      }
      leaves.add(new Leaf(tree.size(), entry));
      tree.add(
          MerkleTree.leaf(entry.canonical()),
          (level, index, hash) -> {
            if (isKept(level)) {
              complete.add(new Subtree(entry.org(), level, index, hash));
            }
          });
    }
    write(connection, trees);
    if (!complete.isEmpty()) {
      add(connection, complete);
    }
    return leaves;
  }

  private static void read(Connection connection, Map<String, Peaks> trees) throws SQLException {
    try (PreparedStatement read = connection.prepareStatement(READ)) {
      read.setArray(1, connection.createArrayOf("text", trees.keySet().toArray()));
      try (ResultSet rows = read.executeQuery()) {
        while (rows.next()) {
          trees.put(rows.getString(1), Peaks.of(rows.getLong(2), rows.getBytes(3)));
        }
      }
    }
  }

  private static void write(Connection connection, Map<String, Peaks> trees) throws SQLException {
    Collection<Peaks> peaks = trees.values();
    try (PreparedStatement write = connection.prepareStatement(WRITE)) {
      write.setArray(1, connection.createArrayOf("text", trees.keySet().toArray()));
      write.setArray(
          2, connection.createArrayOf("bigint", peaks.stream().map(Peaks::size).toArray()));
      write.setArray(
          3,
          connection.createArrayOf(
              "bytea", peaks.stream().map(Peaks::toBytes).toArray(byte[][]::new)));
      write.executeUpdate();
    }
  }

  private static void add(Connection connection, List<Subtree> complete) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD)) {
      add.setArray(
          1, connection.createArrayOf("text", complete.stream().map(Subtree::org).toArray()));
      add.setArray(
          2,
          connection.createArrayOf(
              "smallint", complete.stream().map(each -> (short) each.level()).toArray()));
      add.setArray(
          3, connection.createArrayOf("bigint", complete.stream().map(Subtree::index).toArray()));
      add.setArray(
          4,
          connection.createArrayOf(
              "bytea", complete.stream().map(Subtree::hash).toArray(byte[][]::new)));
      add.executeUpdate();
    }
  }
}
