package dev.bursar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.audit.Fault.Kind;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every way to forge an export is found, and the very entry named. */
final class ForgeryTest {

  /** The place in the export of the entry that is forged; its line is 2 more. */
  private static final int AT = 100;

  private final Export export = Export.november();
  private final Map<String, Object> entry = export.entries.get(AT);

  @Test
  void anEditedAmount() {
    entry.put("amount", plus(entry.get("amount"), "1"));
    assertFault(export.audit(), Kind.EDITED, AT, "what it says has the hash");
  }

  @Test
  void anEditedUser() {
    user(entry, "eve");
    assertFault(export.audit(), Kind.EDITED, AT, "the entry was edited");
  }

  @Test
  void aUserWhoIsHalfACharacter() {
    user(entry, "ada?");
    export.rehash(0);
    List<String> lines = export.lines();
    lines.set(AT + 1, lines.get(AT + 1).replace("\"ada?\"", "\"ada\\ud800\""));
    assertUnreadable(Export.audit(lines), AT + 2, "half of a surrogate pair");
  }

  @Test
  void anEditedName() {
    entry.put("entry_id", "ent_000000000000000000000000");
    assertFault(export.audit(), Kind.EDITED, AT, "the entry's name was edited");
  }

  @Test
  void anEditedAmountWithItsHash() {
    entry.put("amount", plus(entry.get("amount"), "-0.000001"));
    Export.seal(entry);
    assertFault(export.audit(), Kind.FIGURES, AT, "the running balance of");
  }

  @Test
  void anEditedUserWithItsHash() {
    user(entry, "eve");
    Export.seal(entry);
    int next = next(AT);
    assertFault(export.audit(), Kind.CHAIN_BROKEN, next, "does not follow on entry");
  }

  @Test
  void anEditedDebtWithAllHashes() {
    entry.put("debt", plus(entry.get("debt"), "2"));
    export.rehash(0);
    assertFault(export.audit(), Kind.FIGURES, AT, "the running debt of");
  }

  @Test
  void aValueWithTheOtherSign() {
    int at = AT;
    while (!(export.entries.get(at).get("value") instanceof Map<?, ?> value)
        || value.get("amount").equals("0")) {
      at++;
    }
    value(at, plus("0", ((String) amount(at)).startsWith("-") ? "5" : "-5"));
    export.rehash(0);
    assertFault(export.audit(), Kind.VALUE, at, "the other sign");
  }

  @Test
  void aGrantUsedUpWithSomeOfItsCostLeft() {
    int grant = AT;
    while (!export.entries.get(grant).get("type").equals("grant")
        || !export.entries.get(grant).containsKey("value")) {
      grant++;
    }
    int last = grant;
    String name = (String) export.entries.get(grant).get("grant");
    for (int i = grant; i < export.entries.size(); i++) {
      last = name.equals(export.entries.get(i).get("grant")) ? i : last;
    }
    value(grant, plus(amount(grant), "0.000001"));
    export.rehash(0);
    assertFault(export.audit(), Kind.VALUE, last, "don't add up");
  }

  @Test
  void aConsumptionThatAdds() {
    int at = AT;
    while (!export.entries.get(at).get("type").equals("refund")) {
      at++;
    }
    export.entries.get(at).put("type", "consume");
    export.rehash(0);
    assertFault(export.audit(), Kind.FIGURES, at, "of type consume can't have the amount");
  }

  @Test
  void aRemovedEntry() {
    long leaf = (Long) entry.get("leaf");
    export.entries.remove(AT);
    assertFault(export.audit(), Kind.MISSING, AT, "leaf " + leaf + " is missing: it was removed");
    export.end.put("entries", (long) export.entries.size());
    assertFault(export.audit(), Kind.MISSING, AT, "leaf " + leaf + " is missing: it was removed");
  }

  @Test
  void aRemovedEntryWithTheRestRenumbered() {
    int next = next(AT);
    long sequence = (Long) entry.get("sequence");
    export.entries.remove(AT);
    for (int i = AT; i < export.entries.size(); i++) {
      export.entries.get(i).merge("leaf", -1L, (a, b) -> (Long) a + (Long) b);
    }
    assertFault(export.audit(), Kind.MISSING, next - 1, "sequence " + sequence + " of wallet");
  }

  @Test
  void theLastEntryRemoved() {
    export.entries.removeLast();
    Fault fault = ((Verdict.Invalid) export.audit()).fault();
    assertThat(fault.kind()).isEqualTo(Kind.MISSING);
    assertThat(fault.line()).isEqualTo(export.entries.size() + 2);
    assertThat(fault.leaf()).isEqualTo((long) export.from() + export.entries.size());
    assertThat(fault.entryId()).isNull();

    export.end.put("entries", (long) export.entries.size());
    export.header.merge("to_leaf", -1L, (a, b) -> (Long) a + (Long) b);
    export.header.put(
        "right", export.cover(export.from() + export.entries.size() + 1, Export.SIZE));
    assertThat(export.audit()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void swappedEntries() {
    Collections.swap(export.entries, AT, AT + 1);
    assertFault(export.audit(), Kind.OUT_OF_ORDER, AT, "comes only in line " + (AT + 3));
  }

  @Test
  void swappedEntriesOfAWalletWithTheirLeaves() {
    int next = next(AT);
    Object leaf = entry.get("leaf");
    entry.put("leaf", export.entries.get(next).get("leaf"));
    export.entries.get(next).put("leaf", leaf);
    Collections.swap(export.entries, AT, next);
    assertFault(export.audit(), Kind.OUT_OF_ORDER, AT, "comes only in line " + (next + 2));
  }

  @Test
  void swappedEntriesOfTwoWalletsWithTheirLeaves() {
    int at = AT;
    while (export.entries.get(at).get("wallet").equals(export.entries.get(at + 1).get("wallet"))) {
      at++;
    }
    Object leaf = export.entries.get(at).get("leaf");
    export.entries.get(at).put("leaf", export.entries.get(at + 1).get("leaf"));
    export.entries.get(at + 1).put("leaf", leaf);
    Collections.swap(export.entries, at, at + 1);
    assertSomewhere(export.audit(), 0, export.entries.size(), "or a hash in left or right");
  }

  @Test
  void aRepeatedEntry() {
    export.entries.add(AT, entry);
    assertFault(export.audit(), Kind.OUT_OF_ORDER, AT + 1, "repeated");
  }

  @Test
  void anAppendedEntry() {
    append();
    assertFault(export.audit(), Kind.BEYOND_RANGE, export.entries.size() - 1, "it was added");
  }

  @Test
  void anAppendedEntryWithTheHeader() {
    append();
    int to = export.from() + export.entries.size();
    export.end.put("entries", (long) export.entries.size());
    export.header.put("to_leaf", (long) to);
    assertThat(export.audit()).isInstanceOf(Verdict.Invalid.class);
    export.header.put("right", export.cover(to, Export.SIZE));
    assertSomewhere(export.audit(), 0, export.entries.size(), "made anew from some entry on");
  }

  @Test
  void anEntryAppendedBehindTheSignedHead() {
    int covered = export.from() + AT;
    export.header.put("checkpoint", Export.OPERATOR.note(export.head(covered)));
    export.header.put("right", List.of());
    assertFault(export.audit(), Kind.NOT_SIGNED, AT, "covers the first " + covered + " entries");
  }

  @Test
  void anEntryBehindTheEndLine() {
    List<String> lines = export.lines();
    lines.add(lines.get(AT));
    Fault fault = ((Verdict.Invalid) Export.audit(lines)).fault();
    assertThat(fault.kind()).isEqualTo(Kind.BEYOND_RANGE);
    assertThat(fault.line()).isEqualTo(lines.size());
  }

  @Test
  void aTailMadeAnew() {
    user(entry, "eve");
    export.rehash(0);
    assertSomewhere(export.audit(), 0, export.entries.size(), "made anew from some entry on");
  }

  @Test
  void aTailMadeAnewWithTheHeader() {
    user(entry, "eve");
    export.rehash(0);
    export.header.put("right", export.cover(export.from() + export.entries.size(), Export.SIZE));
    assertSomewhere(export.audit(), 0, export.entries.size(), "made anew from some entry on");

    String note = (String) export.header.get("checkpoint");
    export.header.put(
        "checkpoint", export.head(Export.SIZE) + note.substring(note.indexOf("\n\n") + 1));
    assertOfFile(export.audit(), Kind.SIGNATURE, "signature is not valid");

    export.header.put("checkpoint", Export.OTHER.note(export.head(Export.SIZE)));
    assertOfFile(export.audit(), Kind.OTHER_KEY, "signed with another key");

    export.header.put("verifier", Export.OTHER.verifier());
    assertOfFile(export.audit(), Kind.OTHER_KEY, "not the one that you gave");

    // Only the operator's published key tells it from a right one.
    Verdict byItself = Audit.of(new ByteArrayInputStream(export.bytes()), null).run();
    assertThat(((Verdict.Valid) byItself).signerFromExport()).isTrue();
  }

  @Test
  void aChangedRange() {
    export.header.merge("from_leaf", 1L, (a, b) -> (Long) a + (Long) b);
    assertThat(export.audit()).isInstanceOf(Verdict.Invalid.class);
    export.header.put("left", export.cover(0, export.from()));
    assertFault(export.audit(), Kind.OUT_OF_ORDER, 0, "stands where leaf");
    export.header.put("from_leaf", 1000L);
    assertOfFile(export.audit(), Kind.CONTRADICTION, "from_leaf 1000 is after to_leaf");
  }

  @Test
  void aChangedSubtree() {
    List<Object> right = new ArrayList<>((List<?>) export.header.get("right"));
    right.set(0, right.get(1));
    export.header.put("right", right);
    assertSomewhere(export.audit(), 0, export.entries.size(), "or a hash in left or right");
    right.removeFirst();
    assertOfFile(export.audit(), Kind.CONTRADICTION, "right has");
  }

  @Test
  void anotherMonth() {
    export.header.put("month", "2026-10");
    assertFault(export.audit(), Kind.CONTRADICTION, 0, "the header says month 2026-10");
  }

  @Test
  void aWalletWhoseTimeGoesBack() {
    int next = next(AT);
    export.entries.get(next).put("posted_at", "2026-11-01T00:00:00Z");
    export.rehash(0);
    assertFault(export.audit(), Kind.CONTRADICTION, next, "a wallet's time never goes back");
  }

  @Test
  void anotherOrg() {
    export.header.put("org", "acme");
    assertOfFile(export.audit(), Kind.CONTRADICTION, "the header says org acme");
  }

  /** Signed with the right key, but for a ledger that bears another operator's name. */
  @Test
  void anotherOperator() {
    export.header.put(
        "checkpoint",
        Export.OPERATOR.note(export.head(Export.SIZE).replace("bursar.example/books", "bursar")));
    assertOfFile(
        export.audit(), Kind.CONTRADICTION, "whose ledger is bursar.example/books.ledger/");
  }

  @Test
  void aChangedCheckpoint() {
    String note = (String) export.header.get("checkpoint");
    export.header.put("checkpoint", note.replace("\n500\n", "\n501\n"));
    assertOfFile(export.audit(), Kind.SIGNATURE, "signature is not valid");
    export.header.put("checkpoint", note.substring(0, note.length() - 1));
    assertOfFile(export.audit(), Kind.CONTRADICTION, "not a signed note");
    export.header.put("checkpoint", note.substring(0, note.indexOf("—")));
    assertOfFile(export.audit(), Kind.CONTRADICTION, "not a signed note");
    for (String junk : List.of("junk\n", "— bursar\n", "— bursar AAAA\n", "— bursar !!!!!!!!\n")) {
      export.header.put("checkpoint", note + junk);
      assertOfFile(export.audit(), Kind.CONTRADICTION, "a line of signature that is not");
    }
    // What bears the key's name and hash must be its signature, also where another one is.
    String ours = note.substring(note.indexOf("—"));
    String elsewhere = Export.OPERATOR.note(export.head(1));
    export.header.put("checkpoint", note + elsewhere.substring(elsewhere.indexOf("—")));
    assertOfFile(export.audit(), Kind.SIGNATURE, "signature is not valid");
    String others = Export.OTHER.note(export.head(Export.SIZE));
    export.header.put("checkpoint", others + others.substring(others.indexOf("—")));
    assertOfFile(export.audit(), Kind.OTHER_KEY, "signed with another key");
    export.header.put("checkpoint", note + ours);
    assertThat(export.audit()).isInstanceOf(Verdict.Valid.class);
  }

  @Test
  void aChangedCount() {
    export.end.put("entries", 3L);
    Fault fault = ((Verdict.Invalid) export.audit()).fault();
    assertThat(fault.kind()).isEqualTo(Kind.CONTRADICTION);
    assertThat(fault.line()).isEqualTo(export.entries.size() + 2);
  }

  @Test
  void aLedgerThatDoesNotBeginAtItsBeginning() {
    Export whole = Export.of(5, 40, 0, 40);
    whole.leaves.forEach(each -> each.put("posted_at", "2026-10-31T00:00:00Z"));
    whole.leaves.forEach(each -> each.merge("sequence", 1L, (a, b) -> (Long) a + (Long) b));
    whole.rehash(0);
    Fault fault = ((Verdict.Invalid) whole.audit()).fault();
    assertThat(fault.kind()).isEqualTo(Kind.MISSING);
    assertThat(fault.line()).isEqualTo(2);
  }

  @Test
  void figuresBeforeTheFirstEntry() {
    Export whole = Export.of(5, 40, 0, 40);
    whole.leaves.getFirst().put("balance", plus(whole.leaves.getFirst().get("balance"), "7"));
    whole.rehash(0);
    Fault fault = ((Verdict.Invalid) whole.audit()).fault();
    assertThat(fault.kind()).isEqualTo(Kind.FIGURES);
    assertThat(fault.reason()).contains("had a balance of 7 and a debt of 0 before it");
  }

  private void append() {
    Map<String, Object> more = new LinkedHashMap<>(export.entries.getLast());
    int wallet = export.entries.size() - 1;
    more.put("leaf", (Long) more.get("leaf") + 1);
    more.put("sequence", (Long) more.get("sequence") + 1);
    more.put("type", "adjust");
    more.remove("value");
    more.put("amount", "1");
    if (export.entries.get(wallet).get("type").equals("debt")) {
      more.put("grant", "g1");
    }
    more.put("balance", plus(more.get("balance"), "1"));
    more.put("previous_hash", more.get("hash"));
    Export.seal(more);
    export.entries.add(more);
  }

  @SuppressWarnings("unchecked")
  private static void user(Map<String, Object> entry, String name) {
    ((Map<String, Object>) entry.get("subject")).put("user", name);
  }

  @SuppressWarnings("unchecked")
  private void value(int at, String amount) {
    ((Map<String, Object>) export.entries.get(at).get("value")).put("amount", amount);
  }

  private Object amount(int at) {
    return ((Map<?, ?>) export.entries.get(at).get("value")).get("amount");
  }

  /** The place of the next entry of the same wallet. */
  private int next(int at) {
    int next = at + 1;
    while (!export.entries.get(next).get("wallet").equals(export.entries.get(at).get("wallet"))) {
      next++;
    }
    return next;
  }

  private static String plus(Object amount, String more) {
    return Ledger.text(
        new BigDecimal((String) amount)
            .add(new BigDecimal(more))
            .movePointRight(6)
            .longValueExact());
  }

  private void assertFault(Verdict verdict, Kind kind, int at, String reason) {
    Map<String, Object> stated = export.entries.get(at);
    Fault fault = ((Verdict.Invalid) verdict).fault();
    assertThat(fault.reason()).contains(reason);
    assertThat(fault)
        .isEqualTo(
            new Fault(
                kind,
                at + 2,
                (Long) stated.get("leaf"),
                null,
                (String) stated.get("wallet"),
                (Long) stated.get("sequence"),
                (String) stated.get("entry_id"),
                fault.reason()));
  }

  /** It is one of these entries, of which it is not known which. */
  private void assertSomewhere(Verdict verdict, int from, int to, String reason) {
    Fault fault = ((Verdict.Invalid) verdict).fault();
    assertThat(fault.reason()).contains(reason);
    assertThat(fault)
        .isEqualTo(
            Fault.among(
                Kind.NOT_SIGNED,
                from + 2,
                export.from() + from,
                export.from() + to - 1,
                fault.reason()));
  }

  private static void assertOfFile(Verdict verdict, Kind kind, String reason) {
    Fault fault = ((Verdict.Invalid) verdict).fault();
    assertThat(fault.reason()).contains(reason);
    assertThat(fault).isEqualTo(Fault.ofFile(kind, 1, fault.reason()));
  }

  static void assertUnreadable(Verdict verdict, long line, String reason) {
    assertThat(verdict).isInstanceOf(Verdict.Unreadable.class);
    assertThat(((Verdict.Unreadable) verdict).reason()).contains(reason);
    assertThat(((Verdict.Unreadable) verdict).line()).isEqualTo(line);
  }
}
