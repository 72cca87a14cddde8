package dev.bursar.benchmarks.replay;

import dev.bursar.benchmarks.console.Progress;
import dev.bursar.benchmarks.customers.OrgSetup;
import dev.bursar.benchmarks.customers.SetupFailure;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.HttpConnection;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Workers;
import dev.bursar.benchmarks.trace.Population;
import dev.bursar.benchmarks.trace.TraceException;
import dev.bursar.benchmarks.trace.TraceFile;
import dev.bursar.benchmarks.trace.TraceGenerator;
import dev.bursar.benchmarks.trace.TraceRow;
import dev.bursar.benchmarks.trace.Workload;
import dev.bursar.benchmarks.trace.Workload.Item;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** One replay, from the trace to the reconciliation. */
public final class Replay {

  private final ReplayOptions options;
  private final PrintStream out;
  private final Keys keys;
  private final RowCaller caller;
  private final LongAdder retries = new LongAdder();

  public Replay(ReplayOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
    this.keys = new Keys(options.seed());
    this.caller = new RowCaller(options.seed(), keys);
  }

  /**
   * Runs it, and prints what came of it.
   *
   * @return whether every call was answered and every credit is where it should be
   * @throws ReplayFailure if it can't be done at all
   */
  public boolean run() throws TraceException, ReplayFailure, InterruptedException {
    List<TraceRow> rows = rows();
    List<Item> items = Workload.attribute(rows, options.seed(), options.orgs()).items();
    requireNode();
    setUpCustomers();
    long start = System.nanoTime();
    Tally tally = replay(items);
    double seconds = (System.nanoTime() - start) / 1e9;
    ReplaySummary summary = new ReplaySummary(out);
    summary.print(tally, retries.sum(), seconds);
    Reconciliation.Result books = reconcile(items, tally);
    summary.print(books);
    return tally.failedRows.isEmpty() && books.discrepancies().isEmpty();
  }

  /**
   * Makes the customers and the calls, and compares no books.
   *
   * @return how many calls there were
   */
  public long calls() throws TraceException, ReplayFailure, InterruptedException {
    List<Item> items = Workload.attribute(rows(), options.seed(), options.orgs()).items();
    setUpCustomers();
    Tally tally = replay(items);
    if (!tally.failures.isEmpty()) {
      throw new ReplayFailure(tally.failures.getFirst());
    }
    return tally.requests();
  }

  private List<TraceRow> rows() throws TraceException {
    int limit = options.limit();
    if (options.trace() == null) {
      return TraceGenerator.rows(options.seed(), limit > 0 ? limit : TraceGenerator.ROWS);
    }
    List<TraceRow> rows = TraceFile.read(options.trace());
    return limit > 0 ? rows.subList(0, Math.min(limit, rows.size())) : rows;
  }

  /** Says at once that nobody is there, where a later call would try for two minutes. */
  private void requireNode() throws ReplayFailure {
    try (HttpConnection connection =
        new HttpConnection(options.endpoint(), Duration.ofSeconds(10))) {
      connection.call(Request.get("/health/live"));
    } catch (CallFailure e) {
      throw new ReplayFailure(
          "no node answers at "
              + options.endpoint()
              + " ("
              + e.outcome().label()
              + "); start one with: bin/bursar up",
          e);
    }
  }

  private void setUpCustomers() throws ReplayFailure, InterruptedException {
    int width = Math.min(options.connections(), options.orgs());
    OrgSetup setup = new OrgSetup(options.endpoint(), width, retries);
    setup.start(
        options.orgs(),
        org -> ReplayCustomers.requests(options.seed(), keys, org, options.ample()));
    Progress.follow("orgs", options.orgs(), setup.workers().finished(), setup::done, () -> "");
    check(setup.workers());
  }

  private Tally replay(List<Item> items) throws ReplayFailure, InterruptedException {
    SessionLanes lanes = new SessionLanes(items);
    List<Tally> tallies = new ArrayList<>();
    LongAdder allowed = new LongAdder();
    LongAdder denied = new LongAdder();
    LongAdder done = new LongAdder();
    TraceRow first = items.getFirst().call();
    long start = System.nanoTime();
    Workers workers = new Workers(options.endpoint(), options.connections(), retries);
    workers.start(
        connection -> {
          Tally tally = new Tally();
          synchronized (tallies) {
            tallies.add(tally);
          }
          Item item;
          while ((item = lanes.take()) != null) {
            while (item != null) {
              long before = tally.denied;
              long beforeAllowed = tally.allowed;
              caller.replay(connection, item, waitUntilDue(start, item, first), tally);
              denied.add(tally.denied - before);
              allowed.add(tally.allowed - beforeAllowed);
              done.increment();
              item = lanes.finish(item);
            }
          }
        });
    Progress.follow(
        "calls",
        items.size(),
        workers.finished(),
        done::sum,
        () -> "allowed %d, denied %d".formatted(allowed.sum(), denied.sum()));
    check(workers);
    Tally all = new Tally();
    tallies.forEach(all::add);
    return all;
  }

  private static void check(Workers workers) throws ReplayFailure {
    try {
      workers.check();
    } catch (ReplayFailure | SetupFailure | CallFailure e) {
      throw new ReplayFailure(String.valueOf(e.getMessage()), e);
    } catch (Exception e) {
      throw new IllegalStateException("a worker failed: " + e, e);
    }
  }

  /** When the row's latency begins: now, or when it is due. */
  private long waitUntilDue(long start, Item item, TraceRow first) throws InterruptedException {
    if (!options.pace().isTimed()) {
      return System.nanoTime();
    }
    long due = start + options.pace().dueNanos(item.row(), item.call(), first);
    Duration ahead = Duration.ofNanos(due - System.nanoTime());
    if (ahead.isPositive()) {
      Thread.sleep(ahead);
    }
    return due;
  }

  private Reconciliation.Result reconcile(List<Item> items, Tally tally)
      throws ReplayFailure, InterruptedException {
    Map<Integer, SentCharges> sent = sentByOrg(items, tally);
    Reconciliation.Result books = Reconciliation.Result.NOTHING;
    try (PatientConnection connection = new PatientConnection(options.endpoint(), retries)) {
      for (int org = 0; org < options.orgs(); org++) {
        String id = Population.org(options.seed(), org);
        SentCharges charges = sent.getOrDefault(org, none());
        WalletView wallet = WalletView.read(connection, id, charges.highestSequence());
        books = books.plus(Reconciliation.compare(id, wallet, charges));
      }
    }
    return books;
  }

  private Map<Integer, SentCharges> sentByOrg(List<Item> items, Tally tally) {
    Map<Integer, List<Charge>> charges = new HashMap<>();
    for (Charge charge : tally.charges) {
      int org = items.get(charge.row()).attribution().org();
      charges.computeIfAbsent(org, o -> new ArrayList<>()).add(charge);
    }
    Set<Integer> failed = new HashSet<>(tally.failedRows);
    Map<Integer, Set<String>> keysOfOrg = new HashMap<>();
    for (Item item : items) {
      if (!failed.contains(item.row())) {
        Set<String> keysSent =
            keysOfOrg.computeIfAbsent(item.attribution().org(), o -> new HashSet<>());
        keysSent.add(caller.reserveKey(item));
        keysSent.add(caller.commitKey(item));
      }
    }
    Map<Integer, SentCharges> sent = new HashMap<>();
    keysOfOrg.forEach(
        (org, keysSent) ->
            sent.put(org, sentCharges(charges.getOrDefault(org, List.of()), keysSent)));
    return sent;
  }

  private SentCharges none() {
    return sentCharges(List.of(), Set.of());
  }

  private SentCharges sentCharges(List<Charge> charges, Set<String> keysSent) {
    return new SentCharges(charges, keysSent, keys.prefix(), "s-" + options.seed() + "-");
  }
}
