package dev.bursar.benchmarks.usage;

import dev.bursar.benchmarks.console.Progress;
import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.benchmarks.customers.OrgSetup;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.usage.Retention;
import dev.bursar.projections.usage.UsageSettings;
import dev.bursar.projections.usage.UsageWriter;
import dev.bursar.simulation.history.Zipf;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Fills the usage read model with made-up events, by the code that projects the journal. The orgs
 * are real, and can be asked for their usage; the journal knows nothing of the events.
 */
public final class UsageLoad {

  /** One org's day. */
  private record Part(int org, int day) {}

  private static final int EVENTS_AT_ONCE = 2_000;
  private static final int SETUP_CONNECTIONS = 8;
  private static final int GROUPS_REMEMBERED = 100_000;
  private static final int WORDS_MAX = 500;
  private static final int TRIES_MAX = 10;
  private static final double ORG_SKEW = 1.0;
  private static final String DEADLOCK = "40P01";

  /** Far from the numbers that rows of the orgs' own journals have. */
  private static final long FIRST_ROW = 1L << 40;

  private static final long ROWS_PER_DAY = 1L << 24;
  private static final Duration FOR_GOOD = Duration.ofDays(36_500);

  private final UsageLoadOptions options;
  private final Catalog catalog;
  private final Zipf shares;
  private final LongAdder done = new LongAdder();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /**
   * @param catalog prices what is used
   */
  public UsageLoad(UsageLoadOptions options, Catalog catalog) {
    this.options = options;
    this.catalog = catalog;
    this.shares = new Zipf(options.orgs(), ORG_SKEW);
  }

  /** The names of the orgs, from the one that uses most. */
  public List<String> orgs() {
    List<String> orgs = new ArrayList<>(options.orgs());
    for (int i = 0; i < options.orgs(); i++) {
      orgs.add(UsagePopulation.org(options.seed(), i));
    }
    return orgs;
  }

  /** The teams that each org has, from one of those that use most. */
  public static List<String> teams() {
    return UsagePopulation.teams();
  }

  /** A user of each org, who is among those that use most. */
  public static String user() {
    return UsagePopulation.user(0);
  }

  /**
   * Makes the orgs, then their usage, with a progress bar.
   *
   * @return events written a second
   * @throws UsageLoadFailure if the node or its database will not have it
   */
  public long run() throws UsageLoadFailure, InterruptedException {
    makeOrgs();
    return write();
  }

  /** Makes the usage alone. */
  long write() throws UsageLoadFailure, InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    try (Database database = Database.open(settings(threads + 1))) {
      demandNothingThere(database);
      long start = System.nanoTime();
      fill(database, threads);
      double seconds = (System.nanoTime() - start) / 1e9;
      // So that what is asked next is planned for what there is.
      database
          .jdbi()
          .useHandle(
              handle -> UsageWriter.NAMES.forEach(table -> handle.execute("analyze " + table)));
      return (long) (options.events() / seconds);
    }
  }

  /** Whoever looks through filled tables, as for statistics, takes longer than a node may. */
  private DatabaseSettings settings(int connections) {
    return options.database().withTimeouts(DatabaseTimeouts.LONG_RUNNING).withPoolSize(connections);
  }

  private void makeOrgs() throws UsageLoadFailure, InterruptedException {
    List<String> orgs = orgs();
    OrgSetup setup =
        new OrgSetup(options.node(), Math.min(SETUP_CONNECTIONS, orgs.size()), new LongAdder());
    setup.start(orgs.size(), org -> requests(orgs.get(org)));
    Progress.follow("orgs", orgs.size(), setup.workers().finished(), setup::done, () -> "");
    try {
      setup.workers().check();
    } catch (Exception e) {
      throw new UsageLoadFailure("the orgs can't be made: " + e.getMessage(), e);
    }
  }

  private static OrgRequests requests(String org) {
    OrgRequests requests =
        new OrgRequests("load-", org).unit(UsagePopulation.all(), "department", null);
    for (int i = 0; i < UsagePopulation.DEPARTMENTS; i++) {
      requests.unit(UsagePopulation.department(i), "department", UsagePopulation.all());
    }
    for (int i = 0; i < UsagePopulation.TEAMS; i++) {
      requests.unit(UsagePopulation.team(i), "team", UsagePopulation.departments(i).getFirst());
    }
    UsagePopulation.PRODUCTS.forEach(product -> requests.unit(product, "product", null));
    return requests.wallet("main");
  }

  private void demandNothingThere(Database database) throws UsageLoadFailure {
    boolean there =
        database
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "select exists (select 1 from usage_event where org in (<orgs>))")
                        .bindList("orgs", orgs())
                        .mapTo(Boolean.class)
                        .one());
    if (there) {
      throw new UsageLoadFailure(
          "the orgs of seed %d have usage already: another --seed makes others"
              .formatted(options.seed()));
    }
  }

  private void fill(Database database, int threads) throws UsageLoadFailure, InterruptedException {
    Queue<Part> parts = new ArrayDeque<>();
    for (int day = 0; day < options.days(); day++) {
      for (int org = 0; org < options.orgs(); org++) {
        parts.add(new Part(org, day));
      }
    }
    CountDownLatch finished = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      Thread.ofPlatform()
          .daemon()
          .name("load-" + i)
          .start(
              () -> {
                work(database, parts);
                finished.countDown();
              });
    }
    Progress.follow("usage events", options.events(), finished, done::sum, () -> "");
    Exception fault = failure.get();
    if (fault != null) {
      throw new UsageLoadFailure("the usage can't be written: " + fault.getMessage(), fault);
    }
  }

  private void work(Database database, Queue<Part> parts) {
    UsageWriter tables =
        new UsageWriter(
            new UsageSettings(
                new Retention(FOR_GOOD, FOR_GOOD, FOR_GOOD), GROUPS_REMEMBERED, WORDS_MAX),
            InstantSource.system());
    try {
      Part part;
      while (failure.get() == null && (part = next(parts)) != null) {
        write(database, tables, part);
      }
    } catch (SQLException | RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private static @Nullable Part next(Queue<Part> parts) {
    synchronized (parts) {
      return parts.poll();
    }
  }

  private void write(Database database, UsageWriter tables, Part part) throws SQLException {
    MadeUpDay day =
        new MadeUpDay(
            options.seed(),
            UsagePopulation.org(options.seed(), part.org()),
            options.from().plusDays(part.day()).atStartOfDay().toInstant(ZoneOffset.UTC),
            eventsOf(part),
            FIRST_ROW + part.day() * ROWS_PER_DAY,
            catalog);
    List<JournalRow> rows;
    while (!(rows = day.next(EVENTS_AT_ONCE)).isEmpty()) {
      write(database, tables, rows);
      done.add(requests(rows));
    }
  }

  /** Two may make the same groups at once, in another order: then one of them begins again. */
  private static void write(Database database, UsageWriter tables, List<JournalRow> rows)
      throws SQLException {
    for (int tries = 1; ; tries++) {
      try {
        database
            .jdbi()
            .useTransaction(
                handle -> {
                  handle.execute("set local synchronous_commit = off");
                  project(handle, tables, rows);
                });
        return;
      } catch (RuntimeException e) {
        tables.forget();
        if (tries >= TRIES_MAX || !isDeadlock(e)) {
          throw e;
        }
      }
    }
  }

  private static void project(Handle handle, UsageWriter tables, List<JournalRow> rows) {
    try {
      tables.project(handle, rows);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static boolean isDeadlock(Throwable fault) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql && DEADLOCK.equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  private static long requests(List<JournalRow> rows) {
    long requests = 0;
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfOrg org) {
        requests +=
            org.batch().recorded().stream()
                .filter(each -> !(each.event() instanceof OrgEvent.ReservationSettled))
                .count();
      }
    }
    return requests;
  }

  /** All parts together have as many as are asked for. */
  private long eventsOf(Part part) {
    long before = upTo(part.org() - 1);
    long ofOrg = upTo(part.org()) - before;
    return ofOrg * (part.day() + 1) / options.days() - ofOrg * part.day() / options.days();
  }

  private long upTo(int org) {
    double share = 0;
    for (int i = 0; i <= org; i++) {
      share += shares.share(i);
    }
    return org == options.orgs() - 1 ? options.events() : Math.round(options.events() * share);
  }
}
