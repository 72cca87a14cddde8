package dev.bursar.audit;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** The entries of one wallet so far: the last sequence and hash, and the running figures. */
final class WalletChain {

  private static final byte[] NO_HASH = new byte[Sha256.BYTES];

  private final boolean whole;
  private final TreeMap<String, Figures> figures = new TreeMap<>();
  private long sequence;
  private byte[] head;

  /** The wallet before its first entry in the export. */
  WalletChain(Entry first) {
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
    Figures of = figures.get(entry.creditType());
    if (of == null) {
      of = Figures.before(entry, whole);
      figures.put(entry.creditType(), of);
    }
    of.take(entry);
    sequence = entry.sequence();
    head = entry.hash();
  }

  List<Totals> totals() {
    return figures.values().stream().map(Figures::totals).toList();
  }
}
