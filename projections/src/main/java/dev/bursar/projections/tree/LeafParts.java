package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.projections.export.Parts;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Leaves of an org's tree, one after the other. */
final class LeafParts implements Parts<Leaf> {

  private final String org;
  private final long to;
  private long next;

  /**
   * @param from the first
   * @param to one after the last
   */
  LeafParts(String org, long from, long to) {
    this.org = org;
    this.next = from;
    this.to = to;
  }

  @Override
  public Optional<List<Leaf>> next(Handle handle) {
    if (next >= to) {
      return Optional.empty();
    }
    List<Leaf> page = Leaves.page(handle, org, next, to);
    next += page.size();
    return Optional.of(page);
  }
}
