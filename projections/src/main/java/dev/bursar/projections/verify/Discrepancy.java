package dev.bursar.projections.verify;

/**
 * Something that is not as it must be.
 *
 * @param kind what kind of thing it is
 * @param where the entity's id, and what of it
 * @param detail what was found, and what should be there
 */
public record Discrepancy(Kind kind, String where, String detail) {

  /** What may be found. */
  public enum Kind {
    /** A row of the journal can't be read, is missing, or does not follow on the one before. */
    JOURNAL,
    /** A rule that always holds does not. */
    INVARIANT,
    /** A ledger entry of the read table is missing, too many, or another. */
    LEDGER,
    /** The figures of a wallet's read table are others. */
    BALANCE,
    /** The org's read table is another. */
    ORG,
    /** What a budget has counted is not what was charged and held. */
    BUDGET,
    /** The sums of a day's entries are others in the read table. */
    DAY,
    /** A usage event of the read table is missing, too many, or another; or the sums are others. */
    USAGE,
    /** The tables of an org's Merkle tree, or a signed head, are not those of its entries. */
    TREE,
    /** Two wallets do not agree on a transfer; or, at rest, it is on its way. */
    TRANSFER,
    /** Org, team and wallet do not agree on a reservation; or, at rest, it is open. */
    RESERVATION,
    /** Rows that are not projected, though everything is at rest. */
    LAG
  }

  @Override
  public String toString() {
    return "%s %s: %s".formatted(kind, where, detail);
  }
}
