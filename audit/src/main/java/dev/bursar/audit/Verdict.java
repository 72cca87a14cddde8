package dev.bursar.audit;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/** What an audit of an export comes to. */
public sealed interface Verdict {

  /**
   * All that can be verified holds.
   *
   * @param org the org
   * @param month the month, as {@code 2026-11}, in UTC
   * @param entries how many entries the export has, 0 or more
   * @param entriesOfOtherMonths how many of them are dated in another month: those that came to the
   *     ledger between the month's first entry and its last
   * @param firstLeaf the number of the first entry in the org's tree, from 0
   * @param treeSize how many entries the signed head covers
   * @param root the signed root of the tree, in hex
   * @param signer the key that signed it
   * @param signerFromExport whether that key was only taken from the export itself, which proves
   *     nothing about who signed
   * @param keptHeads how many heads that were kept from before were given
   * @param keptHeadsCompared how many of those end within the export, and so were compared with it
   * @param wallets the figures of each wallet by credit type
   * @param grantsFollowed how many grants, of those that began in this export and were paid for,
   *     had their value followed
   * @param grantsNotFollowed how many such grants were beyond what is kept in memory
   * @param took how long it took
   */
  record Valid(
      String org,
      String month,
      long entries,
      long entriesOfOtherMonths,
      long firstLeaf,
      long treeSize,
      String root,
      VerifierKey signer,
      boolean signerFromExport,
      int keptHeads,
      int keptHeadsCompared,
      SortedMap<String, List<Totals>> wallets,
      long grantsFollowed,
      long grantsNotFollowed,
      Duration took)
      implements Verdict {}

  /** Something does not hold; this is the first. */
  record Invalid(Fault fault) implements Verdict {}

  /**
   * Not an export of a version known here, or damaged or cut off: nothing is said about what it
   * would have claimed.
   *
   * @param line the line, from 1; 0 if it could not be opened at all
   * @param reason why, for a person
   */
  record Unreadable(long line, String reason) implements Verdict {}
}
