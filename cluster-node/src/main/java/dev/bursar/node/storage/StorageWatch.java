package dev.bursar.node.storage;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the database over and over whether it is there, on a connection of its own: however busy the
 * node's connections are, they say nothing about that. While the process stands still, nobody asks,
 * and the database is not silent.
 */
public final class StorageWatch implements AutoCloseable {

  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(1);

  /** A connection may have to be made first. */
  private static final Duration QUESTION_MAX = ANSWERS_WITHIN.multipliedBy(2);

  private static final DatabaseTimeouts TIMEOUTS =
      new DatabaseTimeouts(
          ANSWERS_WITHIN,
          ANSWERS_WITHIN,
          Duration.ZERO,
          ANSWERS_WITHIN.multipliedBy(2),
          ANSWERS_WITHIN);

  private static final Logger LOG = LoggerFactory.getLogger(StorageWatch.class);

  private final DatabaseSettings settings;
  private final Duration silenceMax;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("storage-watch").factory());
  private final Silence silence;

  /** Used by the one thread. */
  private @Nullable Connection connection;

  private StorageWatch(DatabaseSettings settings, Duration interval, Duration silenceMax) {
    this.settings = settings.withTimeouts(TIMEOUTS).withApplicationName("bursar-watch");
    this.silenceMax = silenceMax;
    this.silence = new Silence(System::nanoTime, QUESTION_MAX, interval);
  }

  /**
   * Begins to watch a database that is there.
   *
   * @param interval how often to ask
   * @param silenceMax for how long it may give no answer before it counts as away; longer than
   *     {@code interval} and the second or two that an answer may take
   */
  public static StorageWatch start(
      DatabaseSettings settings, Duration interval, Duration silenceMax) {
    StorageWatch watch = new StorageWatch(settings, interval, silenceMax);
    var unused =
        watch.thread.scheduleWithFixedDelay(
            watch::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  /** For how long the database has given no answer, if that is too long. */
  public Optional<Duration> away() {
    Duration length = silence.length();
    return length.compareTo(silenceMax) > 0 ? Optional.of(length) : Optional.empty();
  }

  /** Whatever goes wrong, it is looked again. */
  private void look() {
    silence.asked();
    boolean answered = false;
    try {
      answered = isThere();
    } catch (RuntimeException e) {
      LOG.warn("The database can't be asked whether it is there", e);
    }
    if (answered) {
      silence.answered();
    } else {
      hangUp();
      silence.unanswered();
    }
  }

  private boolean isThere() {
    try {
      if (connection == null) {
        connection =
            DriverManager.getConnection(
                settings.connectionUrl(), settings.user(), settings.password());
      }
      return connection.isValid((int) ANSWERS_WITHIN.toSeconds());
    } catch (SQLException e) {
      // That it is away is what there is to know; whoever is asked says so.
      return false;
    }
  }

  private void hangUp() {
    try (Connection broken = connection) {
      connection = null;
    } catch (SQLException e) {
      // It was broken already.
    }
  }

  @Override
  public void close() {
    thread.execute(this::hangUp);
    thread.shutdown();
  }
}
