package dev.bursar.database;

import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/**
 * The schema's versions: every {@code db/migration/V*.sql} on the class path, from whichever
 * module, applied in order and once.
 */
public final class Migrations {

  private Migrations() {}

  /**
   * Brings the database to the newest version; several nodes may do so at once, one works and the
   * others wait.
   *
   * @return how many versions were applied, 0 if it was up to date
   * @throws DatabaseUnusable if the server can't be reached, a migration fails (nothing of that
   *     version stays), or a version that was applied before has been edited or is not known here
   */
  public static int migrate(DatabaseSettings settings) {
    try {
      return flyway(settings).migrate().migrationsExecuted;
    } catch (FlywayException e) {
      throw new DatabaseUnusable(
          "%s can't be migrated: %s".formatted(settings.address(), reason(e)), e);
    }
  }

  /**
   * Sees to it that the database has exactly the versions that are known here, for programs that
   * work beside a node and leave it to the node to migrate.
   *
   * @throws DatabaseUnusable if it has fewer or more, or the server can't be reached
   */
  public static void demandCurrent(DatabaseSettings settings) {
    List<MigrationInfo> all;
    try {
      all = List.of(flyway(settings).info().all());
    } catch (FlywayException e) {
      throw new DatabaseUnusable(
          "%s can't be used: %s".formatted(settings.address(), reason(e)), e);
    }
    for (MigrationInfo each : all) {
      if (!each.getState().isApplied()) {
        throw new DatabaseUnusable(
            "%s lacks version %s of the schema, which this program knows: start a node of this version first, which migrates it."
                .formatted(settings.address(), each.getVersion()));
      }
      if (!each.getState().isResolved()) {
        throw new DatabaseUnusable(
            "%s has version %s of the schema, which this program does not know: use the program of the version that the nodes have."
                .formatted(settings.address(), each.getVersion()));
      }
    }
  }

  /** Without the statement timeout, since a migration takes as long as the data is large. */
  private static Flyway flyway(DatabaseSettings settings) {
    return Flyway.configure()
        .loggers(FlywayLog.class.getName())
        .dataSource(
            settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING).connectionUrl(),
            settings.user().isEmpty() ? null : settings.user(),
            settings.password().isEmpty() ? null : settings.password())
        .locations("classpath:db/migration")
        .failOnMissingLocations(true)
        .cleanDisabled(true)
        .load();
  }

  private static String reason(FlywayException e) {
    String root = DatabaseUnusable.rootMessage(e);
    String own = e.getMessage();
    return own == null || own.contains(root) ? (own == null ? root : own) : root;
  }
}
