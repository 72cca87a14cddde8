package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.projections.ledger.DayTable.Kind;
import dev.bursar.projections.ledger.DayTable.Sum;
import java.util.Map;
import java.util.TreeMap;

/** Sums a wallet's entries up by day once more, and compares that with the read table. */
final class DayVerification {

  private final EntityId wallet;
  private final Snapshot snapshot;
  private final Findings findings;
  private final Map<Kind, Sum> sums = new TreeMap<>();

  DayVerification(EntityId wallet, Snapshot snapshot, Findings findings) {
    this.wallet = wallet;
    this.snapshot = snapshot;
    this.findings = findings;
  }

  /** An entry that is to be in the read table. */
  void take(LedgerEntry entry) {
    sums.merge(Kind.of(entry), Sum.of(entry), Sum::plus);
  }

  void finish() {
    snapshot
        .days(wallet)
        .forEach(
            (kind, stored) -> {
              Sum should = sums.remove(kind);
              if (should == null) {
                add("the read table has %s of %s, no entry has".formatted(stored, kind));
              } else if (!stored.equals(should)) {
                add("the read table has %s of %s, should be %s".formatted(stored, kind, should));
              }
            });
    sums.forEach((kind, should) -> add(kind + " is not in the read table"));
  }

  private void add(String detail) {
    findings.add(Discrepancy.Kind.DAY, wallet, detail);
  }
}
