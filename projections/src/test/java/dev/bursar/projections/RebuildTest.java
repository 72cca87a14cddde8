package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.database.DatabaseUnusable;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.readmodel.ReadModel;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildFailure;
import dev.bursar.projections.rebuild.RebuildProgress;
import dev.bursar.projections.rebuild.RebuildReport;
import dev.bursar.projections.rebuild.RebuildSettings;
import dev.bursar.projections.verify.Report;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Read models made anew are what they were, and nobody is stopped by it. */
class RebuildTest {

  private static final String SMALL_PAGES =
      """
      bursar.projections.rebuild { page-rows-max = 20, retry-interval = 20ms, retry-interval-max = 50ms }
      """;

  private final DatabaseSettings settings = TestServer.fresh();
  private final Database database = Database.open(settings);
  private final Jdbi jdbi = database.jdbi();
  private final JournalWriter journal = new JournalWriter(jdbi);

  @AfterEach
  void close() {
    database.close();
  }

  private ReadSide readSide() {
    return new ReadSide(
        settings,
        new NoEntities(),
        InstantSource.system(),
        "bursar.projections.poll-interval = 5ms");
  }

  private List<OrgWorld> orgs(int count, int steps) {
    List<OrgWorld> orgs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      orgs.add(new OrgWorld("org " + i + "|é", journal, i).founded());
    }
    live(orgs, steps);
    return orgs;
  }

  private void live(List<OrgWorld> orgs, int steps) {
    for (OrgWorld org : orgs) {
      org.live(steps);
      org.tellLater();
      journal.flush();
    }
  }

  private static RebuildSettings bounds(String overrides) {
    return RebuildSettings.from(
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.parseResources("projections.conf"))
            .resolve());
  }

  private Rebuild rebuild(Consumer<RebuildProgress> listener) {
    return new Rebuild(settings, bounds(SMALL_PAGES), RebuildTest::models, List.of(), listener);
  }

  private void assertFold() {
    Report report =
        new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
            .run(counts -> {});
    assertThat(report.discrepancies()).isEmpty();
    assertThat(report.counts().lagRows()).isZero();
    assertThat(report.counts().entries()).isPositive();
  }

  private List<String> tables() {
    return models(InstantSource.system()).all().stream()
        .flatMap(model -> model.tables().stream())
        .toList();
  }

  /** All rows of all tables, in some order that is the same each time. */
  private Map<String, List<String>> contents() {
    Map<String, List<String>> contents = new TreeMap<>();
    jdbi.useHandle(
        handle ->
            tables()
                .forEach(
                    table ->
                        contents.put(
                            table,
                            handle
                                .createQuery(
                                    "select cast(t as text) from %s t order by 1".formatted(table))
                                .mapTo(String.class)
                                .list())));
    return contents;
  }

  /** What the catalogs say of the tables, in words. */
  private Map<String, List<String>> structure() {
    Map<String, List<String>> structure = new TreeMap<>();
    jdbi.useHandle(
        handle -> {
          for (String table : tables()) {
            structure.put(
                table,
                handle
                    .createQuery(
                        """
                        select format('%s %s %s %s %s %s %s', attname, atttypid::regtype, attcollation,
                          attstorage, attidentity, attnotnull, attstattarget)
                        from pg_attribute where attrelid = cast(:t as regclass) and attnum > 0
                        union all
                        select format('%s %s %s', pg_get_indexdef(indexrelid), indisprimary, indisvalid)
                        from pg_index where indrelid = cast(:t as regclass)
                        union all
                        select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
                        where conrelid = cast(:t as regclass) and contype <> 'n'
                        union all
                        select format('%s %s', pg_get_triggerdef(oid), tgenabled) from pg_trigger
                        where tgrelid = cast(:t as regclass)
                        union all
                        select format('%s %s %s %s %s %s', relname, reloptions, relowner::regrole, relkind, relacl,
                          pg_get_partkeydef(oid))
                        from pg_class where oid = cast(:t as regclass)
                        order by 1
                        """)
                    .bind("t", table)
                    .mapTo(String.class)
                    .list());
          }
        });
    return structure;
  }

  private long oid(String table) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select cast(:t as regclass)::oid::bigint")
                .bind("t", table)
                .mapTo(Long.class)
                .one());
  }

  private boolean isCleared() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select not exists (select 1 from pg_namespace where nspname = 'rebuild')")
                .mapTo(Boolean.class)
                .one());
  }

  private static ReadModels models(InstantSource clock) {
    ProjectionSettings all =
        ProjectionSettings.from(ConfigFactory.parseResources("projections.conf").resolve());
    return new ReadModels(all.usage(), clock);
  }

  static List<String> names() {
    return models(InstantSource.system()).all().stream().map(ReadModel::name).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aModelMadeAnewIsWhatItWas(String name) {
    try (ReadSide readSide = readSide()) {
      OrgWorld spender = orgs(5, 60).getFirst();
      // Up to the limits of its budgets, which tell.
      for (int i = 0; i < 5; i++) {
        spender.overspend();
        spender.tellLater();
      }
      journal.flush();
      readSide.caughtUp();
    }
    Map<String, List<String>> before = contents();
    Map<String, List<String>> structure = structure();
    List<String> own = models(InstantSource.system()).named(List.of(name)).getFirst().tables();
    Map<String, Long> oids = new TreeMap<>();
    tables().forEach(table -> oids.put(table, oid(table)));

    RebuildReport report =
        new Rebuild(
                settings, bounds(SMALL_PAGES), RebuildTest::models, List.of(name), progress -> {})
            .run(true);

    assertThat(contents()).isEqualTo(before);
    assertThat(structure()).isEqualTo(structure);
    oids.forEach((table, oid) -> assertThat(oid(table) == oid).isNotEqualTo(own.contains(table)));
    assertThat(report.tableRows().keySet()).containsExactlyInAnyOrderElementsOf(own);
    report
        .tableRows()
        .forEach((table, rows) -> assertThat(rows).isEqualTo(before.get(table).size()));
    assertThat(report.tableRows().values()).anyMatch(rows -> rows > 0);
    assertThat(report.events()).isPositive();
    assertThat(isCleared()).isTrue();
    assertFold();
  }

  @Test
  void whatIsWrongIsRightAfterwards() {
    try (ReadSide readSide = readSide()) {
      orgs(2, 60);
      readSide.caughtUp();
    }
    Map<String, List<String>> before = contents();
    jdbi.useHandle(
        handle -> {
          handle.execute("update wallet_balance set balance = balance + 1");
          handle.execute("delete from audit_log");
        });

    assertThatThrownBy(() -> rebuild(progress -> {}).run(true))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("wallet_balance: of ")
        .hasMessageContaining("audit_log: 0 rows, made anew ")
        .hasMessageContaining("Nothing was replaced.")
        .hasMessageNotContaining("ledger_entry");
    assertThat(contents()).isNotEqualTo(before);
    assertThat(isCleared()).isTrue();

    rebuild(progress -> {}).run(false);
    assertThat(contents()).isEqualTo(before);
    assertFold();
  }

  @Test
  void goesOnWhileMoreIsProjected() {
    AtomicBoolean done = new AtomicBoolean();
    try (ReadSide readSide = readSide()) {
      List<OrgWorld> orgs = orgs(5, 40);
      readSide.caughtUp();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                while (!done.get()) {
                  orgs.forEach(org -> org.live(3, Duration.ofSeconds(1)));
                  journal.flush();
                  readSide.caughtUp();
                }
              });
      CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> readUntil(done));
      try {
        for (int i = 0; i < 3; i++) {
          long before = oid("ledger_entry");
          rebuild(progress -> {}).run(true);
          assertThat(oid("ledger_entry")).isNotEqualTo(before);
        }
      } finally {
        done.set(true);
        writer.join();
        reader.join();
      }
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
      assertFold();
    }
  }

  /** Reads of all tables are answered, also by plans that were made for the old ones. */
  private void readUntil(AtomicBoolean done) {
    jdbi.useHandle(
        handle -> {
          long rows = 0;
          while (!done.get()) {
            for (String table : tables()) {
              long now =
                  handle.createQuery("select count(*) from " + table).mapTo(Long.class).one();
              if (table.equals("ledger_entry")) {
                assertThat(now).isGreaterThanOrEqualTo(rows);
                rows = now;
              }
            }
          }
        });
  }

  @Test
  void waitsForALongReaderAndLetsTheOthersGoOn() throws InterruptedException {
    try (ReadSide readSide = readSide()) {
      List<OrgWorld> orgs = orgs(2, 30);
      readSide.caughtUp();
      AtomicReference<String> waiting = new AtomicReference<>();
      CountDownLatch waited = new CountDownLatch(2);
      long before = oid("ledger_entry");
      CompletableFuture<RebuildReport> running;
      // An idle transaction of a node would be ended by its timeouts.
      try (Database patient =
              Database.open(settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING).withPoolSize(1));
          Handle reader = patient.jdbi().open()) {
        reader.begin();
        reader.execute("select count(*) from ledger_entry");
        running =
            CompletableFuture.supplyAsync(
                () ->
                    rebuild(
                            progress -> {
                              if (progress.stage().startsWith("waiting")) {
                                waiting.set(progress.stage());
                                waited.countDown();
                              }
                            })
                        .run(false));
        running.whenComplete(
            (report, failure) -> {
              waited.countDown();
              waited.countDown();
            });
        waited.await();
        live(orgs, 10);
        readSide.caughtUp();
        assertThat(oid("ledger_entry")).isEqualTo(before);
        reader.commit();
      }
      assertThat(running.join().tries()).isGreaterThan(2);
      assertThat(waiting.get()).contains("somebody reads the old tables: pid ").contains("bursar");
      assertThat(oid("ledger_entry")).isNotEqualTo(before);
      live(orgs, 10);
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
      assertFold();
    }
  }

  @Test
  void aRebuildThatIsKilledChangesNothingAndIsClearedAwayByTheNext() {
    try (ReadSide readSide = readSide()) {
      orgs(3, 60);
      readSide.caughtUp();
    }
    Map<String, List<String>> before = contents();
    long oid = oid("ledger_entry");

    assertThatThrownBy(
            () ->
                rebuild(
                        progress -> {
                          if (progress.stage().equals("tidying up")) {
                            killRebuild();
                          }
                        })
                    .run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageNotContaining("\n");
    assertThat(isCleared()).isFalse();
    assertThat(contents()).isEqualTo(before);
    assertThat(oid("ledger_entry")).isEqualTo(oid);

    rebuild(progress -> {}).run(true);
    assertThat(isCleared()).isTrue();
    assertThat(contents()).isEqualTo(before);
  }

  private void killRebuild() {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                select pg_terminate_backend(pid, 5000) from pg_stat_activity
                where application_name = 'bursar-rebuild' and datname = current_database()
                """));
  }

  @Test
  void thereIsOneAtATime() {
    orgs(1, 5);
    AtomicReference<Throwable> second = new AtomicReference<>();
    rebuild(
            progress -> {
              if (progress.stage().equals("tidying up")) {
                try {
                  rebuild(other -> {}).run(false);
                } catch (RuntimeException e) {
                  second.set(e);
                }
              }
            })
        .run(false);
    assertThat(second.get())
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("Another rebuild works on this database");
  }

  @Test
  void aRowThatCanNotBeReadStopsItAndNothingIsReplaced() {
    List<OrgWorld> orgs;
    try (ReadSide readSide = readSide()) {
      orgs = orgs(2, 30);
      readSide.caughtUp();
    }
    Map<String, List<String>> before = contents();
    long oid = oid("ledger_entry");
    EntityId wallet = orgs.getFirst().walletId;
    asSuperuser(
        "alter table event_journal disable trigger all",
        "update event_journal set event_payload = '\\x00' where persistence_id = '%s' and sequence_number = 3"
            .formatted(wallet));

    assertThatThrownBy(() -> rebuild(progress -> {}).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("Row 3 of " + wallet)
        .hasMessageContaining("can't be read")
        .hasMessageContaining("Nothing was replaced.");
    assertThat(contents()).isEqualTo(before);
    assertThat(oid("ledger_entry")).isEqualTo(oid);
    assertThat(isCleared()).isTrue();
  }

  @Test
  void aMissingRowStopsIt() {
    List<OrgWorld> orgs;
    try (ReadSide readSide = readSide()) {
      orgs = orgs(2, 30);
      readSide.caughtUp();
    }
    asSuperuser(
        "alter table event_journal disable trigger all",
        "delete from event_journal where persistence_id = '%s' and sequence_number = (select max(sequence_number) from event_journal where persistence_id = '%s')"
            .formatted(orgs.getFirst().walletId, orgs.getFirst().walletId));
    assertThatThrownBy(() -> rebuild(progress -> {}).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("The journal holds other rows than the live read models");
  }

  @Test
  void grantsStay() {
    orgs(1, 10);
    asSuperuser(
        "do $$ begin create role analyst; exception when duplicate_object then null; end $$",
        "grant select on ledger_entry to analyst with grant option",
        "grant select (org, name) on org to analyst",
        "grant insert on org to public");
    Map<String, List<String>> before = structure();
    rebuild(progress -> {}).run(false);
    assertThat(structure()).isEqualTo(before);
    assertThat(columnGrants()).containsExactly("name", "org");
  }

  private List<String> columnGrants() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    select attname from pg_attribute
                    where attrelid = 'org'::regclass and attacl is not null order by 1
                    """)
                .mapTo(String.class)
                .list());
  }

  @Test
  void aSuperuserMakesTablesOfTheSameOwner() {
    orgs(1, 10);
    Map<String, List<String>> before = structure();
    new Rebuild(
            TestServer.asSuperuser(settings),
            bounds(SMALL_PAGES),
            RebuildTest::models,
            List.of(),
            progress -> {})
        .run(false);
    assertThat(structure()).isEqualTo(before);
  }

  @Test
  void somebodyElsesSchemaIsLeftAlone() {
    jdbi.useHandle(handle -> handle.execute("create schema rebuild"));
    assertThatThrownBy(() -> rebuild(progress -> {}).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("The schema \"rebuild\" of this database is not one");
    assertThat(isCleared()).isFalse();
  }

  @Test
  void anotherVersionOfTheSchemaIsRefused() {
    jdbi.useHandle(
        handle -> handle.execute("delete from flyway_schema_history where version = '8'"));
    assertThatThrownBy(() -> rebuild(progress -> {}).run(false))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageContaining("lacks version 8 of the schema");
  }

  @Test
  void aMigrationMeanwhileStopsIt() {
    orgs(1, 5);
    assertThatThrownBy(
            () ->
                rebuild(
                        progress -> {
                          if (progress.stage().equals("tidying up")) {
                            migrated();
                          }
                        })
                    .run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("The schema was migrated meanwhile");
  }

  private void migrated() {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into flyway_schema_history
                select installed_rank + 100, '999', description, type, script, checksum, installed_by,
                  installed_on, execution_time, success
                from flyway_schema_history order by installed_rank desc limit 1
                """));
  }

  private void asSuperuser(String... statements) {
    try (Database all = Database.open(TestServer.asSuperuser(settings).withPoolSize(1))) {
      all.jdbi().useHandle(handle -> List.of(statements).forEach(handle::execute));
    }
  }
}
