package dev.bursar.projections.rebuild;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.database.Migrations;
import dev.bursar.projections.journal.JournalTime;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.journal.StoredPositions;
import dev.bursar.projections.readmodel.ReadModel;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.tree.SignedHeads;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Read models made anew from the journal's first row, beside the nodes, which go on: into tables of
 * their own, up to exactly where the live ones are, in whose place they are then put in one step.
 * Until then the live tables are not touched.
 *
 * <p>Due work is no read model, and the signed heads of ledgers can't be made again: both are left
 * alone. A ledger's tree takes over only if it begins as the largest head that was signed of it.
 */
public final class Rebuild {

  private static final String NOTHING_REPLACED = " Nothing was replaced.";
  private static final String REPLACING = "taking the old tables' place";
  private static final String TREE = "ledger_tree";

  /** The claim, positions, comparison or what is kept. */
  private static final int OTHER_CONNECTIONS = 3;

  private final DatabaseSettings database;
  private final RebuildSettings settings;
  private final Function<InstantSource, ReadModels> models;
  private final Collection<String> names;
  private final List<String> tables;
  private final Consumer<RebuildProgress> listener;
  private final Counted counted = new Counted();
  private long rowsTotal;
  private String stage = "";

  /**
   * @param database the primary database
   * @param models the models as the nodes have them, with a clock
   * @param names those to rebuild; none for all
   * @param listener is told now and then how far it is, by one thread
   * @throws IllegalArgumentException if there is no model of a name
   */
  public Rebuild(
      DatabaseSettings database,
      RebuildSettings settings,
      Function<InstantSource, ReadModels> models,
      Collection<String> names,
      Consumer<RebuildProgress> listener) {
    this.database = database;
    this.settings = settings;
    this.models = models;
    this.names = List.copyOf(names);
    this.tables =
        chosen(InstantSource.system()).stream().flatMap(model -> model.tables().stream()).toList();
    this.listener = listener;
  }

  private List<ReadModel> chosen(InstantSource clock) {
    ReadModels all = models.apply(clock);
    return names.isEmpty() ? all.all() : all.named(names);
  }

  private boolean isOfAll(InstantSource clock) {
    return chosen(clock).size() == models.apply(clock).all().size();
  }

  /**
   * The time by which it is told what has passed its retention: that of the nodes, which may have a
   * test clock; never later than now, so that nothing is left out that they keep.
   */
  private static InstantSource clock(Handle handle) {
    Instant now = Instant.now();
    Instant last = JournalTime.last(handle).filter(now::isAfter).orElse(now);
    return InstantSource.fixed(last);
  }

  /**
   * Makes them anew and puts them in the place of the old; takes as long as the journal is large.
   *
   * @param compare whether the old tables have to be equal
   * @throws RebuildFailure if nothing came of it; the live tables are as they were
   * @throws dev.bursar.database.DatabaseUnusable if the database can't be reached, or has another
   *     version of the schema
   */
  public RebuildReport run(boolean compare) {
    Migrations.demandCurrent(database);
    DatabaseSettings own =
        database
            .withTimeouts(DatabaseTimeouts.LONG_RUNNING)
            .withApplicationName("bursar-rebuild")
            .withPoolSize(2 * settings.portions() + OTHER_CONNECTIONS);
    try (Database pool = Database.open(own);
        Claim claim = Claim.of(pool.jdbi())) {
      RebuildReport report;
      try {
        report = run(pool.jdbi(), claim, compare);
      } catch (RuntimeException e) {
        clearAfter(e, claim);
        throw e;
      }
      claim.clear();
      return report;
    } catch (JournalUnreadable e) {
      throw new RebuildFailure(e.getMessage() + NOTHING_REPLACED, e);
    } catch (JdbiException e) {
      throw new RebuildFailure("The database failed: %s".formatted(root(e)), e);
    }
  }

  private static void clearAfter(RuntimeException failure, Claim claim) {
    try {
      claim.clear();
    } catch (RuntimeException e) {
      // The next rebuild clears it away.
      failure.addSuppressed(e);
    }
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private RebuildReport run(Jdbi jdbi, Claim claim, boolean compare) {
    long began = System.nanoTime();
    rowsTotal = count(claim.handle(), "event_journal");
    List<String> all = new ArrayList<>(tables);
    all.add(Exchange.PROGRESS);
    claim
        .handle()
        .useTransaction(handle -> TableDefinition.copy(handle, claim.live(), Claim.SCHEMA, all));
    InstantSource clock = clock(claim.handle());
    try (Portions portions =
        new Portions(settings, () -> chosen(clock), jdbi, counted, this::tell)) {
      catchUp(jdbi, portions, "reading the journal");
      Duration reading = Duration.ofNanos(System.nanoTime() - began);
      long rows = counted.rows.sum();
      long events = counted.events.sum();
      tidy(jdbi, claim, chosen(clock), all);
      if (compare) {
        compare(jdbi, portions, claim, chosen(clock));
      }
      if (tables.contains(TREE)) {
        demandSignedHeads(jdbi, portions, claim);
      }
      Exchange exchange = new Exchange(claim, portions, settings, tables, isOfAll(clock));
      int tries = 1;
      Duration wait = settings.retryInterval();
      while (true) {
        catchUp(jdbi, portions, "catching up");
        stage(REPLACING);
        claim.flush();
        switch (exchange.attempt()) {
          case Exchange.Outcome.Done done -> {
            return new RebuildReport(
                rows,
                events,
                reading,
                rowsByTable(claim),
                compare,
                tries,
                done.progressMended(),
                done.projectionsWaited(),
                done.readersWaited());
          }
          case Exchange.Outcome.InTheWay way -> {
            tries++;
            stage("waiting, " + way.reason());
            pause(wait);
            Duration longer = wait.multipliedBy(2);
            wait =
                longer.compareTo(settings.retryIntervalMax()) < 0
                    ? longer
                    : settings.retryIntervalMax();
          }
        }
      }
    }
  }

  /** Until there is no less left each time, so that the live projections need not wait long. */
  private void catchUp(Jdbi jdbi, Portions portions, String stage) {
    stage(stage);
    long left = Long.MAX_VALUE;
    long before;
    do {
      before = left;
      long begun = counted.rows.sum();
      portions.advance(jdbi.withHandle(Rebuild::positions), () -> true);
      left = counted.rows.sum() - begun;
    } while (left < before / 2 && left > 0);
  }

  private static StoredPositions positions(Handle handle) {
    return StoredPositions.of(handle);
  }

  /** Now, since the first queries need the statistics, and nobody is in the way yet. */
  private void tidy(Jdbi jdbi, Claim claim, List<ReadModel> models, List<String> all) {
    stage("tidying up");
    claim
        .handle()
        .useTransaction(
            handle -> {
              Sql.run(handle, "set local search_path = " + Claim.SCHEMA);
              jdbi.useHandle(
                  live -> models.forEach(model -> model.dropPassed(handle, live, Instant.now())));
            });
    // Behind an autovacuum, which takes as long as it takes.
    Sql.run(claim.handle(), "set lock_timeout = 0");
    for (String table : all) {
      Sql.run(claim.handle(), "vacuum (analyze) " + Sql.quoted(Claim.SCHEMA, table));
    }
    Sql.run(claim.handle(), "reset lock_timeout");
  }

  private void compare(Jdbi jdbi, Portions portions, Claim claim, List<ReadModel> models) {
    stage("comparing with the old tables");
    List<String> differences =
        jdbi.inTransaction(
            TransactionIsolationLevel.REPEATABLE_READ,
            old -> {
              // No partition goes meanwhile. A lock fixes no moment; the first statement after it
              // does.
              Sql.run(
                  old,
                  tables.stream()
                      .map(table -> "only " + Sql.quoted(claim.live(), table))
                      .collect(Collectors.joining(", ", "lock table ", " in access share mode")));
              // Positions and tables of one moment, while the live ones go on.
              portions.advance(positions(old), () -> true);
              return claim
                  .handle()
                  .inTransaction(made -> Comparison.differences(old, claim.live(), made, models));
            });
    if (!differences.isEmpty()) {
      throw new RebuildFailure(
          "The old tables differ from the journal. %s.%s"
              .formatted(String.join("; ", differences), NOTHING_REPLACED));
    }
  }

  /** What was signed is in the hands of others: a tree that contradicts it must not take over. */
  private void demandSignedHeads(Jdbi jdbi, Portions portions, Claim claim) {
    stage("comparing with the signed heads");
    List<String> contradicted =
        jdbi.inTransaction(
            TransactionIsolationLevel.REPEATABLE_READ,
            old -> {
              List<SignedHeads.Head> heads = SignedHeads.largest(old);
              // Up to where the live tree is, of which they were signed.
              portions.advance(positions(old), () -> true);
              return claim
                  .handle()
                  .inTransaction(
                      made -> {
                        Sql.run(made, "set local search_path = " + Claim.SCHEMA);
                        return SignedHeads.contradicted(heads, made);
                      });
            });
    if (!contradicted.isEmpty()) {
      throw new RebuildFailure(
          "The journal contradicts heads of ledgers that were signed: %s.%s"
              .formatted(String.join("; ", contradicted), NOTHING_REPLACED));
    }
  }

  private Map<String, Long> rowsByTable(Claim claim) {
    Map<String, Long> rows = new TreeMap<>();
    for (String table : tables) {
      rows.put(table, count(claim.handle(), Sql.quoted(claim.live(), table)));
    }
    return rows;
  }

  private static long count(Handle handle, String table) {
    return handle.createQuery("select count(*) from " + table).mapTo(Long.class).one();
  }

  private void stage(String now) {
    stage = now;
    tell();
  }

  private void tell() {
    listener.accept(
        new RebuildProgress(counted.rows.sum(), rowsTotal, stage, stage.equals(REPLACING)));
  }

  private void pause(Duration wait) {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
    } catch (InterruptedException e) {
      throw new RebuildFailure("The rebuild was interrupted." + NOTHING_REPLACED, e);
    }
  }
}
