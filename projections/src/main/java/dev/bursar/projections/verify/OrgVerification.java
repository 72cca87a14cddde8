package dev.bursar.projections.verify;

import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.journal.BatchCodec;
import dev.bursar.projections.verify.Discrepancy.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folds an org, and compares it with its read table and its budgets with what was charged. */
final class OrgVerification implements AutoCloseable {

  /** Nothing is priced by folding. */
  private static final Catalog NO_CATALOG = new Catalog(Map.of(), Set.of(), List.of());

  private final EntityId id;
  private final Snapshot snapshot;
  private final Findings findings;
  private final Org org;
  private final FoldedEntity<OrgEvent> folded;
  private final BudgetVerification budgets;
  private final UsageVerification usage;
  private final long projected;
  private @Nullable OrgSettings settings;
  private long settingsSequence;

  OrgVerification(
      EntityId id,
      Snapshot snapshot,
      Lateness lateness,
      Reservations reservations,
      Findings findings) {
    this.id = id;
    this.snapshot = snapshot;
    this.findings = findings;
    OperationMemory memory = new OperationMemory(0, 0);
    this.org = new Org(id.org(), lateness, memory);
    this.folded =
        new FoldedEntity<>(
            id,
            new Entity<>(new OrgAggregate(org, NO_CATALOG), memory),
            BatchCodec.orgs(),
            findings);
    this.budgets =
        new BudgetVerification(
            id, Reservations.Counting.ORG, reservations, lateness.lateFor(), findings);
    this.usage = new UsageVerification(id, snapshot.usage(id), findings);
    this.projected = snapshot.projected(id);
  }

  void take(StoredRow row) {
    folded.take(row, this::folded);
  }

  private void folded(StoredRow row, Batch<OrgEvent> batch) {
    boolean toBeShown = row.sequence() <= projected;
    findings.lagRows += toBeShown ? 0 : 1;
    int index = 0;
    for (Recorded<OrgEvent> recorded : batch.recorded()) {
      OrgEvent event = recorded.event();
      Place place = new Place(row.sequence(), index++);
      if (toBeShown) {
        usage.take(event, place);
      }
      long atMs = event.at().toEpochMilli();
      switch (event) {
        case OrgEvent.OrgPut put -> {
          if (toBeShown) {
            settings = put.settings();
            settingsSequence = row.sequence();
          }
        }
        case OrgEvent.ReservationBegun begun ->
            budgets.held(
                begun.plan().reservation(),
                begun.plan().quantities(),
                begun.plan().limits(),
                row.writtenAtMs());
        case OrgEvent.ReservationDenied denied ->
            budgets.settled(
                Closure.givenBack(denied.plan().reservation()), atMs, row.writtenAtMs());
        case OrgEvent.ReservationSettled settled ->
            budgets.settled(settled.closure(), atMs, row.writtenAtMs());
        case OrgEvent.BudgetRemoved removed -> budgets.forgotten(removed.budget(), null);
        case OrgEvent.UnitPut e -> {}
        case OrgEvent.UnitRemoved e -> {}
        case OrgEvent.UserPut e -> {}
        case OrgEvent.BudgetDrafted draft -> {
          if (!draft.budget().scope().countedByTeam()) {
            budgets.countOpen(draft.budget().since(row.sequence()), draft.open());
          }
        }
        case OrgEvent.BudgetPut put ->
            budgets.countBefore(put.budget().id(), put.budget().since(), put.counts());
        case OrgEvent.OverridePut e -> {}
        case OrgEvent.OverrideRemoved e -> {}
        case OrgEvent.Frozen e -> {}
        case OrgEvent.Unfrozen e -> {}
        case OrgEvent.ReservationTakenOver e -> {}
        case OrgEvent.ReservationBarred e -> {}
        case OrgEvent.WalletPut e -> {}
        case OrgEvent.PlanGrantsSettled e -> {}
        case OrgEvent.PlanGrantTold e -> {}
      }
    }
  }

  void finish() {
    if (folded.isBroken()) {
      return;
    }
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
    budgets.finish(org.tallies());
    usage.finish();
    Optional<Snapshot.StoredOrg> stored = snapshot.org(id);
    OrgSettings should = settings;
    if (should == null) {
      stored.ifPresent(
          row -> findings.add(Kind.ORG, id, "the read table has %s, no event has".formatted(row)));
    } else if (stored.isEmpty()) {
      findings.add(Kind.ORG, id, "is not in the read table");
    } else if (!stored.get().row().settings().equals(should)
        || stored.get().sequence() != settingsSequence) {
      findings.add(
          Kind.ORG,
          id,
          "the read table has %s of row %d, should be %s of row %d"
              .formatted(
                  stored.get().row().settings(),
                  stored.get().sequence(),
                  should,
                  settingsSequence));
    }
  }

  @Override
  public void close() {
    usage.close();
  }
}
