package dev.bursar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is right is found right, and counted. */
final class AuditTest {

  @Test
  void aMonthIsValidAndCounted() {
    Export export = Export.november();
    assertThat(export.from()).isPositive();
    assertThat((List<?>) export.header.get("left")).hasSizeGreaterThan(1);
    assertThat((List<?>) export.header.get("right")).hasSizeGreaterThan(1);

    Verdict.Valid valid = (Verdict.Valid) export.audit();

    assertThat(valid.org()).isEqualTo(Ledger.ORG);
    assertThat(valid.month()).isEqualTo("2026-11");
    assertThat(valid.entries()).isEqualTo(export.entries.size()).isGreaterThan(300);
    assertThat(valid.entriesOfOtherMonths()).isZero();
    assertThat(valid.treeSize()).isEqualTo(Export.SIZE);
    assertThat(valid.signerFromExport()).isFalse();
    assertThat(valid.grantsFollowed()).isPositive();
    assertThat(valid.wallets().keySet()).containsExactly("büro", "main", "z/1");
    for (Map.Entry<String, List<Totals>> wallet : valid.wallets().entrySet()) {
      for (Totals each : wallet.getValue()) {
        List<Map<String, Object>> own =
            export.entries.stream()
                .filter(e -> e.get("wallet").equals(wallet.getKey()))
                .filter(e -> e.get("credit_type").equals(each.creditType()))
                .toList();
        assertThat(each.entries()).isEqualTo(own.size());
        assertThat(each.closingBalance()).isEqualTo((String) own.getLast().get("balance"));
        assertThat(each.closingDebt()).isEqualTo((String) own.getLast().get("debt"));
        BigDecimal moved =
            own.stream()
                .filter(e -> !e.get("type").equals("debt"))
                .map(e -> new BigDecimal((String) e.get("amount")))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(each.openingBalance().add(moved)).isEqualByComparingTo(each.closingBalance());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,0,1",
    "2,0,2",
    "2,0,1",
    "3,1,2",
    "7,0,7",
    "8,0,8",
    "8,3,5",
    "33,1,32",
    "64,0,0",
    "64,64,64",
    "65,64,65",
    "100,31,33",
    "100,32,32",
    "127,64,100"
  })
  void anyRangeOfAnyTree(int size, int from, int to) {
    Export export = Export.of(size, size, from, to);
    if (from < to && !Export.month(export.entries.getLast()).equals(export.header.get("month"))) {
      export.leaves.forEach(each -> each.put("posted_at", "2026-11-03T09:00:00.5Z"));
      export = resealed(export, from, to);
    }
    assertThat(export.audit()).isInstanceOf(Verdict.Valid.class);
  }

  private static Export resealed(Export export, int from, int to) {
    export.rehash(0);
    export.header.put("month", "2026-11");
    export.header.put("left", export.cover(0, from));
    export.header.put("right", export.cover(to, export.leaves.size()));
    export.header.put("checkpoint", Export.OPERATOR.note(export.head(export.leaves.size())));
    return export;
  }

  @Test
  void aMonthsFiguresAreThoseOfItsEntriesWhateverStandsBetweenThem() {
    Export export = Export.november();
    String wallet = neitherFirstNorLast(export);
    List<Map<String, Object>> own =
        export.entries.stream().filter(e -> e.get("wallet").equals(wallet)).toList();
    own.subList(0, 7).forEach(e -> e.put("posted_at", "2026-08-31T23:59:59.999999Z"));
    own.subList(7, 12).forEach(e -> e.put("posted_at", "2026-10-31T23:59:59.999999Z"));
    own.subList(own.size() - 9, own.size())
        .forEach(e -> e.put("posted_at", "2026-12-01T00:00:00Z"));
    resealed(export, export.from(), export.from() + export.entries.size());

    Verdict.Valid valid = (Verdict.Valid) export.audit();

    assertThat(valid.entriesOfOtherMonths()).isEqualTo(21);
    for (Totals each : Objects.requireNonNull(valid.wallets().get(wallet))) {
      List<Map<String, Object>> before = in(own, each, "2026-0[89]|2026-10");
      List<Map<String, Object>> of = in(own, each, "2026-11");
      List<Map<String, Object>> after = in(own, each, "2026-12");
      assertThat(before).isNotEmpty();
      assertThat(after).isNotEmpty();
      assertThat(each.entries()).isEqualTo(of.size());
      assertThat(each.entriesOfOtherMonths()).isEqualTo(before.size() + after.size());
      assertThat(each.openingBalance()).isEqualTo((String) before.getLast().get("balance"));
      assertThat(each.openingDebt()).isEqualTo((String) before.getLast().get("debt"));
      assertThat(each.closingBalance()).isEqualTo((String) of.getLast().get("balance"));
      assertThat(each.closingDebt()).isEqualTo((String) of.getLast().get("debt"));
      assertThat(each.amounts())
          .isEqualTo(
              of.stream()
                  .collect(
                      Collectors.groupingBy(
                          e -> (String) e.get("type"),
                          Collectors.reducing(
                              BigDecimal.ZERO,
                              e -> new BigDecimal((String) e.get("amount")),
                              BigDecimal::add))));
    }
  }

  @Test
  void aCreditTypeWithoutAnEntryInTheMonthOpensAsItCloses() {
    Export export = Export.november();
    String wallet = neitherFirstNorLast(export);
    List<Map<String, Object>> own =
        export.entries.stream().filter(e -> e.get("wallet").equals(wallet)).toList();
    own.forEach(e -> e.put("posted_at", "2026-10-31T23:59:59Z"));
    own.getLast().put("posted_at", "2026-12-01T00:00:00Z");
    resealed(export, export.from(), export.from() + export.entries.size());

    Verdict.Valid valid = (Verdict.Valid) export.audit();

    for (Totals each : Objects.requireNonNull(valid.wallets().get(wallet))) {
      String closing = (String) in(own, each, "2026-10").getLast().get("balance");
      assertThat(each.entries()).isZero();
      assertThat(each.amounts()).isEmpty();
      assertThat(each.openingBalance()).isEqualTo(closing).isEqualTo(each.closingBalance());
      assertThat(each.openingDebt()).isEqualTo(each.closingDebt());
    }
  }

  private static String neitherFirstNorLast(Export export) {
    List<Object> edges =
        List.of(export.entries.getFirst().get("wallet"), export.entries.getLast().get("wallet"));
    return export.entries.stream()
        .map(e -> (String) e.get("wallet"))
        .filter(wallet -> !edges.contains(wallet))
        .findFirst()
        .orElseThrow();
  }

  private static List<Map<String, Object>> in(
      List<Map<String, Object>> entries, Totals of, String months) {
    return entries.stream()
        .filter(e -> e.get("credit_type").equals(of.creditType()))
        .filter(e -> Export.month(e).matches(months))
        .toList();
  }

  @Test
  void withoutAKeyTheExportsOwnIsTakenAndSaidSo() {
    byte[] export = Export.november().bytes();
    Verdict verdict = Audit.of(new ByteArrayInputStream(export), null).run();
    assertThat(((Verdict.Valid) verdict).signerFromExport()).isTrue();
    assertThat(((Verdict.Valid) verdict).signer()).isEqualTo(Export.OPERATOR.key());
  }

  @Test
  void whiteSpaceOutsideOfStringsDoesNotMatter() {
    List<String> lines =
        Export.november().lines().stream()
            .map(each -> " " + each.replace("\",\"", "\" ,\t\"") + "\r")
            .toList();
    assertThat(Export.audit(lines)).isInstanceOf(Verdict.Valid.class);
  }

  /** The same, written in another way: nothing else is proven, and nothing else is refused. */
  @ParameterizedTest
  @ValueSource(strings = {"\\.5Z", "\"amount\":\"([0-9]+)\"", "commit", "\n$", "\n"})
  void howASayingIsWrittenDoesNotMatter(String pattern) {
    Export export = Export.november();
    export.entries.get(3).put("posted_at", "2026-11-01T00:00:00.5Z");
    export
        .leaves
        .subList(export.from(), export.from() + 3)
        .forEach(each -> each.put("posted_at", "2026-11-01T00:00:00Z"));
    resealed(export, export.from(), export.from() + export.entries.size());
    String plain = new String(export.bytes(), StandardCharsets.UTF_8);
    String other =
        plain.replaceAll(
            pattern,
            switch (pattern) {
              case "commit" -> "\\\\u0063ommit";
              case "\\.5Z" -> ".500000Z";
              case "\n$" -> "";
              case "\n" -> "\r\n";
              default -> "\"amount\":\"$1.00\"";
            });
    assertThat(other).isNotEqualTo(plain);
    assertThat(Export.audit(other.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Verdict.Valid.class);
  }

  @Test
  void theOrderOfNamesDoesNotMatter() {
    Export export = Export.november();
    Object hash = export.entries.getFirst().remove("org");
    export.entries.getFirst().put("org", hash);
    assertThat(export.audit()).isInstanceOf(Verdict.Valid.class);
  }

  @Test
  void progressIsTold() {
    byte[] export = Export.of(3, 2500, 0, 2500).bytes();
    List<Long> told = new java.util.ArrayList<>();
    Audit.of(new ByteArrayInputStream(export), null).run(told::add);
    assertThat(told).containsExactly(1000L, 2000L);
  }

  @Test
  void whatIsNoExport() {
    Path nowhere = Path.of("/nowhere/export.ndjson");
    assertThat(Audit.of(nowhere, null).run())
        .isEqualTo(new Verdict.Unreadable(0, "there is no file /nowhere/export.ndjson"));
    assertThat(Export.audit(new byte[0])).isInstanceOf(Verdict.Unreadable.class);
    assertThat(Export.audit("month,amount\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Verdict.Unreadable.class);
    assertThat(Audit.of(Path.of("."), null).run()).isInstanceOf(Verdict.Unreadable.class);
  }

  /** C2SP: who doesn't know a key passes its signature over, of whatever kind and length it is. */
  @Test
  void aCheckpointThatOthersSignedToo() {
    Export export = Export.november();
    String ours = (String) export.header.get("checkpoint");
    String text = ours.substring(0, ours.indexOf("—"));
    String line = ours.substring(text.length());
    String next = Export.OTHER.note(export.head(Export.SIZE)).substring(text.length());
    String witness = "— witness.example/w1 AAAAAAQ=\n";
    for (String lines : List.of(line + witness, witness + next + line, next + line + witness)) {
      export.header.put("checkpoint", text + lines);
      assertThat(export.audit()).as(lines).isInstanceOf(Verdict.Valid.class);
    }
  }
}
