package dev.bursar.sidecar;

import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.Server.Reported;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports what the usage file has, in its order, in batches, until the server has it. */
final class Reporter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final int BATCH_MAX = 1_000;
  private static final long BUSY_MS = 20;
  private static final long AWAY_MS = 500;

  private final Function<String, OrgDesk> desks;
  private final Server server;
  private final UsageFile file;
  private final long everyMs;
  private final SidecarMeters meters;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("sidecar-reporter").unstarted(this::run);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean more = true;
  private volatile boolean hurried;
  private volatile boolean closed;

  Reporter(
      Function<String, OrgDesk> desks,
      Server server,
      UsageFile file,
      Duration every,
      SidecarMeters meters) {
    this.desks = desks;
    this.server = server;
    this.file = file;
    this.everyMs = every.toMillis();
    this.meters = meters;
  }

  void start() {
    thread.start();
  }

  /** There is more to report. */
  void used() {
    lock.lock();
    try {
      more = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is waited for any more. */
  void hurry() {
    hurried = true;
    used();
  }

  private void run() {
    try {
      while (!closed) {
        await();
        reportAll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reportAll() throws InterruptedException {
    try {
      for (UsageFile.Batch batch = file.next(BATCH_MAX);
          batch != null && !closed;
          batch = file.next(BATCH_MAX)) {
        report(batch);
        file.confirm(batch);
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        LOG.atError().setMessage("usage can't be reported; it is tried again").setCause(e).log();
        pause(AWAY_MS);
        used();
      }
    }
  }

  private void await() throws InterruptedException {
    lock.lock();
    try {
      while (!more) {
        changed.await();
      }
      more = false;
    } finally {
      lock.unlock();
    }
    if (!hurried) {
      pause(everyMs);
    }
  }

  /** Some time passes; little, in a hurry. */
  private void pause(long ms) throws InterruptedException {
    if (hurried) {
      Thread.sleep(Math.min(ms, BUSY_MS));
      return;
    }
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(ms);
      while (left > 0 && !hurried) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** One lease's part of a batch, and how far it has come. */
  private static final class Part {
    final String org;
    final @Nullable String lease;
    final List<Entry.Stored> uses = new ArrayList<>();
    Ask.@Nullable Settle ask;
    boolean forgotten;

    Part(Entry.Stored first) {
      this.org = first.org();
      this.lease = first.lease();
      this.forgotten = lease == null;
    }

    long micros() {
      return uses.stream().mapToLong(Entry.Stored::micros).sum();
    }
  }

  private void report(UsageFile.Batch batch) throws InterruptedException {
    Map<String, Part> byLease = new LinkedHashMap<>();
    for (Entry.Stored use : batch.uses()) {
      String of = use.lease() == null ? "|" + use.org() : use.lease();
      byLease.computeIfAbsent(of, k -> new Part(use)).uses.add(use);
    }
    List<Part> open = new ArrayList<>(byLease.values());
    while (!open.isEmpty() && !closed) {
      List<CompletionStage<Boolean>> sent = new ArrayList<>();
      boolean busy = false;
      for (Part part : open) {
        CompletionStage<Boolean> answer = send(part);
        sent.add(answer == null ? CompletableFuture.completedStage(false) : answer);
        busy |= answer == null;
      }
      List<Part> left = new ArrayList<>();
      for (int i = 0; i < open.size(); i++) {
        if (!sent.get(i).toCompletableFuture().join()) {
          left.add(open.get(i));
        }
      }
      open = left;
      if (!open.isEmpty()) {
        pause(busy ? BUSY_MS : AWAY_MS);
      }
    }
    if (closed) {
      throw new InterruptedException();
    }
  }

  /** Whether it is on record; null while the lease is being settled otherwise. */
  private @Nullable CompletionStage<Boolean> send(Part part) {
    String lease = part.lease;
    if (part.forgotten || lease == null) {
      return server.report(part.uses).thenApply(it -> recorded(part, it));
    }
    OrgDesk desk = desks.apply(part.org);
    if (part.ask == null) {
      part.ask = desk.with(decider -> decider.leases().report(lease, part.micros()));
    }
    Ask.Settle ask = part.ask;
    if (ask == null) {
      return null;
    }
    long sentAt = System.nanoTime();
    return server
        .ask(ask, part.uses)
        .thenApply(
            it -> {
              meters.told(it.told());
              desk.with(
                  decider -> {
                    decider.leases().told(ask, it.told(), sentAt, System.nanoTime());
                    return 0;
                  });
              if (!(it.told() instanceof Told.Lost)) {
                part.ask = null;
              }
              part.forgotten =
                  it.told() instanceof Told.Refused no && no.code().equals("lease_not_found");
              if (it.told() instanceof Told.Refused no && isMalformed(no)) {
                desk.with(
                    decider -> {
                      decider.leases().unreported(lease, -part.micros());
                      return 0;
                    });
                return recorded(part, it);
              }
              return it.told() instanceof Told.Lease && recorded(part, it);
            });
  }

  /** What the server does not take is not lost: it is in the log, as it was to be reported. */
  private boolean recorded(Part part, Reported it) {
    if (it.told() instanceof Told.Lost) {
      return false;
    }
    if (it.told() instanceof Told.Refused no) {
      if (isMalformed(no)) {
        part.uses.forEach(use -> rejected(use, no.toString()));
        return true;
      }
      return false;
    }
    for (int i = 0; i < part.uses.size() && i < it.rejected().size(); i++) {
      String reason = it.rejected().get(i);
      if (reason != null) {
        rejected(part.uses.get(i), reason);
      }
    }
    return true;
  }

  /** Whether it will never be taken, however often it is sent. */
  private static boolean isMalformed(Told.Refused refused) {
    String field = refused.field();
    return field != null
        && (field.startsWith("usage") || field.startsWith("data"))
        && (refused.code().equals("invalid") || refused.code().equals("unknown_field"));
  }

  private void rejected(Entry.Stored use, String reason) {
    meters.rejected();
    LOG.atError()
        .setMessage("usage was rejected")
        .addKeyValue("id", use.id())
        .addKeyValue("lease", use.lease())
        .addKeyValue("at", use.at())
        .addKeyValue("work", new String(use.work(), StandardCharsets.UTF_8))
        .addKeyValue("reason", reason)
        .log();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
