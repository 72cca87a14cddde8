package dev.bursar.projections.verify;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.journal.BatchCodec;
import dev.bursar.projections.verify.Discrepancy.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Folds a wallet, and compares it with its read tables and with the rules that always hold. */
final class WalletVerification implements AutoCloseable {

  private record Last(Balance balance, long sequence, Instant at) {}

  private final EntityId id;
  private final Snapshot snapshot;
  private final Findings findings;
  private final Reservations reservations;
  private final TransferVerification transfers;
  private final TreeVerification tree;
  private final Wallet wallet;
  private final FoldedEntity<WalletEvent> folded;
  private final LedgerVerification ledger;
  private final long projected;
  private final Map<String, Last> lastProjected = new TreeMap<>();

  WalletVerification(
      EntityId id,
      Snapshot snapshot,
      Duration grace,
      Reservations reservations,
      TransferVerification transfers,
      TreeVerification tree,
      Findings findings) {
    this.id = id;
    this.snapshot = snapshot;
    this.findings = findings;
    this.reservations = reservations;
    this.transfers = transfers;
    this.tree = tree;
    this.wallet = new Wallet(id.org(), id.name(), grace, new OperationMemory(0, 0));
    this.folded =
        new FoldedEntity<>(
            id,
            new Entity<>(new WalletAggregate(wallet), new OperationMemory(0, 0)),
            BatchCodec.wallets(),
            findings);
    this.ledger = new LedgerVerification(id, snapshot, tree, findings);
    this.projected = snapshot.projected(id);
  }

  void take(StoredRow row) {
    folded.take(row, this::folded);
    if (folded.isBroken()) {
      transfers.distrust();
      tree.distrust();
    }
  }

  private void folded(StoredRow row, Batch<WalletEvent> batch) {
    boolean toBeShown = row.sequence() <= projected;
    findings.lagRows += toBeShown ? 0 : 1;
    Map<String, Balance> said = new HashMap<>();
    for (Recorded<WalletEvent> recorded : batch.recorded()) {
      WalletEvent event = recorded.event();
      Transaction transaction = event.transaction();
      if (transaction != null) {
        ledger.take(transaction, toBeShown);
      }
      Balance balance = event.balance();
      if (balance != null) {
        said.put(balance.creditType(), balance);
        if (toBeShown) {
          lastProjected.put(balance.creditType(), new Last(balance, row.sequence(), event.at()));
        }
      }
      reservations.wallet(event, row.writtenAtMs());
      transfers.take(id, event);
    }
    for (Balance now : wallet.balances()) {
      Balance event = said.getOrDefault(now.creditType(), now);
      if (!event.equals(now)) {
        rule("row %d says %s, its events come to %s".formatted(row.sequence(), event, now));
      }
      if (now.available().isNegative() || now.held().isNegative() || now.debt().isNegative()) {
        rule("row %d leaves %s".formatted(row.sequence(), now));
      }
    }
  }

  private void rule(String what) {
    findings.add(Kind.INVARIANT, id, what);
  }

  void finish() {
    if (folded.isBroken()) {
      return;
    }
    ledger.finish();
    if (projected > folded.sequence()) {
      findings.add(
          Kind.JOURNAL,
          id,
          "it ends with row %d, and the read tables show row %d"
              .formatted(folded.sequence(), projected));
    } else if (projected < folded.sequence()) {
      findings.underWay(
          Kind.LAG,
          id,
          "the read tables show row %d of %d".formatted(projected, folded.sequence()));
    }
    compareBalances();
    for (Violation violation : ledger.violations(wallet)) {
      rule(violation.invariant() + ": " + violation.detail());
    }
  }

  private void compareBalances() {
    Map<String, Last> missing = new TreeMap<>(lastProjected);
    for (Snapshot.StoredBalance stored : snapshot.balances(id)) {
      Last should = missing.remove(stored.creditType());
      findings.balances++;
      if (should == null) {
        findings.add(Kind.BALANCE, id, "the read table has %s, no event has".formatted(stored));
        continue;
      }
      Snapshot.StoredBalance expected =
          new Snapshot.StoredBalance(
              stored.creditType(),
              should.balance().balance().micros(),
              should.balance().held().micros(),
              should.balance().debt().micros(),
              should.sequence(),
              ChronoUnit.MICROS.between(Instant.EPOCH, should.at()));
      if (!stored.equals(expected)) {
        findings.add(
            Kind.BALANCE, id, "the read table has %s, should be %s".formatted(stored, expected));
      }
    }
    missing
        .keySet()
        .forEach(type -> findings.add(Kind.BALANCE, id, type + " is not in the read table"));
  }

  @Override
  public void close() {
    ledger.close();
  }
}
