package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.projections.ledger.TurnTable.Turn;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/** Where credit types take turns in a wallet's ledger must be in the read table, and no more. */
final class TurnVerification implements AutoCloseable {

  private final EntityId wallet;
  private final Findings findings;
  private final ResultIterator<Turn> stored;
  private @Nullable Turn last;

  TurnVerification(EntityId wallet, Snapshot snapshot, Findings findings) {
    this.wallet = wallet;
    this.findings = findings;
    this.stored = snapshot.turns(wallet);
  }

  /** An entry that is to be in the read table. */
  void take(LedgerEntry entry) {
    Turn next = Turn.of(entry);
    Turn before = last;
    last = next;
    if (before != null && !before.creditType().equals(next.creditType())) {
      Turn found = stored.hasNext() ? stored.next() : null;
      if (!before.equals(found)) {
        add("the read table has %s, should be %s".formatted(found, before));
      }
    }
  }

  void finish() {
    stored.forEachRemaining(each -> add("the read table has %s, no entry has".formatted(each)));
  }

  private void add(String detail) {
    findings.add(Discrepancy.Kind.LEDGER, wallet, "where credit types take turns, " + detail);
  }

  @Override
  public void close() {
    stored.close();
  }
}
