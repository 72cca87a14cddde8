package dev.bursar.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MigrationsTest {

  @Test
  void appliesEachVersionOnce() {
    DatabaseSettings settings = TestServer.fresh();

    assertThat(Migrations.migrate(settings)).isEqualTo(1);
    assertThat(Migrations.migrate(settings)).isZero();
  }

  @Test
  void aMigratedDatabaseCanBeCopied() {
    DatabaseSettings template = TestServer.SHARED.freshDatabase("migrated_template");
    Migrations.migrate(template);

    DatabaseSettings copy = TestServer.SHARED.freshDatabase("migrated_copy", "migrated_template");

    assertThat(Migrations.migrate(copy)).isZero();
  }

  @Test
  void anEditedVersionIsRefused() {
    DatabaseSettings settings = TestServer.fresh();
    Migrations.migrate(settings);
    try (Database database = Database.open(settings)) {
      database
          .jdbi()
          .useHandle(
              h -> h.execute("update flyway_schema_history set checksum = 1 where version = '1'"));
    }

    assertThatThrownBy(() -> Migrations.migrate(settings))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageContaining("can't be migrated")
        .hasMessageContaining("checksum mismatch")
        .hasMessageNotContaining("\n");
  }

  @Test
  void anUnreachableServerIsOneClearLine() {
    assertThatThrownBy(
            () -> Migrations.migrate(DatabaseSettings.of("jdbc:postgresql://127.0.0.1:1/bursar")))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageContaining("can't be migrated")
        .hasMessageContaining("refused")
        .hasMessageNotContaining("\n");
  }
}
