package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;

/** Orgs with a journal in a database of their own, and what has been projected of it. */
final class ProjectedOrgs implements AutoCloseable {

  final DatabaseSettings settings = TestServer.fresh();
  final JournalWriter journal;
  final Jdbi jdbi;
  private final Database database = Database.open(settings);

  ProjectedOrgs() {
    jdbi = database.jdbi();
    journal = new JournalWriter(jdbi);
  }

  @Override
  public void close() {
    database.close();
  }

  ReadSide readSide(String overrides) {
    return new ReadSide(settings, new NoEntities(), InstantSource.system(), overrides);
  }

  /** So many orgs that have lived for a while. */
  List<OrgWorld> orgs(int count, int steps) {
    List<OrgWorld> orgs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      orgs.add(new OrgWorld("org " + i + "|é", journal, i).founded());
    }
    live(orgs, steps);
    return orgs;
  }

  /** Orgs in different slices. */
  List<OrgWorld> inSlices(int count) {
    List<OrgWorld> orgs = new ArrayList<>();
    Set<Integer> slices = new HashSet<>();
    for (int i = 0; orgs.size() < count; i++) {
      if (slices.add(SliceRange.sliceOf("org-" + i))) {
        orgs.add(new OrgWorld("org-" + i, journal, i).founded());
      }
    }
    return orgs;
  }

  void live(List<OrgWorld> orgs, int steps) {
    for (OrgWorld org : orgs) {
      org.live(steps);
      org.tellLater();
      journal.flush();
    }
  }

  /** The read tables are the fold of the whole journal. */
  void assertFold() {
    Report report =
        new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
            .run(counts -> {});
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.counts().lagRows()).isZero();
    assertThat(report.counts().entries()).isPositive();
  }

  /** How far an entity's journal is projected. */
  long projected(EntityId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select last_sequence from entity_progress where persistence_id = ?")
                .bind(0, id.toString())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
  }

  /** Where an entity's journal ends. */
  long head(EntityId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select max(sequence_number) from event_journal where persistence_id = ?")
                .bind(0, id.toString())
                .mapTo(Long.class)
                .one());
  }

  void asSuperuser(String... statements) {
    // Behind whoever works on the tables, which takes as long as a statement may.
    DatabaseSettings patient =
        TestServer.asSuperuser(settings)
            .withTimeouts(DatabaseTimeouts.LONG_RUNNING)
            .withPoolSize(1);
    try (Database all = Database.open(patient)) {
      all.jdbi().useHandle(handle -> List.of(statements).forEach(handle::execute));
    }
  }
}
