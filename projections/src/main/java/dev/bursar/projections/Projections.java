package dev.bursar.projections;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.domain.cost.CostQueries;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.projections.ProjectionSettings.DueWorkSettings;
import dev.bursar.projections.cost.JdbcCostQueries;
import dev.bursar.projections.due.ClosedBooks;
import dev.bursar.projections.due.DueTimes;
import dev.bursar.projections.due.DueWork;
import dev.bursar.projections.export.Exports;
import dev.bursar.projections.journal.JournalBounds;
import dev.bursar.projections.journal.SliceRange;
import dev.bursar.projections.ledger.JdbcLedgerQueries;
import dev.bursar.projections.org.JdbcOrgQueries;
import dev.bursar.projections.progress.FreshWaits;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ProgressMetrics;
import dev.bursar.projections.progress.RangeProgress;
import dev.bursar.projections.progress.RangeStatus;
import dev.bursar.projections.progress.ReadQueries;
import dev.bursar.projections.readmodel.ReadModelProjection;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.tree.JdbcLedgerProofs;
import dev.bursar.projections.tree.SigningKey;
import dev.bursar.projections.tree.SigningKeys;
import dev.bursar.projections.usage.JdbcReportedEvents;
import dev.bursar.projections.usage.JdbcUsageQueries;
import dev.bursar.projections.usage.PassedPartitions;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.cluster.sharding.typed.ShardedDaemonProcessSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import org.apache.pekko.projection.ProjectionBehavior;
import org.jdbi.v3.core.Jdbi;

/** The read side of a node: the projections, what they show, and the work that falls due. */
public final class Projections {

  private static final String BLOCKING = "pekko.projection.jdbc.blocking-jdbc-dispatcher";

  /** The server gives up on a statement before the client gives up on the server. */
  private static final Duration SERVER_GIVES_UP_WITHIN = Duration.ofSeconds(3);

  private final LedgerQueries ledger;
  private final JdbcLedgerProofs proofs;
  private final OrgQueries orgs;
  private final UsageQueries usage;
  private final CostQueries costs;
  private final Progress progress;
  private final DueWork dueWork;
  private final PassedPartitions passed;
  private final ReadQueries queries;
  private final ReadQueries lookups;
  private final ReadQueries scans;
  private final ReadQueries exporting;
  private final List<Database> reading;
  private final List<RangeProgress> ranges;

  private Projections(
      Progress progress,
      DueWork dueWork,
      PassedPartitions passed,
      ReadQueries queries,
      ReadQueries scans,
      ReadQueries lookups,
      ReadQueries exporting,
      List<Database> reading,
      List<RangeProgress> ranges,
      Exports exports,
      JdbcLedgerProofs proofs,
      ProjectionSettings settings,
      InstantSource clock) {
    this.progress = progress;
    this.dueWork = dueWork;
    this.passed = passed;
    this.queries = queries;
    this.lookups = lookups;
    this.scans = scans;
    this.exporting = exporting;
    this.reading = List.copyOf(reading);
    this.ranges = ranges;
    this.proofs = proofs;
    this.ledger =
        new JdbcLedgerQueries(
            queries,
            scans,
            progress,
            new ClosedBooks(progress, dueWork),
            exports,
            settings.exports().entriesMax());
    this.orgs = new JdbcOrgQueries(queries, progress);
    this.usage =
        new JdbcUsageQueries(
            queries,
            scans,
            lookups,
            progress,
            exports,
            settings.usageRowsMax(),
            settings.usage().retention(),
            clock);
    this.costs = new JdbcCostQueries(exports, settings.exports().entriesMax());
  }

  /**
   * Starts this node's share of the projections of the cluster, and its due work.
   *
   * @param system a member of a cluster, with {@code projections.conf} in its configuration
   * @param db the primary database, migrated
   * @param entities whom to wake
   * @param clock the node's time
   * @param signingKey signs the heads of ledgers; the same on all nodes
   */
  public static Projections start(
      ActorSystem<?> system,
      Database db,
      Entities entities,
      InstantSource clock,
      SigningKey signingKey,
      MeterRegistry metrics) {
    ProjectionSettings settings = ProjectionSettings.from(system.settings().config());
    DueWorkSettings due = settings.dueWork();
    Executor blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig(BLOCKING));
    Jdbi jdbi = db.jdbi();

    List<RangeProgress> ranges =
        SliceRange.divide(settings.sliceRanges()).stream().map(RangeProgress::new).toList();
    ranges.forEach(range -> ProgressMetrics.bind(range, metrics));
    ReadModelProjection projection =
        new ReadModelProjection(
            system,
            jdbi,
            clock,
            new ReadModels(settings.usage(), clock),
            new JournalBounds(
                settings.pollInterval(),
                settings.pageRowsMax(),
                settings.pageBytesMax(),
                settings.positionInterval(),
                settings.restartBackoffMax()),
            settings.restartBackoffMin(),
            settings.restartBackoffMax(),
            blocking);
    ShardedDaemonProcess.get(system)
        .init(
            ProjectionBehavior.Command.class,
            ReadModelProjection.NAME,
            ranges.size(),
            i ->
                projection.of(
                    ranges.get(i), new DueTimes(clock, due.clockSkewMax(), due.rememberedMax())),
            ShardedDaemonProcessSettings.create(system),
            Optional.of(ProjectionBehavior.stopMessage()));

    Progress progress =
        new Progress(
            system,
            jdbi,
            ranges,
            clock,
            settings.catchUpTimeout(),
            new FreshWaits(metrics, FreshWaits.For.READ_MODELS),
            blocking);
    DueWork dueWork =
        new DueWork(
            system,
            jdbi,
            entities,
            clock,
            new DueWork.Pace(due.interval(), due.pageMax(), due.stuckAfter()),
            metrics,
            blocking);
    dueWork.start();
    PassedPartitions passed =
        new PassedPartitions(
            system,
            jdbi,
            settings.usage().retention(),
            settings.retentionInterval(),
            clock,
            progress,
            blocking);
    passed.start();
    Database reading =
        Database.open(
            reading(db.settings(), "-reads", settings.queriesMax(), settings.queryTimeout()));
    ReadQueries queries =
        new ReadQueries(
            reading.jdbi(),
            settings.queryTimeout(),
            settings.queriesMax(),
            settings.queriesWaitingMax());
    // By themselves: nobody who asks what sums answer waits for who asks what they do not.
    Database forScans =
        Database.open(
            reading(db.settings(), "-scans", settings.scansMax(), settings.scanTimeout()));
    ReadQueries scans =
        new ReadQueries(
            forScans.jdbi(),
            settings.scanTimeout(),
            settings.scansMax(),
            settings.queriesWaitingMax());
    // By themselves: what is reported, and what is being decided, does not wait for a dashboard.
    ReadQueries lookups =
        ReadQueries.ofLookups(
            jdbi,
            db.settings().timeouts().statement(),
            settings.lookupsMax(),
            settings.queriesWaitingMax());
    // By themselves, too: nobody waits for what somebody else takes along.
    Database forExports =
        Database.open(
            reading(db.settings(), "-exports", settings.exports().max(), settings.queryTimeout()));
    ReadQueries exporting =
        new ReadQueries(
            forExports.jdbi(),
            settings.queryTimeout(),
            settings.exports().max(),
            settings.queriesWaitingMax());
    Exports exports =
        new Exports(exporting, progress, settings.exports().max(), settings.exports().idleMax());
    return new Projections(
        progress,
        dueWork,
        passed,
        queries,
        scans,
        lookups,
        exporting,
        List.of(reading, forScans, forExports),
        ranges,
        exports,
        new JdbcLedgerProofs(
            queries,
            progress,
            new ClosedBooks(progress, dueWork),
            exports,
            new SigningKeys(signingKey, settings.replacedSigningKey()),
            clock,
            metrics),
        settings,
        clock);
  }

  /** Connections of their own, on which a statement may take longer than a node's work may. */
  private static DatabaseSettings reading(
      DatabaseSettings db, String what, int connections, Duration statement) {
    DatabaseTimeouts usual = db.timeouts();
    return db.withPoolSize(connections)
        .withApplicationName(db.applicationName() + what)
        .withTimeouts(
            new DatabaseTimeouts(
                statement,
                usual.lock(),
                usual.idleInTransaction(),
                statement.plus(SERVER_GIVES_UP_WITHIN),
                usual.connection()));
  }

  /** Reads ledgers. */
  public LedgerQueries ledger() {
    return ledger;
  }

  /** Proves what ledgers say. */
  public LedgerProofs proofs() {
    return proofs;
  }

  /** Of each org whose ledger contradicts its signed head, as seen by this node, what is wrong. */
  public Map<String, String> contradictions() {
    return proofs.alarms();
  }

  /** Reads the list of orgs. */
  public OrgQueries orgs() {
    return orgs;
  }

  /** Reads what was decided and used. */
  public UsageQueries usage() {
    return usage;
  }

  /** Reads what work has cost. */
  public CostQueries costs() {
    return costs;
  }

  /** Tells which reported events are on record. */
  public ReportedEvents reported() {
    return new JdbcReportedEvents(lookups);
  }

  /** How far the read models are. */
  public Progress progress() {
    return progress;
  }

  /** Wakes the wallets that have something to do. */
  public DueWork dueWork() {
    return dueWork;
  }

  /** Drops usage that has passed its retention. */
  public PassedPartitions passed() {
    return passed;
  }

  /** Every slice range as it stands on this node, with the alarm of one that stands still. */
  public List<RangeStatus> status() {
    return progress.status();
  }

  /**
   * Stops what can be stopped before the actor system: due work, and reading the journal, so that
   * no range begins another page. Reads under way are cut off, all else ends; the database may be
   * closed once the actor system has terminated.
   */
  public void stop() {
    dueWork.stop();
    passed.stop();
    queries.close();
    scans.close();
    lookups.close();
    exporting.close();
    reading.forEach(Database::close);
    ranges.forEach(RangeProgress::close);
  }
}
