package dev.bursar.audit;

import org.jspecify.annotations.Nullable;

/**
 * The first thing in an export that does not hold. Where a fault is not that of one entry, the
 * entry is null; where an entry is missing, it is the one that stands in its place.
 *
 * @param kind what kind of fault
 * @param line the line of the file, from 1
 * @param leaf the entry's number in the org's tree, from 0, or null
 * @param throughLeaf where it is not known which of several entries it is, the last of them: it is
 *     one from {@code leaf} to this; else null
 * @param wallet the entry's wallet, or null
 * @param sequence the entry's number in its wallet, from 1, or null
 * @param entryId the entry's name, or null
 * @param reason what is wrong, for somebody who knows accounts
 */
public record Fault(
    Kind kind,
    long line,
    @Nullable Long leaf,
    @Nullable Long throughLeaf,
    @Nullable String wallet,
    @Nullable Long sequence,
    @Nullable String entryId,
    String reason) {

  /** The kinds of faults. */
  public enum Kind {
    /** An entry's content does not have the hash that it states. */
    EDITED,
    /** An entry that must be there is not in the export. */
    MISSING,
    /** An entry stands before or after its place, or twice. */
    OUT_OF_ORDER,
    /** An entry beyond what the header declares. */
    BEYOND_RANGE,
    /** An entry does not name the one before it by its hash. */
    CHAIN_BROKEN,
    /** A running balance or debt does not follow, or an amount has the wrong sign. */
    FIGURES,
    /** What the credits are worth in money does not add up. */
    VALUE,
    /** The signed head of the ledger does not prove this entry, nor those after it. */
    NOT_SIGNED,
    /** A kept head, signed with the same key, covers other entries than the export's own. */
    OTHER_HISTORY,
    /** The signature is not that of the key over this head. */
    SIGNATURE,
    /** The head is signed with another key. */
    OTHER_KEY,
    /** Header, checkpoint, entries and end line contradict each other. */
    CONTRADICTION
  }

  static Fault at(Kind kind, Entry entry, String reason) {
    return new Fault(
        kind,
        entry.line(),
        entry.leaf(),
        null,
        entry.wallet(),
        entry.sequence(),
        entry.entryId(),
        reason);
  }

  static Fault ofFile(Kind kind, long line, String reason) {
    return new Fault(kind, line, null, null, null, null, null, reason);
  }

  /** One of these leaves, of which it is not known which. */
  static Fault among(Kind kind, long line, long leaf, long throughLeaf, String reason) {
    return new Fault(kind, line, leaf, throughLeaf, null, null, null, reason);
  }
}
