package dev.bursar.database;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flyway's log, one level down: what it calls information is detail to us. Made by Flyway, by name.
 */
public final class FlywayLog implements LogCreator {

  @Override
  public Log createLogger(Class<?> type) {
    return new Quiet(LoggerFactory.getLogger(type));
  }

  private record Quiet(Logger logger) implements Log {

    @Override
    public boolean isDebugEnabled() {
      return logger.isTraceEnabled();
    }

    @Override
    public void debug(String message) {
      logger.trace(message);
    }

    @Override
    public void info(String message) {
      logger.debug(message);
    }

    @Override
    public void notice(String message) {
      logger.debug(message);
    }

    @Override
    public void warn(String message) {
      logger.warn(message);
    }

    @Override
    public void error(String message) {
      logger.error(message);
    }

    @Override
    public void error(String message, Exception e) {
      logger.error(message, e);
    }
  }
}
