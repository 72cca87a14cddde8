package dev.bursar.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * An open pool of connections to one PostgreSQL, and the SQL interface over it. To be closed by who
 * opened it.
 */
public final class Database implements AutoCloseable {

  private final DatabaseSettings settings;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(DatabaseSettings settings, HikariDataSource pool) {
    this.settings = settings;
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Opens a pool and tries one connection.
   *
   * @throws DatabaseUnusable if the server can't be reached, or refuses
   */
  public static Database open(DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(settings.applicationName());
    config.setJdbcUrl(settings.connectionUrl());
    if (!settings.user().isEmpty()) {
      config.setUsername(settings.user());
    }
    if (!settings.password().isEmpty()) {
      config.setPassword(settings.password());
    }
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(settings.timeouts().connection().toMillis());
    try {
      return new Database(settings, new HikariDataSource(config));
    } catch (RuntimeException e) {
      throw new DatabaseUnusable(
          "%s can't be used: %s".formatted(settings.address(), DatabaseUnusable.rootMessage(e)), e);
    }
  }

  public DatabaseSettings settings() {
    return settings;
  }

  /**
   * The SQL interface; each use takes a connection from the pool, or fails after the connection
   * timeout.
   */
  public Jdbi jdbi() {
    return jdbi;
  }

  /** The pool itself, for libraries that want a {@code DataSource}. */
  public HikariDataSource dataSource() {
    return pool;
  }

  /** Closes all connections; work in progress on them fails. */
  @Override
  public void close() {
    pool.close();
  }
}
