package dev.bursar.projections.rebuild;

import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.progress.FreshReads;
import dev.bursar.projections.progress.Outages;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
     * @param progressMended of how many entities the live projections knew less than was projected
     */
    record Done(Duration projectionsWaited, Duration readersWaited, int progressMended)
        implements Outcome {}

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

  private static final String MEND =
      """
      with mended as (
        insert into %1$s (persistence_id, last_sequence)
        select made.persistence_id, made.last_sequence
        from %2$s made left join %1$s live using (persistence_id)
        where made.last_sequence > coalesce(live.last_sequence, 0)
        on conflict (persistence_id) do update set last_sequence = excluded.last_sequence
        returning persistence_id),
      woken as (
        insert into %3$s as d (persistence_id, due_at)
        select persistence_id, 'epoch' from mended where persistence_id not like 'team|%%'
        on conflict (persistence_id) do update set due_at = excluded.due_at, version = d.version + 1)
      select count(*) from mended
      """;

  private final Claim claim;
  private final Portions portions;
  private final RebuildSettings settings;
  private final List<String> tables;
  private final boolean allModels;

  /**
   * @param tables those of the models; of partitioned ones, the parent
   * @param allModels whether these are all models: then the progress may be theirs, too
   */
  Exchange(
      Claim claim,
      Portions portions,
      RebuildSettings settings,
      List<String> tables,
      boolean allModels) {
    this.claim = claim;
    this.portions = portions;
    this.settings = settings;
    this.tables = tables;
    this.allModels = allModels;
  }

  /**
   * Tries once.
   *
   * @throws RebuildFailure if the new tables are not where the old ones are, and can't take their
   *     place for it
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
      AtomicInteger mended = new AtomicInteger();
      inTime("what is due is moved", () -> mended.set(mendProgress(handle)));
      long readersWait = replace(handle);
      handle.commit();
      return new Outcome.Done(since(projectionsWait), since(readersWait), mended.get());
    } catch (GivenUp e) {
      handle.rollback();
      String holder =
          claim.holder(
              Stream.concat(Stream.of(PROGRESS, FreshReads.GATE), tables.stream()).toList());
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
    if (!portions.advance(StoredPositions.of(handle), inTime)) {
      throw new GivenUp("too much was left to project", null);
    }
  }

  /**
   * What the live projections have projected has to be what was projected here. Rows that they do
   * not know of, at the same position, they would never project: if all that is made of them takes
   * over, so does that they are projected. Nobody has noted either when the wallets and orgs among
   * them have something to do: each is woken soon, and tells.
   *
   * @return of how many entities they knew less
   * @throws RebuildFailure if they know more than the journal holds, or if only some models, which
   *     would then have more than the others, are to take over
   */
  private int mendProgress(Handle handle) {
    if (progress(handle, claim.live()).equals(progress(handle, Claim.SCHEMA))) {
      return 0;
    }
    ProgressDifference difference =
        ProgressDifference.of(handle, claim.live(), Claim.SCHEMA, PROGRESS);
    if (difference.ahead() != null) {
      throw new RebuildFailure(
          "The journal holds other rows than the live read models were made of: of %s. Nothing was replaced."
              .formatted(difference.ahead()));
    }
    if (!allModels) {
      throw new RebuildFailure(
          "The live read models lack rows of %,d entities, such as %s: all models have to be made anew, in one run without --model. Nothing was replaced."
              .formatted(difference.behind(), difference.first()));
    }
    return handle
        .createQuery(
            MEND.formatted(
                Sql.quoted(claim.live(), PROGRESS),
                Sql.quoted(Claim.SCHEMA, PROGRESS),
                Sql.quoted(claim.live(), "due_work")))
        .mapTo(Integer.class)
        .one();
  }

  /** The same for the same rows, and hardly for any others. */
  private static String progress(Handle handle, String schema) {
    return handle
        .createQuery(
            "select format('%s %s', count(*), sum(hashtextextended(persistence_id, last_sequence))) from "
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
                Stream.of(
                        // First: from here on nobody begins to read.
                        Stream.of(Sql.quoted(claim.live(), FreshReads.GATE)),
                        made.stream().map(table -> Sql.quoted(Claim.SCHEMA, table)),
                        tables.stream().map(table -> Sql.quoted(claim.live(), table)))
                    .flatMap(all -> all),
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
    } catch (RuntimeException e) {
      throw Outages.has(e, NOT_IN_TIME::contains) ? new GivenUp(reason, e) : e;
    }
  }
}
