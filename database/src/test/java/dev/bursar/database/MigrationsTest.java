package dev.bursar.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MigrationsTest {

  @Test
  void appliesEachVersionOnce() {
    DatabaseSettings settings = TestServer.fresh();

    assertThat(Migrations.migrate(settings)).isPositive();
    assertThat(Migrations.migrate(settings)).isZero();
  }

  @Test
  void aMigratedDatabaseCanBeCopied() {
    DatabaseSettings one = TestServer.SHARED.freshMigrated();
    DatabaseSettings other = TestServer.SHARED.freshMigrated();

    assertThat(Migrations.migrate(one)).isZero();
    assertThat(Migrations.migrate(other)).isZero();
    assertThat(one.jdbcUrl()).isNotEqualTo(other.jdbcUrl());
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
