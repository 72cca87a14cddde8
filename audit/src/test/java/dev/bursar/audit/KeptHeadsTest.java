package dev.bursar.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.audit.Fault.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What heads tell that were kept from before. */
final class KeptHeadsTest {

  /** The entry that is changed, by its place in the export. */
  private static final int AT = 100;

  private final Export export = Export.november();
  private final int from = export.from();

  private String signed(int size) {
    return Export.OPERATOR.note(export.head(size));
  }

  private Verdict audit(List<String> kept, VerifierKey... former) {
    return Audit.of(new ByteArrayInputStream(export.bytes()), Export.OPERATOR.key())
        .comparedWith(kept, List.of(former))
        .run();
  }

  private List<String> kept(int... sizes) {
    return IntStream.of(sizes).mapToObj(this::signed).toList();
  }

  /** Says something else from an entry on, with all hashes; what was signed before stays. */
  private void madeAnew() {
    rename(export.entries.get(AT));
    export.rehash(0);
  }

  @SuppressWarnings("unchecked")
  private static void rename(Map<String, Object> entry) {
    ((Map<String, Object>) entry.get("subject")).put("user", "eve");
  }

  @Test
  void anExportThatTheyAreTheBeginningOfIsValid() {
    Verdict.Valid valid =
        (Verdict.Valid) audit(kept(1, from, from + 1, from + AT, from + AT, Export.SIZE));
    assertThat(valid.keptHeads()).isEqualTo(6);
    assertThat(valid.keptHeadsCompared()).isEqualTo(5);
  }

  @Test
  void aTailMadeAnewIsNamedByThoseAroundIt() {
    List<String> around = kept(from + AT + 1, from + AT);
    List<String> wide = kept(from + AT + 40, from + AT - 20, from, from + 3);
    List<String> before = kept(from + AT - 7);
    List<String> after = kept(from + AT + 9);
    madeAnew();
    assertAmong(Kind.NOT_SIGNED, audit(around), AT, AT, "is leaf %d".formatted(from + AT));
    assertAmong(Kind.NOT_SIGNED, audit(wide), AT - 20, AT + 39, "they were when a kept");
    assertAmong(
        Kind.NOT_SIGNED, audit(before), AT - 7, export.entries.size() - 1, "a hash in right");
    assertAmong(Kind.NOT_SIGNED, audit(after), 0, AT + 8, "a hash in left");
    assertAmong(
        Kind.NOT_SIGNED, audit(List.of()), 0, export.entries.size() - 1, "does not tell more");
  }

  @Test
  void whatIsNotInTheEntriesIsInTheHashesAroundThem() {
    List<String> edges = kept(from, from + export.entries.size());
    Object left = export.cover(0, from).getFirst();
    export.header.put("right", other(export.header.get("right"), left));
    Fault right = ((Verdict.Invalid) audit(edges)).fault();
    assertThat(right.leaf()).isNull();
    assertThat(right.reason())
        .contains("No leaf of the export is in question: it is a hash in right");
  }

  private static List<Object> other(Object hashes, Object first) {
    List<Object> others = new java.util.ArrayList<>((List<?>) hashes);
    others.set(0, first);
    return others;
  }

  /** The operator has signed again over what was changed: only who kept something notices. */
  @Test
  void aSecondHistoryIsToldByWhatWasKeptOfTheFirst() {
    List<String> kept = kept(from + AT, from + AT + 5);
    madeAnew();
    export.header.put("right", export.cover(from + export.entries.size(), Export.SIZE));
    export.header.put("checkpoint", signed(Export.SIZE));
    assertThat(export.audit()).isInstanceOf(Verdict.Valid.class);
    assertAmong(Kind.OTHER_HISTORY, audit(kept), AT, AT + 4, "two histories of this ledger");
  }

  /** Else a history that was rewritten when the key was changed would be nobody's alarm. */
  @Test
  void whatWasSignedWithAFormerKeyIsComparedToo() {
    Export.Signer before = Export.OTHER;
    List<String> kept = List.of(before.note(export.head(from + AT)));
    Verdict.Valid valid = (Verdict.Valid) audit(kept, before.key());
    assertThat(valid.keptHeadsCompared()).isEqualTo(1);
    ForgeryTest.assertUnreadable(audit(kept), 0, "signed with another key");
    madeAnew();
    assertThat(audit(kept, before.key())).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void whatIsNotOfThisLedgerOrKeyIsRefused() {
    ForgeryTest.assertUnreadable(
        audit(List.of(signed(from), Export.OTHER.note(export.head(from)))),
        0,
        "kept checkpoint 2 of 2");
    ForgeryTest.assertUnreadable(
        audit(List.of(Export.OPERATOR.note(export.head(from).replace("acm", "nobody")))),
        0,
        "it is of bursar.example/books.ledger/nobody");
    ForgeryTest.assertUnreadable(audit(List.of("nonsense")), 0, "is not a signed note");
  }

  @Test
  void itIsReadAloneOrFromAnEarlierExport(@TempDir Path folder) throws IOException {
    Path alone = Files.writeString(folder.resolve("a"), signed(from));
    assertThat(Audit.checkpointIn(alone)).isEqualTo(signed(from));
    Path earlier = Files.write(folder.resolve("b"), export.bytes());
    assertThat(Audit.checkpointIn(earlier)).isEqualTo(export.header.get("checkpoint"));
    Path none = Files.writeString(folder.resolve("c"), "{\"size\":1}");
    assertThatThrownBy(() -> Audit.checkpointIn(none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no field checkpoint");
    Path broken = Files.writeString(folder.resolve("d"), "{");
    assertThatThrownBy(() -> Audit.checkpointIn(broken))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void assertAmong(Kind kind, Verdict verdict, int first, int last, String reason) {
    Fault fault = ((Verdict.Invalid) verdict).fault();
    assertThat(fault.reason()).contains(reason);
    assertThat(fault)
        .isEqualTo(Fault.among(kind, first + 2, from + first, from + last, fault.reason()));
  }
}
