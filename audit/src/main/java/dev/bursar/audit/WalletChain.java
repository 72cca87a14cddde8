package dev.bursar.audit;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** The entries of one wallet so far: the last sequence and hash, and the running figures. */
final class WalletChain {

  private static final byte[] NO_HASH = new byte[Sha256.BYTES];

  private final String month;
  private final boolean whole;
  private final TreeMap<String, Figures> figures = new TreeMap<>();
  private long sequence;
  private byte[] head;
  private long postedAtMicros;
  private String postedAt;

  /** The wallet before its first entry in the export, which is of this month. */
  WalletChain(Entry first, String month) {
    this.month = month;
    postedAtMicros = first.postedAtMicros();
    postedAt = first.postedAt();
    whole = first.sequence() == 1;
    sequence = first.sequence() - 1;
    head = whole ? NO_HASH : first.previousHash();
  }

  /** The sequence that the next entry must have. */
  long next() {
    return sequence + 1;
  }

  /** Takes in the next entry, whose sequence is {@link #next}. */
  void take(Entry entry) throws Stopped {
    if (!Arrays.equals(entry.previousHash(), head)) {
      HexFormat hex = HexFormat.of();
      throw Stopped.at(
          Fault.Kind.CHAIN_BROKEN,
          entry,
          entry.sequence() == 1
              ? "it is the wallet's first entry, yet it names one before it"
              : ("it does not follow on entry %d of the wallet: that one's hash is %s, but it says"
                      + " %s. One of the two was replaced")
                  .formatted(sequence, hex.formatHex(head), hex.formatHex(entry.previousHash())));
    }
    if (entry.postedAtMicros() < postedAtMicros) {
      throw Stopped.at(
          Fault.Kind.CONTRADICTION,
          entry,
          "it is dated %s, before entry %d of the wallet, which is dated %s: a wallet's time never goes back"
              .formatted(entry.postedAt(), sequence, postedAt));
    }
    Figures of = figures.get(entry.creditType());
    if (of == null) {
      of = Figures.before(entry, month, whole);
      figures.put(entry.creditType(), of);
    }
    of.take(entry);
    sequence = entry.sequence();
    head = entry.hash();
    postedAtMicros = entry.postedAtMicros();
    postedAt = entry.postedAt();
  }

  List<Totals> totals() {
    return figures.values().stream().map(Figures::totals).toList();
  }
}
