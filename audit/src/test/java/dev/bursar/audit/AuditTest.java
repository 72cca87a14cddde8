package dev.bursar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void entriesOfAnotherMonthInBetweenAreCounted() {
    Export export = Export.november();
    export.entries.get(9).put("posted_at", "2026-10-31T23:59:59.999999Z");
    resealed(export, export.from(), export.from() + export.entries.size());
    assertThat(((Verdict.Valid) export.audit()).entriesOfOtherMonths()).isOne();
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
}
