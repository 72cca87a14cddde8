package dev.bursar.projections.verify;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.usage.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Folds the whole journal from empty, by the domain's own rules, and compares everything that was
 * made of it: read tables, ledgers, budgets. It looks at one moment of the database, while nodes
 * may go on; what they have not projected at that moment is counted as lag. One org at a time is in
 * memory.
 */
public final class Verification {

  private static final Comparator<EntityId> BY_ID = Comparator.comparing(EntityId::toString);

  private final DatabaseSettings settings;
  private final Duration grace;
  private final Lateness lateness;
  private final Retention retention;
  private final boolean atRest;

  /**
   * @param settings the primary database
   * @param grace the nodes' {@code bursar.limits.grace}: how long after a hold's expiry a commit is
   *     still recorded
   * @param correction the nodes' {@code bursar.limits.correction}: how long after it ran work may
   *     be reported and still counts where it ran
   */
  public Verification(DatabaseSettings settings, Duration grace, Duration correction) {
    // What lies ahead was refused before it came into the journal.
    this(settings, grace, Lateness.of(grace, correction, Duration.ZERO), Retention.FOR_EVER, false);
  }

  private Verification(
      DatabaseSettings settings,
      Duration grace,
      Lateness lateness,
      Retention retention,
      boolean atRest) {
    this.settings = settings;
    this.grace = grace;
    this.lateness = lateness;
    this.retention = retention;
    this.atRest = atRest;
  }

  /**
   * The same for a system of which nobody has asked anything for a while: that something is open,
   * not settled, on its way or not projected is a discrepancy then.
   */
  public Verification atRest() {
    return new Verification(settings, grace, lateness, retention, true);
  }

  /**
   * The same where nodes keep usage for so long: what has passed is not compared. Else all of which
   * there are partitions is, also of a month that was made again for what was still open of it, and
   * has nothing else.
   */
  public Verification keeping(Retention kept) {
    return new Verification(settings, grace, lateness, kept, atRest);
  }

  /**
   * Verifies everything; takes as long as the journal is large.
   *
   * @param listener is told now and then how far it is
   * @throws dev.bursar.database.DatabaseUnusable if the database can't be reached
   */
  public Report run(Consumer<Counts> listener) {
    DatabaseSettings own = settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING).withPoolSize(1);
    try (Database database = Database.open(own)) {
      return database
          .jdbi()
          .inTransaction(
              TransactionIsolationLevel.REPEATABLE_READ,
              handle -> {
                handle.setReadOnly(true);
                FreshReads.hold(handle);
                return verify(new Snapshot(handle, retention), listener);
              });
    }
  }

  private Report verify(Snapshot snapshot, Consumer<Counts> listener) {
    Findings findings = new Findings(snapshot.journalRows(), atRest, listener);
    Map<String, Collection<EntityId>> byOrg = new TreeMap<>();
    for (EntityId id : snapshot.entities()) {
      byOrg.computeIfAbsent(id.org(), o -> new TreeSet<>(BY_ID)).add(id);
    }
    byOrg.forEach((org, entities) -> verify(org, entities, snapshot, findings));
    return findings.report();
  }

  private void verify(
      String orgId, Collection<EntityId> entities, Snapshot snapshot, Findings findings) {
    findings.orgs++;
    findings.entities += entities.size();
    Reservations reservations = new Reservations(orgId, findings);
    TransferVerification transfers = new TransferVerification(findings);
    TreeVerification tree = new TreeVerification(EntityId.org(orgId), snapshot, findings);
    Map<EntityId, Consumer<StoredRow>> takers = new LinkedHashMap<>();
    List<Runnable> finishes = new ArrayList<>();
    List<Runnable> closes = new ArrayList<>();
    for (EntityId id : entities) {
      switch (id.kind()) {
        case ORG -> {
          OrgVerification org = new OrgVerification(id, snapshot, lateness, reservations, findings);
          takers.put(id, org::take);
          finishes.add(org::finish);
          closes.add(org::close);
        }
        case TEAM -> {
          TeamVerification team = new TeamVerification(id, lateness, reservations, findings);
          takers.put(id, team::take);
          finishes.add(team::finish);
        }
        case WALLET -> {
          WalletVerification wallet =
              new WalletVerification(id, snapshot, grace, reservations, transfers, tree, findings);
          takers.put(id, wallet::take);
          finishes.add(wallet::finish);
          closes.add(wallet::close);
        }
      }
    }
    try (MergedJournals journals = new MergedJournals(snapshot, entities)) {
      journals.forEach((id, row) -> Objects.requireNonNull(takers.get(id)).accept(row));
      finishes.forEach(Runnable::run);
      reservations.finish();
      transfers.finish();
      tree.finish();
    } finally {
      closes.forEach(Runnable::run);
    }
  }
}
