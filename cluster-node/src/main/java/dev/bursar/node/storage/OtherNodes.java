package dev.bursar.node.storage;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseUnusable;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether others are on the database. Each node decides for itself, and tells only those who are
 * connected to it what changes: a second one is refused. A node is seen by what it confirms of the
 * catalog, over and over while it may decide; one that was killed is gone once it might no longer.
 */
public final class OtherNodes {

  private static final Logger LOG = LoggerFactory.getLogger(OtherNodes.class);
  private static final long LOOKS_EVERY_MILLIS = 200;

  private final String name;
  private final String former;
  private final Duration decidesFor;

  /**
   * @param name of this node
   * @param former the name of the one whose place it takes, which has ended; null if there is none
   * @param decidesFor for how long a node may decide after it has confirmed
   */
  public OtherNodes(String name, @Nullable String former, Duration decidesFor) {
    this.name = name;
    this.former = former == null ? name : former;
    this.decidesFor = decidesFor;
  }

  /**
   * Waits until those that were killed may decide no more.
   *
   * @throws DatabaseUnusable if one is alive, or the database can't be used
   */
  public void awaitEnd(DatabaseSettings settings) {
    try (Database database = Database.open(settings.withPoolSize(1))) {
      if (!isMade(database)) {
        return;
      }
      Optional<OffsetDateTime> first = lastSeen(database);
      if (first.isPresent()) {
        LOG.info("Another node was here until a moment ago; waiting whether it is.");
      }
      for (Optional<OffsetDateTime> now = first; now.isPresent(); now = lastSeen(database)) {
        if (now.get().isAfter(first.orElseThrow())) {
          throw alive(settings);
        }
        Thread.sleep(LOOKS_EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for another node to end", e);
    }
  }

  /**
   * To be asked once this node has confirmed, for one that was started at the same time.
   *
   * @throws DatabaseUnusable if there is another
   */
  public void demandNone(Database database) {
    if (lastSeen(database).isPresent()) {
      throw alive(database.settings());
    }
  }

  private static DatabaseUnusable alive(DatabaseSettings settings) {
    return new DatabaseUnusable(
        "%s is in use by another node. Stop that one, or use another database."
            .formatted(settings.address()));
  }

  private static boolean isMade(Database database) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select to_regclass('catalog_node') is not null")
                    .mapTo(Boolean.class)
                    .one());
  }

  /** When another confirmed for the last time, if it may still decide. */
  private Optional<OffsetDateTime> lastSeen(Database database) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select confirmed_at from catalog_node
                        where node <> :name and node <> :former
                          and confirmed_at > clock_timestamp() - :decidesFor * interval '1 millisecond'
                        order by confirmed_at desc limit 1
                        """)
                    .bind("name", name)
                    .bind("former", former)
                    .bind("decidesFor", decidesFor.toMillis())
                    .mapTo(OffsetDateTime.class)
                    .findOne());
  }
}
