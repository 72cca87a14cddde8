package dev.bursar.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One pass over an export, which ends at the first fault. */
final class Pass {

  private static final int ID_BYTES = 12;
  private static final int PROGRESS_EVERY = 1000;

  private final Lines lines;
  private final @Nullable VerifierKey given;
  private final List<String> keptNotes;
  private final List<VerifierKey> formerKeys;
  private final LongConsumer progress;
  private final long began = System.nanoTime();

  private final CompactRange tree = new CompactRange();
  private final TreeMap<String, WalletChain> wallets = new TreeMap<>();
  private final GrantValues values = new GrantValues();
  private long entries;
  private long ofOtherMonths;
  private @Nullable Entry first;
  private @Nullable Entry last;

  Pass(
      Lines lines,
      @Nullable VerifierKey given,
      List<String> keptNotes,
      List<VerifierKey> formerKeys,
      LongConsumer progress) {
    this.lines = lines;
    this.given = given;
    this.keptNotes = keptNotes;
    this.formerKeys = formerKeys;
    this.progress = progress;
  }

  Verdict run() throws Stopped {
    Header header = Header.read(next("the file is empty"));
    VerifierKey key = given == null ? header.key() : given;
    if (!key.toString().equals(header.verifier())) {
      throw Stopped.by(
          Fault.ofFile(
              Fault.Kind.OTHER_KEY,
              Header.LINE,
              "the export names the key %s, not the one that you gave, which is %s"
                  .formatted(header.verifier(), key)));
    }
    Checkpoint head = Checkpoint.verified(header.note(), key, Header.LINE);
    header.check(head, key);
    KeptHeads kept = KeptHeads.verified(keptNotes, keys(key), header.org());
    append(CompactRange.levels(0, header.from()), header.left(), kept);
    Fields line = next(CUT_OFF);
    while (!line.has("kind")) {
      take(EntryReader.read(line), header, head, kept);
      line = next(CUT_OFF);
    }
    end(line, header);
    append(CompactRange.levels(header.to(), head.size()), header.right(), kept);
    if (!Arrays.equals(tree.root(), head.root())) {
      throw notSigned(header, head, kept);
    }
    if (kept.other() != null) {
      throw otherHistory(header, kept.other(), kept);
    }
    return valid(header, head, key, kept);
  }

  /** Those that may have signed what was kept. */
  private List<VerifierKey> keys(VerifierKey ofExport) {
    List<VerifierKey> keys = new ArrayList<>(formerKeys);
    keys.addFirst(ofExport);
    return keys;
  }

  private static final String CUT_OFF =
      "the file is cut off: it ends before its end line, so entries may be missing";

  private Fields next(String ifNone) throws Stopped {
    String line = lines.next();
    if (line == null) {
      throw Stopped.unreadable(lines.number() + 1, ifNone);
    }
    try {
      return Json.object(line, lines.number());
    } catch (Stopped malformed) {
      throw lines.terminated()
          ? malformed
          : Stopped.unreadable(lines.number(), "the file is cut off, or damaged, in this line");
    }
  }

  private void append(List<Integer> levels, List<byte[]> hashes, KeptHeads kept) {
    for (int i = 0; i < levels.size(); i++) {
      tree.append(levels.get(i), hashes.get(i));
      kept.compare(tree);
    }
  }

  private void take(Entry entry, Header header, Checkpoint head, KeptHeads kept) throws Stopped {
    place(entry, header);
    byte[] canonical = Canonical.of(entry);
    content(entry, header, canonical);
    WalletChain chain = wallets.get(entry.wallet());
    if (chain == null) {
      if (header.from() == 0 && entry.sequence() > 1) {
        throw gap(entry, 1);
      }
      chain = new WalletChain(entry, header.month());
      wallets.put(entry.wallet(), chain);
    }
    if (entry.sequence() != chain.next()) {
      throw gap(entry, chain.next());
    }
    chain.take(entry);
    values.take(entry);
    if (tree.size() == head.size()) {
      throw behindTheHead(entry, header, head, kept);
    }
    tree.appendLeaf(canonical);
    kept.compare(tree);
    count(entry, header);
  }

  private void count(Entry entry, Header header) throws Stopped {
    if (first == null) {
      first = entry;
      month(entry, header, "first");
    }
    last = entry;
    entries++;
    if (!entry.month().equals(header.month())) {
      ofOtherMonths++;
    }
    if (entries % PROGRESS_EVERY == 0) {
      progress.accept(entries);
    }
  }

  /** That an entry stands where its leaf says, with none left out. */
  private void place(Entry entry, Header header) throws Stopped {
    long expected = tree.size();
    if (expected == header.to()) {
      throw Stopped.at(
          Fault.Kind.BEYOND_RANGE,
          entry,
          "it was added: by the header, the export ends before leaf %d".formatted(header.to()));
    }
    if (entry.leaf() < expected) {
      throw Stopped.at(
          Fault.Kind.OUT_OF_ORDER,
          entry,
          "leaf %d stands where leaf %d belongs, after leaves that come behind it: entries were"
                  .formatted(entry.leaf(), expected)
              + " repeated or put in another order");
    }
    if (entry.leaf() > expected) {
      long before = Math.min(entry.leaf(), header.to()) - 1;
      throw missing(
          entry,
          each -> each.leaf() == expected,
          expected == before ? "leaf " + expected : "leaves %d to %d".formatted(expected, before));
    }
  }

  private static void content(Entry entry, Header header, byte[] canonical) throws Stopped {
    byte[] hash = Sha256.of(canonical);
    HexFormat hex = HexFormat.of();
    if (!Arrays.equals(hash, entry.hash())) {
      throw Stopped.at(
          Fault.Kind.EDITED,
          entry,
          "the entry was edited: what it says has the hash %s, but it states %s"
              .formatted(hex.formatHex(hash), hex.formatHex(entry.hash())));
    }
    String id = "ent_" + hex.formatHex(hash, 0, ID_BYTES);
    if (!id.equals(entry.entryId())) {
      throw Stopped.at(
          Fault.Kind.EDITED,
          entry,
          "the entry's name was edited: by its hash, which is right, it is " + id);
    }
    if (!entry.org().equals(header.org())) {
      throw Stopped.at(
          Fault.Kind.CONTRADICTION,
          entry,
          "it belongs to org %s, but the export is of %s".formatted(entry.org(), header.org()));
    }
  }

  private Stopped gap(Entry entry, long expected) {
    if (entry.sequence() < expected) {
      return Stopped.at(
          Fault.Kind.OUT_OF_ORDER,
          entry,
          "sequence %d of the wallet stands where %d belongs: entries were repeated or put in another order"
              .formatted(entry.sequence(), expected));
    }
    return missing(
        entry,
        each -> each.wallet().equals(entry.wallet()) && each.sequence() == expected,
        "sequence %d of wallet %s".formatted(expected, entry.wallet())
            + (entry.sequence() - 1 > expected ? " and those up to " + entry.sequence() : ""));
  }

  /** Looks in the rest of the file, which tells what was left out from what was only moved. */
  private Stopped missing(Entry entry, Predicate<Entry> wanted, String what) {
    try {
      Fields line = next(CUT_OFF);
      while (!line.has("kind")) {
        Entry each = EntryReader.read(line);
        if (wanted.test(each)) {
          return Stopped.at(
              Fault.Kind.OUT_OF_ORDER,
              entry,
              "it stands before %s, which comes only in line %d: entries were put in another order"
                  .formatted(what, each.line()));
        }
        line = next(CUT_OFF);
      }
    } catch (Stopped unreadable) {
      return Stopped.at(
          Fault.Kind.MISSING,
          entry,
          "before it, %s is missing, at least up to line %d, which can't be read"
              .formatted(what, lines.number()));
    }
    return Stopped.at(
        Fault.Kind.MISSING, entry, "before it, %s is missing: it was removed".formatted(what));
  }

  private void end(Fields line, Header header) throws Stopped {
    if (!line.text("kind").equals("end")) {
      throw line.wrong("kind", "is neither an entry nor the end line");
    }
    long stated = line.count("entries");
    line.end();
    long next = tree.size();
    if (next < header.to()) {
      throw Stopped.by(
          new Fault(
              Fault.Kind.MISSING,
              line.line(),
              next,
              null,
              null,
              null,
              null,
              "by the header, the export goes on to leaf %d, but it ends before leaf %d: %d entries were removed"
                  .formatted(header.to() - 1, next, header.to() - next)));
    }
    if (stated != entries) {
      throw Stopped.by(
          Fault.ofFile(
              Fault.Kind.CONTRADICTION,
              line.line(),
              "the end line counts %d entries, but there are %d".formatted(stated, entries)));
    }
    if (last != null) {
      month(last, header, "last");
    }
    String more = lines.next();
    if (more != null) {
      throw Stopped.by(
          Fault.ofFile(
              Fault.Kind.BEYOND_RANGE, lines.number(), "something was added behind the end line"));
    }
  }

  private static void month(Entry entry, Header header, String which) throws Stopped {
    if (!entry.month().equals(header.month())) {
      throw Stopped.at(
          Fault.Kind.CONTRADICTION,
          entry,
          "the header says month %s, but the export's %s entry is dated %s"
              .formatted(header.month(), which, entry.postedAt()));
    }
  }

  /** The signed head covers the leaves up to here: whether it proves those can be told. */
  private Stopped behindTheHead(Entry entry, Header header, Checkpoint head, KeptHeads kept) {
    if (!Arrays.equals(tree.root(), head.root())) {
      return notSigned(header, head, kept);
    }
    return Stopped.at(
        Fault.Kind.NOT_SIGNED,
        entry,
        ("the signed head covers the first %d entries of the ledger and proves those; this one, and"
                + " all after it, came later or were added, and nothing proves them")
            .formatted(head.size()));
  }

  private Stopped notSigned(Header header, Checkpoint head, KeptHeads kept) {
    HexFormat hex = HexFormat.of();
    if (first == null) {
      return Header.contradiction(
          "the hashes in left and right do not make the signed root %s: they were changed, or are of another ledger"
              .formatted(hex.formatHex(head.root())));
    }
    return somewhere(
        Fault.Kind.NOT_SIGNED,
        header,
        kept,
        ("the tree over this export has the root %s, but the signed one is %s. Every entry by itself is"
                + " right and follows on the one before, so the export was made anew from some entry on,"
                + " or a hash in left or right was changed. ")
            .formatted(hex.formatHex(tree.root()), hex.formatHex(head.root())));
  }

  private Stopped otherHistory(Header header, Checkpoint other, KeptHeads kept) {
    return somewhere(
        Fault.Kind.OTHER_HISTORY,
        header,
        kept,
        ("the export is as its own head was signed, but the kept checkpoint over the first %d entries,"
                + " signed with the same key, is over others: two histories of this ledger were signed. ")
            .formatted(other.size()));
  }

  /** Where the first difference is, as far as signed heads tell. */
  private Stopped somewhere(Fault.Kind kind, Header header, KeptHeads kept, String reason) {
    Checkpoint other = kept.other();
    long from = Math.max(header.from(), kept.agreed());
    long end = other == null ? tree.size() : other.size();
    long to = Math.min(end, header.to());
    StringBuilder all = new StringBuilder(reason);
    if (from < to) {
      all.append(
          from + 1 == to
              ? "The first that is not as it was signed is leaf %d".formatted(from)
              : "The first that is not as it was signed is one of the leaves %d to %d"
                  .formatted(from, to - 1));
    } else {
      all.append("No leaf of the export is in question");
    }
    if (kept.agreed() < header.from()) {
      all.append(from < to ? ", or is before them, by a hash in left" : ": it is a hash in left");
    }
    if (end > header.to()) {
      all.append(from < to ? ", or is behind them, by a hash in right" : ": it is a hash in right");
    }
    all.append(
        kept.agreed() > 0
            ? "; the first %d entries are as they were when a kept checkpoint was signed"
                .formatted(kept.agreed())
            : "");
    all.append(
        kept.given() == 0
            ? ". One signed root does not tell more; a checkpoint that was kept from before does"
            : "");
    return Stopped.by(
        from < to
            ? Fault.among(
                kind, Header.LINE + 1 + from - header.from(), from, to - 1, all.toString())
            : Fault.ofFile(kind, Header.LINE, all.toString()));
  }

  private Verdict.Valid valid(Header header, Checkpoint head, VerifierKey key, KeptHeads kept) {
    TreeMap<String, List<Totals>> totals = new TreeMap<>();
    for (Map.Entry<String, WalletChain> each : wallets.entrySet()) {
      totals.put(each.getKey(), each.getValue().totals());
    }
    return new Verdict.Valid(
        header.org(),
        header.month(),
        entries,
        ofOtherMonths,
        header.from(),
        head.size(),
        HexFormat.of().formatHex(head.root()),
        key,
        given == null,
        kept.given(),
        kept.compared(),
        totals,
        values.followed(),
        values.notFollowed(),
        Duration.ofNanos(System.nanoTime() - began));
  }
}
