package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.DatabaseUnusable;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildFailure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A rebuild of which nothing can come changes nothing. */
class RebuildStopsTest {

  private final Rebuilds rebuilds = new Rebuilds();

  @AfterEach
  void close() {
    rebuilds.close();
  }

  @Test
  void aRowThatCanNotBeReadStopsItAndNothingIsReplaced() {
    List<OrgWorld> orgs;
    try (ReadSide readSide = rebuilds.readSide()) {
      orgs = rebuilds.world.orgs(2, 30);
      readSide.caughtUp();
    }
    Map<String, List<String>> before = rebuilds.contents();
    long oid = rebuilds.oid("ledger_entry");
    EntityId wallet = orgs.getFirst().walletId;
    rebuilds.world.asSuperuser(
        "alter table event_journal disable trigger all",
        "update event_journal set event_payload = '\\x00' where persistence_id = '%s' and sequence_number = 3"
            .formatted(wallet));

    assertThatThrownBy(() -> rebuilds.with(progress -> {}).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("Row 3 of " + wallet)
        .hasMessageContaining("can't be read")
        .hasMessageContaining("Nothing was replaced.");
    assertThat(rebuilds.contents()).isEqualTo(before);
    assertThat(rebuilds.oid("ledger_entry")).isEqualTo(oid);
    assertThat(rebuilds.isCleared()).isTrue();
  }

  @Test
  void aMissingRowStopsIt() {
    List<OrgWorld> orgs;
    try (ReadSide readSide = rebuilds.readSide()) {
      orgs = rebuilds.world.orgs(2, 30);
      readSide.caughtUp();
    }
    rebuilds.world.asSuperuser(
        "alter table event_journal disable trigger all",
        "delete from event_journal where persistence_id = '%s' and sequence_number = (select max(sequence_number) from event_journal where persistence_id = '%s')"
            .formatted(orgs.getFirst().walletId, orgs.getFirst().walletId));
    assertThatThrownBy(() -> rebuilds.with(progress -> {}).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("The journal holds other rows than the live read models")
        .hasMessageContaining(orgs.getFirst().walletId + ", of which they know ");
  }

  @Test
  void whatTheLiveModelsLackIsMendedWhenAllAreMadeAnew() {
    OrgWorld behind;
    OrgWorld lost;
    try (ReadSide readSide = rebuilds.readSide()) {
      List<OrgWorld> orgs = rebuilds.world.orgs(2, 30);
      behind = orgs.getFirst();
      lost = orgs.getLast();
      readSide.caughtUp();
    }
    Map<String, List<String>> before = rebuilds.contents();
    List<String> progress = progress();
    rebuilds.world.jdbi.useHandle(
        handle -> {
          handle.execute(
              "update entity_progress set last_sequence = last_sequence - 2 where persistence_id = ?",
              behind.walletId.toString());
          handle.execute(
              "delete from entity_progress where persistence_id = ?", lost.walletId.toString());
          handle.execute("delete from due_work where persistence_id = ?", lost.walletId.toString());
          handle.execute("delete from wallet_balance");
        });

    assertThatThrownBy(() -> of("wallets").run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("lack rows of 2 entities, such as wallet|")
        .hasMessageContaining("without --model. Nothing was replaced.");
    assertThatThrownBy(() -> of("audit").run(true))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("entity_progress: ");

    assertThat(rebuilds.with(told -> {}).run(false).progressMended()).isEqualTo(2);
    assertThat(progress()).isEqualTo(progress);
    assertThat(rebuilds.contents()).isEqualTo(before);
    assertThat(due()).contains(behind.walletId.toString(), lost.walletId.toString());
    rebuilds.world.live(List.of(behind, lost), 5);
    try (ReadSide readSide = rebuilds.readSide()) {
      readSide.caughtUp();
      assertThat(readSide.projections.status()).allMatch(status -> status.failures() == 0);
    }
    rebuilds.world.assertFold();
  }

  private Rebuild of(String model) {
    return new Rebuild(
        rebuilds.world.settings, Rebuilds.bounds(), Rebuilds::models, List.of(model), told -> {});
  }

  /** Those who are woken at once. */
  private List<String> due() {
    return rebuilds.world.jdbi.withHandle(
        handle ->
            handle
                .createQuery("select persistence_id from due_work where due_at = 'epoch'")
                .mapTo(String.class)
                .list());
  }

  private List<String> progress() {
    return rebuilds.world.jdbi.withHandle(
        handle ->
            handle
                .createQuery("select cast(p as text) from entity_progress p order by 1")
                .mapTo(String.class)
                .list());
  }

  @Test
  void somebodyElsesSchemaIsLeftAlone() {
    rebuilds.world.jdbi.useHandle(handle -> handle.execute("create schema rebuild"));
    assertThatThrownBy(() -> rebuilds.with(progress -> {}).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("The schema \"rebuild\" of this database is not one");
    assertThat(rebuilds.isCleared()).isFalse();
  }

  @Test
  void anotherVersionOfTheSchemaIsRefused() {
    rebuilds.world.jdbi.useHandle(
        handle -> handle.execute("delete from flyway_schema_history where version = '8'"));
    assertThatThrownBy(() -> rebuilds.with(progress -> {}).run(false))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageContaining("lacks version 8 of the schema");
  }

  @Test
  void aMigrationMeanwhileStopsIt() {
    rebuilds.world.orgs(1, 5);
    assertThatThrownBy(() -> rebuilds.interrupted(this::migrated).run(false))
        .isInstanceOf(RebuildFailure.class)
        .hasMessageContaining("The schema was migrated meanwhile");
  }

  private void migrated() {
    rebuilds.world.jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into flyway_schema_history
                select installed_rank + 100, '999', description, type, script, checksum, installed_by,
                  installed_on, execution_time, success
                from flyway_schema_history order by installed_rank desc limit 1
                """));
  }
}
