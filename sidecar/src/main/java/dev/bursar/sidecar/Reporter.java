package dev.bursar.sidecar;

import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.server.Owed;
import dev.bursar.sidecar.server.Places;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.Server.Reported;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.UsageLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what the usage file has, in batches, until the server has it. What can't be reported of
 * one lease, or of one reservation that the server has made, holds up no other: it is tried again
 * by itself, and is set aside after a while.
 */
final class Reporter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final int REPORT_MAX = 1_000;
  private static final int BATCH_MAX = 4 * REPORT_MAX;

  /** So many batches are in memory at once; each is of half a megabyte at most. */
  private static final int BATCHES_MAX = 4;

  /**
   * So many reports are under way at once, and half of them of one org. While others wait for their
   * turn nothing more is read: the longer the server takes, the more uses are in one report, and
   * questions about leases do not wait there behind hundreds of them. It is read on where only
   * those wait whose org the server does not answer about.
   */
  private static final int UNDER_WAY_MAX = 64;

  private static final String BUSY_LEASE = "lease_busy";
  private static final String AHEAD = "ahead_of_the_servers_clock";

  private static final int COMMITS_MAX = 10_000;

  /** For so long the server knows at most how a reservation has ended. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private static final long MS = 1_000_000;
  private static final long BUSY = 20 * MS;
  private static final long AWAY = 500 * MS;
  private static final long AWAY_MAX = 8_000 * MS;
  private static final long CROWDED = 1_000 * MS;

  /** One that is answered now and then is answered within this time. */
  private static final long STUCK = 2_000 * MS;

  private static final long ASIDE = 5_000 * MS;
  private static final long ASIDE_MAX = 60_000 * MS;

  private final Function<String, OrgDesk> desks;
  private final Server server;
  private final UsageLog file;
  private final Host host;
  private final long every;
  private final long patience;
  private final SidecarMeters meters;

  /** What becomes of commits that were begun at once, by the reservation's name. */
  private final Map<String, CompletableFuture<Reported>> commits = new ConcurrentHashMap<>();

  /** Reservations that the server may have been told of while they could not be kept. */
  private final Set<String> maybeTold = ConcurrentHashMap.newKeySet();

  private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean more = new AtomicBoolean(true);
  private volatile boolean hurried;

  /** Whether all that is set aside was tried once more since. */
  private volatile boolean asideTried;

  private volatile Host.@Nullable Running steps;

  // Of the steps alone, of which there is one at a time:
  private final List<Part> parts = new ArrayList<>();
  private int batches;
  private final Places places = new Places(UNDER_WAY_MAX);

  /** Since when the server has answered others, and nothing about an org. */
  private final Map<String, Long> stuckSince = new HashMap<>();

  private final AsideLog asideLog = new AsideLog();

  /** Whether what was to be set aside could not be, and until when nothing more is. */
  private boolean asideFails;

  private long asideFailsUntil;

  /** Whether what was set aside could not be read when that was tried last. */
  private boolean asideIsUnreadable;

  private boolean reading;

  /** So many of the next uses in the file an earlier life has left. */
  private long recovered;

  private long readAt;
  private boolean asideUnderWay;
  private boolean asideHurried;
  private long asideLeft;
  private long asideAt;
  private long asideAfter = ASIDE;

  /**
   * @param patience how long something is tried again before it is set aside
   */
  Reporter(
      Function<String, OrgDesk> desks,
      Server server,
      UsageLog file,
      Host host,
      Duration every,
      Duration patience,
      SidecarMeters meters) {
    this.desks = desks;
    this.server = server;
    this.file = file;
    this.host = host;
    this.asideAt = host.nanos();
    this.every = every.toNanos();
    this.patience = patience.toNanos();
    this.meters = meters;
    this.recovered = file.unsent() - file.unsentAside();
  }

  void start() {
    steps = host.run("sidecar-reporter", this::step);
    // What came before that was not told.
    wake();
  }

  /** There is more to report. */
  void used() {
    more.set(true);
    wake();
  }

  /**
   * Somebody commits a reservation at once, before it is read from the file: what comes of that is
   * waited for then, in place of another commit.
   *
   * @return whether it may; else it is left to the file
   */
  boolean begin(String reservation, CompletableFuture<Reported> commit) {
    return commits.size() < COMMITS_MAX && commits.putIfAbsent(reservation, commit) == null;
  }

  /** Nobody tries to commit it any more. */
  void givenUp(String reservation) {
    maybeTold.remove(reservation);
  }

  /** It does not come into the file. */
  void forget(String reservation) {
    commits.remove(reservation);
  }

  /**
   * A commit that could not be kept may have reached the server; nobody knows what became of it.
   */
  void maybeTold(String reservation) {
    if (maybeTold.size() < COMMITS_MAX) {
      maybeTold.add(reservation);
    }
  }

  /** Whether one may have; of all, where they are more than are remembered. */
  boolean isMaybeTold(String reservation) {
    return maybeTold.size() >= COMMITS_MAX || maybeTold.contains(reservation);
  }

  private void wake() {
    Host.Running running = steps;
    if (running != null) {
      running.wake();
    }
  }

  /** Nothing is waited for any more. */
  void hurry() {
    hurried = true;
    used();
  }

  /** Whether what is set aside was tried since nothing is waited for any more, in vain. */
  boolean isAsideTried() {
    return asideTried;
  }

  private record Work(UsageLog from, UsageLog.Batch batch) {}

  /**
   * Some uses of one lease, or of none, or the end of one reservation of the server's; and how far
   * they have come.
   */
  private static final class Part {
    final Work work;
    final String org;
    final @Nullable String lease;
    final List<Entry.Stored> uses;
    long since;
    Ask.@Nullable Settle ask;
    boolean forgotten;

    /** Whether a commit may have reached the server of which nobody knows what became. */
    boolean mayBeSent;

    boolean sending;

    /** Whether it was tried in vain while nothing was to be waited for any more. */
    boolean inVain;

    boolean tried;
    long triedAt;
    long triedBefore;
    long notBefore;
    long pause = AWAY;
    long busy = BUSY;

    Part(Work work, List<Entry.Stored> uses, boolean forgotten, long now) {
      this.work = work;
      this.org = uses.getFirst().org();
      this.lease = uses.getFirst().lease();
      this.uses = uses;
      this.forgotten = forgotten || lease == null;
      this.since = now;
      this.triedAt = now;
      this.triedBefore = now;
      this.notBefore = now;
    }

    /** Its turn has come, for the first time or again. */
    void begun(long now) {
      if (!tried) {
        tried = true;
        since = now;
      }
    }

    boolean isDue(long now) {
      return !sending && notBefore - now <= 0;
    }

    long micros() {
      return uses.stream().mapToLong(Entry.Stored::micros).sum();
    }
  }

  /**
   * @param isUnknown whether it may have come to what nobody knows
   */
  private record Answered(Part part, Reported it, long sentAt, boolean isUnknown) {}

  /** Does what is due by now; when it is to be asked again, unless it wakes before. */
  private long step() throws IOException {
    begun();
    for (Answered each = answered.poll(); each != null; each = answered.poll()) {
      answered(each);
    }
    long now = host.nanos();
    boolean allSent = sendDue(now);
    readAside(now);
    while (allSent && reading && readAt - now <= 0 && batches < BATCHES_MAX) {
      read();
      allSent = sendDue(now);
    }
    long until = now + ASIDE_MAX;
    for (Part part : parts) {
      long due = part.sending ? until : dueAt(part, until);
      if (due - until < 0) {
        until = due;
      }
    }
    if (reading && allSent && batches < BATCHES_MAX && readAt - until < 0) {
      until = readAt;
    }
    if (file.unsentAside() > 0 && !asideUnderWay && asideAt - until < 0) {
      until = asideAt;
    }
    return until;
  }

  /** When something is to be done for what is not under way: at once, or as far as is known. */
  private long dueAt(Part part, long otherwise) {
    if (places.isFor(part.org)) {
      return part.notBefore;
    }
    Long since = stuckSince.get(part.org);
    return since == null ? otherwise : Math.max(part.notBefore, since + STUCK + MS);
  }

  /** What was used waits for a little while for more of it. */
  private void begun() {
    boolean isMore = more.getAndSet(false);
    if (isMore && !reading) {
      reading = true;
      readAt = host.nanos() + every;
    }
    if (hurried) {
      readAt = host.nanos();
      if (!asideHurried) {
        asideHurried = true;
        asideAt = readAt;
      }
    }
  }

  // ---- what is to be reported

  private void read() throws IOException {
    UsageLog.Batch batch = file.next(BATCH_MAX);
    if (batch == null) {
      reading = false;
    } else {
      batches++;
      begin(new Work(file, batch));
    }
  }

  /** What can't be read of what was set aside is tried again later, and holds up nothing else. */
  private void readAside(long now) {
    UsageLog aside = file.aside();
    if (aside == null || asideUnderWay || asideAt - now > 0) {
      return;
    }
    if (asideLeft <= 0) {
      asideLeft = aside.unsent();
    }
    UsageLog.Batch batch = null;
    try {
      batch = asideLeft <= 0 ? null : aside.next(BATCH_MAX);
      asideIsUnreadable = false;
    } catch (IOException e) {
      if (!asideIsUnreadable) {
        asideIsUnreadable = true;
        LOG.atError().setMessage("what was set aside can't be read").setCause(e).log();
      }
    }
    if (batch == null) {
      asideLeft = 0;
      asideAt = now + asideAfter;
      asideTried = asideHurried;
      return;
    }
    asideUnderWay = true;
    asideLeft -= batch.uses().size();
    begin(new Work(aside, batch));
  }

  private void begin(Work work) {
    boolean isAside = work.from != file;
    Map<String, List<Entry.Stored>> byLease = new LinkedHashMap<>();
    Set<Entry.Stored> ofBefore = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Entry.Stored use : work.batch.uses()) {
      if (isAside || recovered-- > 0) {
        ofBefore.add(use);
      }
      String of =
          use.isOwed() ? "||" + use.id() : use.lease() == null ? "|" + use.org() : use.lease();
      byLease.computeIfAbsent(of, k -> new ArrayList<>()).add(use);
    }
    long now = host.nanos();
    for (List<Entry.Stored> uses : byLease.values()) {
      for (int from = 0; from < uses.size(); from += REPORT_MAX) {
        int to = Math.min(uses.size(), from + REPORT_MAX);
        Part part = new Part(work, uses.subList(from, to), false, now);
        Entry.Stored first = uses.getFirst();
        part.mayBeSent = ofBefore.contains(first) || isMaybeTold(first.id());
        parts.add(part);
      }
    }
  }

  private boolean isAside(Part part) {
    return part.work.from != file;
  }

  /** It is on record. */
  private void done(Part part) {
    done(part, 0);
  }

  /**
   * It is on record, or kept elsewhere.
   *
   * @param kept how many uses of it are set aside, again where it was
   */
  private void done(Part part, int kept) {
    if (isAside(part)) {
      asideLog.over(part.org, part.uses.size() - kept);
    }
    parts.remove(part);
    maybeTold.remove(part.uses.getFirst().id());
    if (!part.work.from.confirm(part.work.batch, part.uses)) {
      return;
    }
    if (isAside(part)) {
      asideUnderWay = false;
      if (asideLeft <= 0) {
        asideAt = host.nanos() + asideAfter;
        asideAfter = Math.min(2 * asideAfter, ASIDE_MAX);
        asideTried = asideHurried;
      }
    } else {
      batches--;
    }
  }

  // ---- sending

  /**
   * Sends what is due, the oldest first; whether none of it has to wait for its turn that the
   * server would answer.
   */
  private boolean sendDue(long now) {
    boolean allSent = true;
    for (Part part : List.copyOf(parts)) {
      if (!part.isDue(now)) {
        continue;
      }
      if (places.isFor(part.org)) {
        send(part);
      } else if (now - stuckSince.getOrDefault(part.org, now) > STUCK) {
        // Whether it may be set aside changes with time.
        part.notBefore = now + AWAY;
        setAsideIfStuck(part, "no_answer");
      } else if (!places.isUnanswered(part.org)) {
        allSent = false;
      }
    }
    return allSent;
  }

  private void send(Part part) {
    String lease = part.lease;
    long sentAt = host.nanos();
    part.begun(sentAt);
    CompletionStage<Reported> sent;
    if (part.uses.getFirst().isOwed()) {
      Entry.Stored owed = part.uses.getFirst();
      CompletableFuture<Reported> first = commits.remove(owed.id());
      sent = first != null ? first : Owed.settle(server, owed, !part.mayBeSent);
    } else if (lease == null || part.forgotten) {
      sent = server.report(part.uses);
    } else {
      OrgDesk desk = desks.apply(part.org);
      if (part.ask == null) {
        part.forgotten = desk.with(decider -> decider.leases().held().isForgotten(lease));
        if (!part.forgotten) {
          part.ask =
              desk.with(
                  decider ->
                      decider
                          .leases()
                          .held()
                          .report(lease, part.micros(), part.uses.size(), host.nanos()));
        }
      }
      Ask.Settle ask = part.ask;
      if (part.forgotten) {
        sent = server.report(part.uses);
      } else if (ask == null) {
        // It is being settled otherwise.
        part.notBefore = sentAt + (hurried ? BUSY : part.busy);
        part.busy = Math.min(2 * part.busy, AWAY);
        setAsideIfStuck(part, BUSY_LEASE);
        return;
      } else {
        part.busy = BUSY;
        sent = server.ask(ask, part.uses);
      }
    }
    part.sending = places.take(part.org);
    part.triedBefore = part.triedAt;
    part.triedAt = sentAt;
    sent.whenComplete(
        (it, error) -> {
          Reported told = error == null ? it : new Reported(new Told.Lost(), List.of());
          boolean isUnknown = error != null && !ServerAway.isUnsent(error);
          answered.add(new Answered(part, told, sentAt, isUnknown));
          wake();
        });
  }

  private void answered(Answered answer) {
    Part part = answer.part;
    Reported it = answer.it;
    part.sending = false;
    part.mayBeSent |= answer.isUnknown;
    boolean isLost = it.told() instanceof Told.Lost;
    places.giveBack(part.org, !isLost);
    if (isLost && meters.answeredAt() - part.triedAt > 0) {
      stuckSince.putIfAbsent(part.org, host.nanos());
    } else {
      stuckSince.remove(part.org);
    }
    meters.told(it.told());
    Ask.Settle ask = part.ask;
    if (ask != null) {
      desks
          .apply(part.org)
          .run(decider -> decider.leases().told(ask, it.told(), answer.sentAt, host.nanos()));
      if (!isLost) {
        part.ask = null;
      }
    }
    switch (it.told()) {
      case Told.Lost lost -> again(part, "no_answer");
      case Told.Refused no when isFinalized(part.uses.getFirst(), no) -> {
        finalizedBefore(part.uses.getFirst());
        done(part);
      }
      case Told.Refused no when isOfLease(part) && no.code().equals("lease_not_found") ->
          part.forgotten = true;
      case Told.Refused no when isForGood(no) -> refused(part, no);
      case Told.Refused no when isForgotten(part.uses.getFirst(), no) -> {
        rejected(part.uses.getFirst(), "the server does not know it, and may have charged it");
        done(part);
      }
      case Told.Refused no -> again(part, no.code());
      case Told.Denied no when isOfLease(part) -> again(part, "denied");
      case Told.Denied events -> recorded(part, it);
      case Told.Lease lease -> recorded(part, it);
    }
  }

  private static boolean isOfLease(Part part) {
    return !part.forgotten;
  }

  private static boolean isFinalized(Entry.Stored use, Told.Refused no) {
    return use.isOwed() && no.code().equals(Owed.FINALIZED);
  }

  /** Whether the server can't remember it any more, however often it is told. */
  private boolean isForgotten(Entry.Stored use, Told.Refused no) {
    return use.isOwed()
        && no.code().equals(Owed.NOT_FOUND)
        && host.now().isAfter(use.at().plus(REMEMBERED));
  }

  /**
   * The server was told of a reservation's end otherwise.
   *
   * @return whether that is all; else it is to be told again
   */
  boolean told(Entry.Stored owed, Reported it) {
    boolean isAll = isAll(owed, it);
    if (isAll) {
      maybeTold.remove(owed.id());
    }
    return isAll;
  }

  private boolean isAll(Entry.Stored owed, Reported it) {
    return switch (it.told()) {
      case Told.Refused no when isFinalized(owed, no) -> {
        finalizedBefore(owed);
        yield true;
      }
      case Told.Refused no -> false;
      case Told.Lost lost -> false;
      case Told.Denied events when it.rejected().isEmpty() -> false;
      case Told.Lease lease when it.rejected().isEmpty() -> false;
      case Told.Denied events when !it.notYet().isEmpty() -> false;
      default -> {
        rejected(List.of(owed), it);
        yield true;
      }
    };
  }

  private void finalizedBefore(Entry.Stored owed) {
    meters.finalizedBefore();
    LOG.atWarn()
        .setMessage(
            "a reservation that was to be committed had ended before: by this commit, whose answer"
                + " was lost, or otherwise")
        .addKeyValue("reservation", owed.id())
        .addKeyValue("work", new String(owed.work(), StandardCharsets.UTF_8))
        .log();
  }

  private void rejected(List<Entry.Stored> uses, Reported it) {
    for (int i = 0; i < uses.size() && i < it.rejected().size(); i++) {
      String reason = it.rejected().get(i);
      if (reason != null && !it.notYet().contains(i)) {
        rejected(uses.get(i), reason);
      }
    }
  }

  private void recorded(Part part, Reported it) {
    if (!it.notYet().isEmpty() && !isKeptForLater(part, it)) {
      return;
    }
    rejected(part.uses, it);
    if (it.notYet().isEmpty()) {
      asideAfter = ASIDE;
    }
    done(part, it.notYet().size());
  }

  /**
   * What is ahead of the server's clock is kept by itself, and tried again until that has come so
   * far: it has run, whatever the clock here says of when.
   */
  private boolean isKeptForLater(Part part, Reported it) {
    List<Entry.Stored> later = it.notYet().stream().sorted().map(part.uses::get).toList();
    // What is on record by now is found there.
    if (!isSetAside(part, later)) {
      return false;
    }
    if (!isAside(part)) {
      String first = later.getFirst().id();
      asideLog.setAside(part.org, later.size(), first, AHEAD, true, host.nanos());
    }
    return true;
  }

  /** It is tried again, behind those whose turn has not come yet. */
  private void again(Part part, String code) {
    parts.remove(part);
    parts.add(part);
    part.notBefore = host.nanos() + (hurried ? BUSY : part.pause);
    if (asideHurried && isAside(part)) {
      part.inVain = true;
      asideTried = parts.stream().filter(this::isAside).allMatch(it -> it.inVain);
    }
    part.pause = Math.min(2 * part.pause, AWAY_MAX);
    setAsideIfStuck(part, code);
  }

  /**
   * What could not be reported for a while, though the server answers others, is kept by itself:
   * the rest of the file can be given up. That is soon where others wait for its place.
   */
  private void setAsideIfStuck(Part part, String code) {
    long now = host.nanos();
    // Nothing is wrong with a lease that is only being settled otherwise just then.
    boolean isFault = !code.equals(BUSY_LEASE) || now - part.since > patience;
    boolean isCrowded = !isAside(part) && reading && batches == BATCHES_MAX;
    long most = isCrowded ? Math.min(CROWDED, patience) : patience;
    boolean stuck = now - part.since > most && meters.answeredAt() - part.triedBefore > 0;
    if (!stuck || hurried) {
      return;
    }
    if (!isSetAside(part, part.uses)) {
      return;
    }
    Ask.Settle ask = part.ask;
    if (ask != null) {
      desks.apply(part.org).run(decider -> decider.leases().held().forgo(ask));
    }
    int uses = part.uses.size();
    if (!isAside(part)) {
      asideLog.setAside(part.org, uses, part.uses.getFirst().id(), code, isFault, now);
    }
    done(part, uses);
  }

  /** Where that can't be, as on a full disk, it is told once, and tried now and then. */
  private boolean isSetAside(Part part, List<Entry.Stored> uses) {
    long now = host.nanos();
    if (asideFails && asideFailsUntil - now > 0) {
      part.notBefore = asideFailsUntil;
      return false;
    }
    try {
      file.setAside(uses);
      if (asideFails) {
        asideFails = false;
        LOG.atWarn().setMessage("usage can be set aside again").log();
      }
      return true;
    } catch (IOException e) {
      if (!asideFails) {
        asideFails = true;
        LOG.atError().setMessage("usage can't be set aside; it is tried again").setCause(e).log();
      }
      asideFailsUntil = now + AWAY_MAX;
      part.notBefore = asideFailsUntil;
      return false;
    }
  }

  /** Whether it will never be taken as it is, however often it is sent. */
  private static boolean isForGood(Told.Refused refused) {
    String field = refused.field();
    boolean malformed =
        field != null
            && (field.startsWith("usage") || field.startsWith("data"))
            && (refused.code().equals("invalid") || refused.code().equals("unknown_field"));
    return malformed || refused.code().equals("too_large");
  }

  /** One of many does not take the others with it: they are reported in halves. */
  private void refused(Part part, Told.Refused no) {
    int size = part.uses.size();
    if (size > 1) {
      long now = host.nanos();
      parts.remove(part);
      parts.add(new Part(part.work, part.uses.subList(0, size / 2), part.forgotten, now));
      parts.add(new Part(part.work, part.uses.subList(size / 2, size), part.forgotten, now));
      return;
    }
    String lease = part.lease;
    if (lease != null && isOfLease(part)) {
      desks
          .apply(part.org)
          .run(decider -> decider.leases().held().unreported(lease, -part.micros(), -1));
    }
    rejected(part.uses.getFirst(), no.toString());
    done(part);
  }

  /** What the server does not take is not lost: it is in the log, as it was to be reported. */
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
    Host.Running running = steps;
    if (running != null) {
      running.close();
    }
  }
}
