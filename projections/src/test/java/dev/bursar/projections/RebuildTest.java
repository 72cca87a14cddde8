package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.projections.readmodel.ReadModel;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildFailure;
import dev.bursar.projections.rebuild.RebuildReport;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Read models made anew are what they were. */
class RebuildTest {

  private final Rebuilds rebuilds = new Rebuilds();

  @AfterEach
  void close() {
    rebuilds.close();
  }

  static List<String> names() {
    return Rebuilds.models(InstantSource.system()).all().stream().map(ReadModel::name).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aModelMadeAnewIsWhatItWas(String name) {
    try (ReadSide readSide = rebuilds.readSide()) {
      OrgWorld spender = rebuilds.world.orgs(5, 60).getFirst();
      // Up to the limits of its budgets, which tell.
      for (int i = 0; i < 5; i++) {
        spender.overspend();
        spender.tellLater();
      }
      rebuilds.world.journal.flush();
      readSide.caughtUp();
    }
    Map<String, List<String>> before = rebuilds.contents();
    Map<String, List<String>> structure = rebuilds.structure();
    List<String> own =
        Rebuilds.models(InstantSource.system()).named(List.of(name)).getFirst().tables();
    Map<String, Long> oids = new TreeMap<>();
    rebuilds.tables().forEach(table -> oids.put(table, rebuilds.oid(table)));

    RebuildReport report =
        new Rebuild(
                rebuilds.world.settings,
                Rebuilds.bounds(),
                Rebuilds::models,
                List.of(name),
                progress -> {})
            .run(true);

    assertThat(rebuilds.contents()).isEqualTo(before);
    assertThat(rebuilds.structure()).isEqualTo(structure);
    oids.forEach(
        (table, oid) -> assertThat(rebuilds.oid(table) == oid).isNotEqualTo(own.contains(table)));
    assertThat(report.tableRows().keySet()).containsExactlyInAnyOrderElementsOf(own);
    report
        .tableRows()
        .forEach((table, rows) -> assertThat(rows).isEqualTo(before.get(table).size()));
    assertThat(report.tableRows().values()).anyMatch(rows -> rows > 0);
    assertThat(report.events()).isPositive();
    assertThat(rebuilds.isCleared()).isTrue();
    rebuilds.world.assertFold();
  }

  @Test
  void aLedgerThatContradictsItsSignedHeadDoesNotTakeOver() {
    try (ReadSide readSide = rebuilds.readSide()) {
      for (OrgWorld org : rebuilds.world.orgs(2, 60)) {
        readSide.caughtUp();
        ReadSide.await(readSide.projections.proofs().checkpoint(org.orgId.org()));
      }
    }
    rebuilds.with(progress -> {}).run(false);
    Map<String, List<String>> before = rebuilds.contents();
    for (String change : List.of("root = sha256(root)", "size = size + 1")) {
      try (Database all =
          Database.open(TestServer.asSuperuser(rebuilds.world.settings).withPoolSize(1))) {
        all.jdbi()
            .useHandle(
                handle -> {
                  handle.execute("alter table ledger_checkpoint disable trigger all");
                  assertThat(
                          handle.execute(
                              "update ledger_checkpoint set %s where org like 'org 1%%'"
                                  .formatted(change)))
                      .isOne();
                });
      }
      assertThatThrownBy(() -> rebuilds.with(progress -> {}).run(false))
          .isInstanceOf(RebuildFailure.class)
          .hasMessageContaining("heads of ledgers that were signed")
          .hasMessageContaining("the ledger of org 1")
          .hasMessageContaining("Nothing was replaced");
      assertThat(rebuilds.isCleared()).isTrue();
    }
    assertThat(rebuilds.contents()).isEqualTo(before);
    new Rebuild(
            rebuilds.world.settings,
            Rebuilds.bounds(),
            Rebuilds::models,
            List.of("wallets"),
            progress -> {})
        .run(false);
  }

  @Test
  void whatIsWrongIsRightAfterwards() {
    try (ReadSide readSide = rebuilds.readSide()) {
      rebuilds.world.orgs(2, 60);
      readSide.caughtUp();
    }
    Map<String, List<String>> before = rebuilds.contents();
    rebuilds.world.jdbi.useHandle(
        handle -> {
          handle.execute("update wallet_balance set balance = balance + 1");
          handle.execute("delete from audit_log");
        });

    assertThatThrownBy(() -> rebuilds.with(progress -> {}).run(true))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("wallet_balance: of ")
        .hasMessageContaining("audit_log: 0 rows, made anew ")
        .hasMessageContaining("Nothing was replaced.")
        .hasMessageNotContaining("ledger_entry");
    assertThat(rebuilds.contents()).isNotEqualTo(before);
    assertThat(rebuilds.isCleared()).isTrue();

    rebuilds.with(progress -> {}).run(false);
    assertThat(rebuilds.contents()).isEqualTo(before);
    rebuilds.world.assertFold();
  }

  @Test
  void grantsStay() {
    rebuilds.world.orgs(1, 10);
    rebuilds.world.asSuperuser(
        "do $$ begin create role analyst; exception when duplicate_object then null; end $$",
        "grant select on ledger_entry to analyst with grant option",
        "grant select (org, name) on org to analyst",
        "grant insert on org to public");
    Map<String, List<String>> before = rebuilds.structure();
    rebuilds.with(progress -> {}).run(false);
    assertThat(rebuilds.structure()).isEqualTo(before);
    assertThat(columnGrants()).containsExactly("name", "org");
  }

  private List<String> columnGrants() {
    return rebuilds.world.jdbi.withHandle(
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
    rebuilds.world.orgs(1, 10);
    Map<String, List<String>> before = rebuilds.structure();
    new Rebuild(
            TestServer.asSuperuser(rebuilds.world.settings),
            Rebuilds.bounds(),
            Rebuilds::models,
            List.of(),
            progress -> {})
        .run(false);
    assertThat(rebuilds.structure()).isEqualTo(before);
  }
}
