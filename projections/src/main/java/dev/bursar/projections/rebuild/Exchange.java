package dev.bursar.projections.rebuild;

import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.readmodel.ReadModelProjection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The new tables take the place of the old, in one transaction, at exactly the same position. It
 * locks as the live projections do, progress first, so that they wait and nobody deadlocks; and if
 * anybody is in the way for longer than a moment, it gives up and lets everybody go on.
 */
final class Exchange {

  /** The table that the live projections write first, and that a rebuild has one of its own of. */
  static final String PROGRESS = "entity_progress";

  /** What a try came to. */
  sealed interface Outcome {

    /**
     * The new tables are in place.
     *
     * @param projectionsWaited how long the live projections were kept waiting
     * @param readersWaited how long readers were
     */
    record Done(Duration projectionsWaited, Duration readersWaited) implements Outcome {}

    /**
     * Everything is as it was.
     *
     * @param reason who or what was in the way
     */
    record InTheWay(String reason) implements Outcome {}
  }

  private static final class GivenUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GivenUp(String reason, @Nullable Throwable cause) {
      super(reason, cause);
    }
  }

  /**
   * SQL states: not within {@code lock_timeout}, not within {@code statement_timeout}, and chosen
   * to give way where two wait for each other.
   */
  private static final Set<String> NOT_IN_TIME = Set.of("55P03", "57014", "40P01");

  private final Claim claim;
  private final Portions portions;
  private final RebuildSettings settings;
  private final List<String> tables;

  /**
   * @param tables those of the models; of partitioned ones, the parent
   */
  Exchange(Claim claim, Portions portions, RebuildSettings settings, List<String> tables) {
    this.claim = claim;
    this.portions = portions;
    this.settings = settings;
    this.tables = tables;
  }

  /**
   * Tries once.
   *
   * @throws RebuildFailure if the new tables are not where the old ones are
   */
  Outcome attempt() {
    Handle handle = claim.handle();
    handle.begin();
    try {
      Sql.run(handle, "set local lock_timeout = " + settings.lockWait().toMillis());
      inTime(
          "the projections are writing",
          () -> lock(handle, Stream.of(Sql.quoted(claim.live(), PROGRESS)), "exclusive"));
      long projectionsWait = System.nanoTime();
      reachLive(handle, projectionsWait);
      long readersWait = replace(handle);
      handle.commit();
      return new Outcome.Done(since(projectionsWait), since(readersWait));
    } catch (GivenUp e) {
      handle.rollback();
      String holder = claim.holder(Stream.concat(Stream.of(PROGRESS), tables.stream()).toList());
      return new Outcome.InTheWay(e.getMessage() + (holder == null ? "" : ": " + holder));
    } catch (RuntimeException e) {
      handle.rollback();
      throw e;
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /** Projects what the live projections have projected last; they wait. */
  private void reachLive(Handle handle, long began) {
    claim.demandUnmigrated();
    BooleanSupplier inTime = () -> System.nanoTime() - began < settings.standstillMax().toNanos();
    if (!portions.advance(StoredPositions.of(handle, ReadModelProjection.NAME), inTime)) {
      throw new GivenUp("too much was left to project", null);
    }
    List<String> progress =
        Stream.of(claim.live(), Claim.SCHEMA).map(schema -> progress(handle, schema)).toList();
    if (!progress.getFirst().equals(progress.getLast())) {
      throw new RebuildFailure(
          "The journal holds other rows than the live read models were made of: they know %s, it holds %s. Nothing was replaced."
              .formatted(progress.getFirst(), progress.getLast()));
    }
  }

  private static String progress(Handle handle, String schema) {
    return handle
        .createQuery(
            "select format('%s entities with %s rows', count(*), coalesce(sum(last_sequence), 0)) from "
                + Sql.quoted(schema, PROGRESS))
        .mapTo(String.class)
        .one();
  }

  /** Puts the new tables in the place of the old; answers since when readers wait. */
  private long replace(Handle handle) {
    List<String> old = claim.withPartitions(tables);
    List<String> made = claim.made(List.of(PROGRESS));
    // A partition that there was and is no more had nothing in it.
    List<String> grants =
        Grants.on(handle, claim.live(), made.stream().filter(old::contains).toList());
    // Of all waits together, so that it stays under the time after which PostgreSQL looks for
    // deadlocks and chooses a victim.
    Sql.run(handle, "set local statement_timeout = " + settings.lockWait().toMillis());
    long readersWait = System.nanoTime();
    inTime(
        "somebody reads the old tables",
        () ->
            lock(
                handle,
                Stream.concat(
                    made.stream().map(table -> Sql.quoted(Claim.SCHEMA, table)),
                    tables.stream().map(table -> Sql.quoted(claim.live(), table))),
                "access exclusive"));
    Sql.run(handle, "set local statement_timeout = " + settings.standstillMax().toMillis());
    inTime("putting them in place takes too long", () -> move(handle, made, grants));
    return readersWait;
  }

  private void move(Handle handle, List<String> made, List<String> grants) {
    Sql.run(
        handle,
        tables.stream()
            .map(table -> Sql.quoted(claim.live(), table))
            .collect(Collectors.joining(", ", "drop table ", "")));
    for (String table : made) {
      Sql.run(
          handle,
          "alter table %s set schema %s"
              .formatted(Sql.quoted(Claim.SCHEMA, table), Sql.quoted(claim.live())));
    }
    grants.forEach(grant -> Sql.run(handle, grant));
  }

  private static void lock(Handle handle, Stream<String> tables, String mode) {
    Sql.run(
        handle,
        tables.collect(Collectors.joining(", ", "lock table ", " in %s mode".formatted(mode))));
  }

  /** Gives up if the time is over before it is done. */
  private static void inTime(String reason, Runnable work) {
    try {
      work.run();
    } catch (RebuildFailure e) {
      if (e.getCause() instanceof SQLException cause && NOT_IN_TIME.contains(cause.getSQLState())) {
        throw new GivenUp(reason, e);
      }
      throw e;
    }
  }
}
