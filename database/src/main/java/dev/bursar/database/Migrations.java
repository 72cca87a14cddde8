package dev.bursar.database;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The schema's versions: every {@code db/migration/V*.sql} on the class path, from whichever
 * module, applied in order and once.
 */
public final class Migrations {

  private Migrations() {}

  /**
   * Brings the database to the newest version; several nodes may do so at once, one works and the
   * others wait. Without the statement timeout, since a migration takes as long as the data is
   * large.
   *
   * @return how many versions were applied, 0 if it was up to date
   * @throws DatabaseUnusable if the server can't be reached, a migration fails (nothing of that
   *     version stays), or a version that was applied before has been edited or is not known here
   */
  public static int migrate(DatabaseSettings settings) {
    DatabaseSettings unhurried = settings.withTimeouts(DatabaseTimeouts.LONG_RUNNING);
    try {
      return Flyway.configure()
          .loggers(FlywayLog.class.getName())
          .dataSource(
              unhurried.connectionUrl(),
              settings.user().isEmpty() ? null : settings.user(),
              settings.password().isEmpty() ? null : settings.password())
          .locations("classpath:db/migration")
          .failOnMissingLocations(true)
          .cleanDisabled(true)
          .load()
          .migrate()
          .migrationsExecuted;
    } catch (FlywayException e) {
      throw new DatabaseUnusable(
          "%s can't be migrated: %s".formatted(settings.address(), reason(e)), e);
    }
  }

  private static String reason(FlywayException e) {
    String root = DatabaseUnusable.rootMessage(e);
    String own = e.getMessage();
    return own == null || own.contains(root) ? (own == null ? root : own) : root;
  }
}
