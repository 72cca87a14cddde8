package dev.bursar.domain.ledger;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * One entry of a wallet's ledger, whole.
 *
 * @param entryId names the entry; follows from its hash
 * @param org the org
 * @param wallet the wallet
 * @param transaction what it shares with the entries that came about with it
 * @param posting its own figures
 * @param previousHash the hash of the entry before it in the wallet, 32 bytes
 * @param canonical the bytes whose SHA-256 is its hash
 */
public record LedgerEntry(
    String entryId,
    String org,
    String wallet,
    Transaction transaction,
    Posting posting,
    byte[] previousHash,
    byte[] canonical) {

  private static final int ID_BYTES = 12;

  /** The name of the entry with this hash. */
  public static String id(byte[] hash) {
    return "ent_" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
  }

  /** The entries of a transaction, in order. */
  public static List<LedgerEntry> of(String org, String wallet, Transaction transaction) {
    byte[] digest = CanonicalEntry.attributionDigest(transaction.attribution());
    byte[] previous = transaction.previousHash();
    List<LedgerEntry> entries = new ArrayList<>(transaction.postings().size());
    for (Posting posting : transaction.postings()) {
      byte[] canonical = CanonicalEntry.bytes(org, wallet, transaction, posting, digest, previous);
      entries.add(
          new LedgerEntry(
              id(posting.hash()), org, wallet, transaction, posting, previous, canonical));
      previous = posting.hash();
    }
    return entries;
  }
}
