package dev.bursar.sidecar;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.sidecar.decision.LocalDecider;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Features;
import dev.bursar.sidecar.lease.LeaseBook;
import dev.bursar.sidecar.lease.Rooms;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.lease.Wanted;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.Server.Reported;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.TermsRefused;
import dev.bursar.sidecar.terms.TermsSource;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovery;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The desks of all orgs that are asked about, and what goes on behind them. */
final class Desks {

  private static final Logger LOG = LoggerFactory.getLogger(Desks.class);
  private static final long FORGET_NANOS = Duration.ofMinutes(10).toNanos();
  private static final long IDLE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long LOOK_NANOS = Duration.ofSeconds(5).toNanos();

  /**
   * Of how many orgs terms are asked for at once, where they are asked for one org after the other.
   */
  private static final int FETCHED_AT_ONCE = 16;

  /** So much of what was wanted is remembered, of all orgs. */
  private static final int WANTED_MAX = 1_000;

  /** How many questions about leases are under way: each may take a connection. */
  private static final int ASKED_AT_ONCE = 64;

  /** How many of them may be such as nobody waits for. */
  private static final int ASKED_AHEAD = 32;

  private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();

  private final SidecarSettings settings;
  private final Server server;
  private final TermsSource source;
  private final Host host;
  private final SidecarMeters meters;
  private final ToldOrgs toldOrgs;
  private final Map<String, OrgDesk> desks = new ConcurrentHashMap<>();

  private final String life;
  private final AtomicLong ids = new AtomicLong();
  private final Rooms rooms = Rooms.usual();
  private final Features features = new Features();
  private final FairQueue toAsk = new FairQueue(ASKED_AT_ONCE, ASKED_AHEAD);
  private final FairQueue toFetch = new FairQueue(FETCHED_AT_ONCE, FETCHED_AT_ONCE);

  /** The orgs whose terms wait to be asked for again. */
  private final Set<String> due = ConcurrentHashMap.newKeySet();

  private long lookedAt;
  private volatile boolean ended;

  Desks(
      SidecarSettings settings,
      Server server,
      TermsSource source,
      Host host,
      SidecarMeters meters,
      ToldOrgs toldOrgs) {
    this.settings = settings;
    this.server = server;
    this.source = source;
    this.host = host;
    this.life = host.newLife();
    this.lookedAt = host.nanos();
    this.meters = meters;
    this.toldOrgs = toldOrgs;
  }

  /** The desk of an org that was asked about; null if it was not. */
  @Nullable OrgDesk known(String org) {
    return desks.get(org);
  }

  /** How much of the heap is taken. */
  Rooms rooms() {
    return rooms;
  }

  /** A name for a call. */
  String newCall() {
    return life + "-" + ids.incrementAndGet();
  }

  /** A name for a reservation. */
  String newId(OrgDesk desk) {
    return desk.prefix + Long.toString(ids.incrementAndGet(), Character.MAX_RADIX);
  }

  /** The desk of an org that is asked about; null if there is no room for another. */
  @Nullable OrgDesk asked(String org) {
    long now = host.nanos();
    OrgDesk desk = desks.get(org);
    while (desk == null || !desk.touched(now)) {
      if (desk != null) {
        desks.remove(org, desk);
      }
      if (rooms.orgs().isFull()) {
        return null;
      }
      desk = desk(org);
    }
    return desk;
  }

  /** The desk of an org. */
  OrgDesk desk(String org) {
    return desks.computeIfAbsent(org, this::newDesk);
  }

  private OrgDesk newDesk(String org) {
    LocalDecider decider =
        new LocalDecider(new LeaseBook(newCall(), settings.leases(), rooms, features));
    OrgDesk desk =
        new OrgDesk(
            org,
            Sidecar.RESERVATION + EntityId.encoded(org) + "_" + life + ".",
            host,
            decider,
            ask -> send(org, ask),
            this::fetch);
    rooms.orgs().take(desk.bytes());
    return desk;
  }

  /** What is open, as the file is to have it. */
  Collection<Entry.Opened> opened() {
    List<Entry.Opened> all = new ArrayList<>();
    for (OrgDesk desk : desks.values()) {
      desk.run(decider -> decider.open().forEach(each -> all.add(entry(each))));
    }
    return all;
  }

  /** A reservation, as the file is to have it. */
  Entry.Opened entry(OpenReservation open) {
    return entry(open, host.now().plusNanos(open.expiresAt() - host.nanos()), null);
  }

  /** The same, which has just been made, by a call with a key: as it is answered. */
  Entry.Opened made(OpenReservation open, long lastsNanos, @Nullable CallKey key) {
    return entry(open, open.madeAt().plusNanos(lastsNanos), key);
  }

  /** The same, which lives until then as it was answered to a call with a key. */
  static Entry.Opened entry(OpenReservation open, Instant expiresAt, @Nullable CallKey key) {
    return new Entry.Opened(
        open.id(),
        open.lease().id(),
        open.lease().version(),
        open.request(),
        open.creditType(),
        open.spending().amount(),
        open.madeAt(),
        expiresAt,
        key);
  }

  /** Takes up what an earlier life has left. */
  void restore(Recovery recovered) {
    long now = host.nanos();
    Instant wall = host.now();
    for (Recovery.Unreported each : recovered.unreported()) {
      desk(each.org())
          .run(
              decider ->
                  decider.leases().held().unreported(each.lease(), each.micros(), each.uses()));
    }
    for (Entry.Opened open : recovered.open()) {
      // A clock that was set back does not prolong it.
      Duration left = Duration.between(wall, open.expiresAt());
      Duration most = Duration.between(open.madeAt(), open.expiresAt());
      long lasts = (left.compareTo(most) < 0 ? left : most).toNanos();
      desk(open.request().subject().org())
          .run(
              decider ->
                  decider.restored(
                      open.id(),
                      open.request(),
                      open.creditType(),
                      open.lease(),
                      open.version(),
                      open.micros(),
                      open.madeAt(),
                      now + lasts,
                      now));
    }
  }

  /** What was wanted lately, of all orgs. */
  List<Wanted> wanted() {
    long now = host.nanos();
    return desks.values().stream()
        .flatMap(desk -> desk.with(it -> it.leases().wanted(FORGET_NANOS, now)).stream())
        .limit(WANTED_MAX)
        .toList();
  }

  /**
   * What an earlier life has wanted is leased again, where there is plenty; some orgs at a time.
   */
  void expect(List<Wanted> all) {
    Map<String, List<Wanted>> byOrg =
        all.stream()
            .limit(WANTED_MAX)
            .collect(
                Collectors.groupingBy(
                    each -> each.key().subject().org(), LinkedHashMap::new, Collectors.toList()));
    byOrg.forEach((org, its) -> toFetch.add(org, true, () -> expect(org, its)));
  }

  private CompletionStage<Boolean> expect(String org, List<Wanted> all) {
    OrgDesk desk = ended ? null : asked(org);
    if (desk == null) {
      return CompletableFuture.completedFuture(true);
    }
    return fetchNow(desk)
        .thenApply(
            answered -> {
              if (!ended && desk.known() != null) {
                desk.run(decider -> decider.leases().expect(all, host.nanos()));
              }
              return answered;
            });
  }

  private void send(String org, Ask ask) {
    toAsk.add(org, ask.isUrgent(), () -> begin(org, ask));
  }

  private CompletionStage<Boolean> begin(String org, Ask ask) {
    long sentAt = host.nanos();
    return asked(ask)
        .handle(
            (reported, error) -> {
              Told told = error == null ? reported.told() : new Told.Lost();
              meters.told(told);
              desk(org).run(decider -> decider.leases().told(ask, told, sentAt, host.nanos()));
              return !(told instanceof Told.Lost);
            });
  }

  private CompletionStage<Reported> asked(Ask ask) {
    try {
      return server.ask(ask, List.of());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Does what is due in all of them; when it is to be asked again. */
  long tick() {
    long now = host.nanos();
    for (OrgDesk desk : desks.values()) {
      desk.run(decider -> decider.tick(now));
      if (isToBeFetched(desk, now) && due.add(desk.org)) {
        toFetch.add(desk.org, true, () -> fetchDue(desk));
      }
    }
    makeRoom(now);
    return host.nanos() + TICK_NANOS;
  }

  private boolean isToBeFetched(OrgDesk desk, long now) {
    return now - desk.askedAt() < FORGET_NANOS
        && now - desk.fetchedAt() > settings.termsEvery().toNanos()
        && desk.isToBeTried(now);
  }

  private CompletionStage<Boolean> fetchDue(OrgDesk desk) {
    CompletionStage<Boolean> fetched =
        isToBeFetched(desk, host.nanos()) ? fetchNow(desk) : isAnswered(desk);
    // Until then it is not due once more: it would take another place, and wait for the same.
    return fetched.whenComplete((answered, error) -> due.remove(desk.org));
  }

  private CompletionStage<Boolean> fetchNow(OrgDesk desk) {
    if (ended) {
      return isAnswered(desk);
    }
    fetch(desk);
    return desk.fetched().thenComposeAsync(done -> isAnswered(desk), host::soon);
  }

  /** Whether the server has answered when it was asked for its terms last. */
  private static CompletionStage<Boolean> isAnswered(OrgDesk desk) {
    return CompletableFuture.completedFuture(desk.pause() == 0);
  }

  /**
   * Fetches the terms of an org that somebody asks about, if there are none: not again and again
   * while that fails.
   */
  void fetchUnlessFailed(OrgDesk desk) {
    if (desk.isToBeTried(host.nanos())) {
      fetch(desk);
    }
  }

  /** What is not asked about for long goes whole; where there is little room, the oldest goes. */
  private void makeRoom(long now) {
    for (long age = FORGET_NANOS; rooms.past().isShort() && age > 0; age /= 2) {
      long old = age;
      desks.values().forEach(desk -> desk.run(decider -> decider.forget(now, old)));
    }
    if (now - lookedAt < LOOK_NANOS && !rooms.orgs().isFull()) {
      return;
    }
    lookedAt = now;
    long idle = rooms.orgs().isShort() ? IDLE_NANOS : FORGET_NANOS;
    for (OrgDesk desk : desks.values()) {
      if (desk.endIfIdle(now, idle, rooms)) {
        desks.remove(desk.org, desk);
      }
    }
  }

  /**
   * Something has changed for an org. Done when its terms are known as they were asked for from now
   * on, and nothing is decided any more but from leases that the server has said go on since.
   */
  CompletableFuture<Void> changed(String org) {
    OrgDesk desk = desks.get(org);
    return desk == null ? CompletableFuture.completedFuture(null) : changed(desk);
  }

  private CompletableFuture<Void> changed(OrgDesk desk) {
    CompletableFuture<Void> confirmed = desk.confirmed();
    fetch(desk);
    return CompletableFuture.allOf(confirmed, desk.look());
  }

  /** The same for all orgs, of which terms are asked for some at a time. */
  CompletableFuture<Void> changedAll() {
    return CompletableFuture.allOf(
        desks.values().stream()
            .map(
                desk -> {
                  CompletableFuture<Void> confirmed = desk.confirmed();
                  toFetch.add(desk.org, true, () -> fetchNow(desk));
                  return CompletableFuture.allOf(confirmed, desk.look());
                })
            .toArray(CompletableFuture[]::new));
  }

  /** Who waits for newer terms is why they are asked for again, after a while if they failed. */
  private void fetchAgain(OrgDesk desk, boolean failed) {
    if (ended || !desk.isAwaited()) {
      return;
    }
    if (!failed) {
      host.soon(() -> fetch(desk));
    } else if (desk.beginPause()) {
      var unused =
          host.after(desk.pause())
              .thenRun(
                  () -> {
                    desk.endPause();
                    toFetch.add(
                        desk.org, true, () -> desk.isAwaited() ? fetchNow(desk) : isAnswered(desk));
                  });
    }
  }

  /** Nothing is asked for any more. */
  void end() {
    ended = true;
  }

  /**
   * A lease is to be closed as soon as what was decided from it is settled. Done when nothing is
   * decided from it any more, also if it was only just granted.
   */
  CompletableFuture<Void> revoke(String org, String lease) {
    OrgDesk desk = desks.get(org);
    if (desk == null) {
      return CompletableFuture.completedFuture(null);
    }
    desk.run(decider -> decider.leases().held().revoke(lease));
    return desk.look();
  }

  /** Fetches an org's terms, unless that is under way. */
  void fetch(OrgDesk desk) {
    if (desk.beginFetching()) {
      termsOf(desk)
          .whenComplete(
              (terms, error) -> {
                Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                try {
                  told(desk, terms, cause);
                } catch (RuntimeException e) {
                  // Whoever waits for it waits no longer, and it is asked for again.
                  LOG.atError()
                      .setMessage("terms can't be taken in; the last ones stay in use")
                      .addKeyValue("org", desk.org)
                      .setCause(e)
                      .log();
                  desk.unanswered();
                }
                fetchAgain(desk, cause != null && !(cause instanceof TermsRefused));
              });
    }
  }

  private CompletionStage<TermsSource.@Nullable Tagged> termsOf(OrgDesk desk) {
    try {
      return source.terms(desk.org, desk.known());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void told(OrgDesk desk, TermsSource.@Nullable Tagged terms, @Nullable Throwable cause) {
    if (cause == null) {
      meters.answered();
      answered(desk, terms);
    } else if (cause instanceof TermsRefused it) {
      meters.answered();
      refused(desk, it);
    } else if (cause instanceof ServerAway || cause instanceof IOException) {
      desk.unanswered();
    } else {
      unreadable(desk, cause);
    }
  }

  private void unreadable(OrgDesk desk, Throwable cause) {
    meters.unreadableTerms();
    if (desk.unreadable()) {
      LOG.atError()
          .setMessage("terms can't be read; the last ones stay in use")
          .addKeyValue("org", desk.org)
          .setCause(cause)
          .log();
    }
  }

  private void answered(OrgDesk desk, TermsSource.@Nullable Tagged terms) {
    if (terms == null) {
      toldOrgs.gone(desk.org);
    } else {
      toldOrgs.told(desk.org);
    }
    if (terms == null && desk.known() != null) {
      LOG.atWarn()
          .setMessage("there is no such org any more; nothing is decided for it")
          .addKeyValue("org", desk.org)
          .log();
    }
    desk.fetched(terms);
  }

  private void refused(OrgDesk desk, TermsRefused cause) {
    if (cause.ofAllOrgs()) {
      toldOrgs.refused();
    } else {
      toldOrgs.gone(desk.org);
    }
    if (!desk.isRefused()) {
      LOG.atError()
          .setMessage("terms are refused, so that nothing is decided by the last ones any more")
          .addKeyValue("org", desk.org)
          .addKeyValue("reason", cause.getMessage())
          .log();
    }
    desk.refused();
  }

  /** For how long the oldest terms that are in use were not confirmed, in seconds. */
  double stalenessSeconds() {
    long now = host.nanos();
    return desks.values().stream()
            .filter(each -> each.known() != null && now - each.askedAt() < FORGET_NANOS)
            .mapToLong(each -> now - each.fetchedAt())
            .max()
            .orElse(0)
        / 1e9;
  }

  /** How many leases are held. */
  int leases() {
    return desks.values().stream()
        .mapToInt(each -> each.with(decider -> decider.leases().held().all().size()))
        .sum();
  }

  /**
   * Leases of which nothing is set aside any more, that are not closed yet.
   *
   * @param reported only those of which all is on record
   */
  long closable(boolean reported) {
    return desks.values().stream()
        .mapToLong(desk -> desk.with(decider -> decider.leases().closable(reported)))
        .sum();
  }

  /** Nothing is decided from any lease any more. */
  void revokeAll() {
    for (OrgDesk desk : desks.values()) {
      desk.run(decider -> decider.leases().revokeAll());
    }
  }
}
