package dev.bursar.sidecar;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.LocalDecider;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.decision.Unchargeable;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Rooms;
import dev.bursar.sidecar.lease.Wanted;
import dev.bursar.sidecar.server.Changes;
import dev.bursar.sidecar.server.Owed;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.Server.Reported;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.Terms;
import dev.bursar.sidecar.terms.TermsSource;
import dev.bursar.sidecar.usage.Answer;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovery;
import dev.bursar.sidecar.usage.UsageLog;
import dev.bursar.sidecar.usage.Use;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides in memory, from leases, and goes on doing so while the server is away. What was used is
 * kept in a file before the answer is given, and reported. Safe for use by many threads.
 */
public final class Sidecar implements Changes, AutoCloseable {

  /** How the reservations made here begin. */
  public static final String RESERVATION = "lrs_";

  private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
  private static final int ROUNDS_MAX = 10;

  /** How often it is looked whether all is reported, while it stops. */
  private static final long LOOK_MS = 10;

  private static final Decision REFUSED =
      new Decision.Denied("key_refused", "the server does not take the sidecar's key");

  private static final String NO_ROOM =
      "the usage file is full: what was used could not be kept until the server has it. There is"
          + " room once the server can be reached and takes what is in it, or in a larger file"
          + " (--file-mb)";

  private static final Decision FULL = new Decision.Denied("usage_file_full", NO_ROOM);

  private static final Decision UNWRITTEN =
      new Decision.Denied(
          "usage_file_away",
          "what was used could not be kept: the sidecar can't write its usage file, as on a disk"
              + " that is full. Its log has the reason");

  private final SidecarSettings settings;
  private final Server server;
  private final UsageLog file;
  private final Host host;
  private final ToldOrgs toldOrgs = new ToldOrgs();
  private final Desks desks;
  private final SidecarMeters meters;
  private final Host.Running timer;
  private final Reporter reporter;
  private Collection<Recovery.Answered> answered;

  private final Instant forgotten;

  /** How reservations of an earlier life have ended, by their names. */
  private final Map<String, String> endedBefore;

  private volatile boolean closing;

  /**
   * Begins; what an earlier life has left in the file is taken up.
   *
   * @param file just opened; closed with this
   */
  public Sidecar(
      SidecarSettings settings,
      Server server,
      TermsSource source,
      UsageLog file,
      InstantSource clock) {
    this(settings, server, source, file, new Threads(clock));
  }

  /** The same, run by a host of its own. */
  public Sidecar(
      SidecarSettings settings, Server server, TermsSource source, UsageLog file, Host host) {
    this.settings = settings;
    this.server = server;
    this.file = file;
    this.host = host;
    this.meters = new SidecarMeters(host);
    this.desks = new Desks(settings, server, source, host, meters, toldOrgs);
    this.reporter =
        new Reporter(
            desks::desk, server, file, host, settings.reportEvery(), settings.patience(), meters);
    restore(file);
    UsageLog aside = file.aside();
    if (aside != null) {
      restore(aside);
    }
    answered = file.recovered().answered();
    forgotten = file.recovered().forgotten();
    endedBefore = file.recovered().ended();
    file.takenUp();
    file.start(desks::opened, reporter::used);
    reporter.start();
    timer = host.run("sidecar-timer", desks::tick);
  }

  private void restore(UsageLog from) {
    desks.restore(from.recovered());
    meters.damaged(from.recovered().lostBytes());
  }

  // ---- decisions

  /** The org of a reservation that was made here; null for any other. */
  public static @Nullable String org(String reservation) {
    int end = reservation.lastIndexOf('_');
    if (!reservation.startsWith(RESERVATION) || end <= RESERVATION.length()) {
      return null;
    }
    try {
      return EntityId.decoded(reservation.substring(RESERVATION.length(), end));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Decides, from leases alone.
   *
   * @return {@link Decision.Elsewhere} if the server has to; failed if what was used can't be kept
   */
  public CompletionStage<Decision> decide(ReserveRequest request) {
    return decide(request, null);
  }

  /**
   * The same for a call with a key: what is allowed is kept with it, so that a repetition can be
   * answered after a crash.
   */
  public CompletionStage<Decision> decide(ReserveRequest request, @Nullable CallKey key) {
    OrgDesk desk = closing ? null : desks.asked(request.subject().org());
    if (desk == null) {
      return atOnce(Decision.Elsewhere.IT_IS);
    }
    if (file.isFull()) {
      Decision full = file.isAway() ? UNWRITTEN : FULL;
      return atOnce(settings.denyWhenFull() ? full : Decision.Elsewhere.IT_IS);
    }
    String id = desks.newId(desk);
    long now = host.nanos();
    if (desk.known() == null && !desk.isRefused()) {
      desks.fetchUnlessFailed(desk);
      if (server.isSilent()) {
        return atOnce(Decision.Elsewhere.IT_IS);
      }
      return waited(desk.fetched(), now)
          .thenCompose(done -> decide(desk, request, key, id, now, 1));
    }
    return decide(desk, request, key, id, now, 0);
  }

  private CompletionStage<Decision> atOnce(Decision decision) {
    meters.decided(decision, true);
    return CompletableFuture.completedFuture(decision);
  }

  /**
   * @param round how often something was waited for
   */
  private CompletionStage<Decision> decide(
      OrgDesk desk,
      ReserveRequest request,
      @Nullable CallKey key,
      String id,
      long since,
      int round) {
    if (desk.isRefused()) {
      return atOnce(REFUSED);
    }
    CompletableFuture<?>[] kept = new CompletableFuture<?>[1];
    Decision decision =
        desk.with(
            decider -> {
              if (closing) {
                return new Decision.Elsewhere();
              }
              Decision it = decider.reserve(request, id, host.nanos(), host.now());
              kept[0] = consequence(desk, decider, key, it);
              return it;
            });
    CompletableFuture<?> until = kept[0];
    if (decision instanceof Decision.Wait) {
      long left = settings.waitMax().toNanos() - (host.nanos() - since);
      if (until == null || left <= 0 || round >= ROUNDS_MAX || server.isSilent()) {
        Decision none = Decision.Elsewhere.IT_IS;
        meters.decided(none, false);
        return CompletableFuture.completedFuture(none);
      }
      return waited(until, since)
          .thenCompose(d -> decide(desk, request, key, id, since, round + 1));
    }
    meters.decided(decision, round == 0);
    return until == null
        ? CompletableFuture.completedFuture(decision)
        : kept(until, decision, desk, null);
  }

  /** What has to be waited for; to be called while the decider is held. */
  private @Nullable CompletableFuture<?> consequence(
      OrgDesk desk, LocalDecider decider, @Nullable CallKey key, Decision decision) {
    if (decision instanceof Decision.Wait(LeaseKey lease)) {
      return desk.waiting(lease);
    }
    if (decision instanceof Decision.Allowed it && it.reservation() != null) {
      if (it.use() != null) {
        return file.keep(
            new Entry.Used(
                it.use(), key == null ? null : new Answer(key, it.creditType(), 0, false)));
      }
      OpenReservation open = decider.open(it.reservation());
      if (open != null) {
        return write(desks.made(open, it.lastsNanos(), key), key);
      }
    }
    return null;
  }

  /**
   * What a call with a key was answered is known after the end of the process: then it is waited
   * for. Nothing was spent: it is not lost if the machine loses it with whoever was answered.
   */
  private @Nullable CompletableFuture<?> write(Entry entry, @Nullable CallKey key) {
    if (key != null) {
      CompletableFuture<Void> written = file.write(entry);
      return written.isDone() && !written.isCompletedExceptionally() ? null : written;
    }
    file.note(entry);
    return null;
  }

  /** What could not be kept was not used: it is taken back, and may be tried again. */
  private CompletionStage<Decision> kept(
      CompletableFuture<?> until, Decision decision, OrgDesk desk, Ended.@Nullable Done ended) {
    return until.handle(
        (done, error) -> {
          if (error != null) {
            desk.run(decider -> decider.undo(decision, ended));
            throw new CompletionException(error);
          }
          return decision;
        });
  }

  private CompletableFuture<Void> waited(CompletableFuture<?> until, long since) {
    long left = settings.waitMax().toNanos() - (host.nanos() - since);
    CompletableFuture<Void> done = until.thenApply(any -> null);
    host.completeAfter(done, Math.max(1, left));
    return done;
  }

  /**
   * Charges what the work came to; one of the two is given; or gives all back, if neither is.
   *
   * @param reservation one that was made here
   * @return failed if what was used can't be kept; it may be tried again
   */
  public CompletionStage<Ended> end(
      String reservation, @Nullable Credits amount, @Nullable Map<String, Long> usage) {
    return end(reservation, amount, usage, null);
  }

  /** The same for a call with a key. */
  public CompletionStage<Ended> end(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      @Nullable CallKey key) {
    return end(reservation, amount, usage, key, Map.of());
  }

  /**
   * The same, saying how it came to that.
   *
   * @param remarks what the metadata of the use has besides the request's
   */
  public CompletionStage<Ended> end(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      @Nullable CallKey key,
      Map<String, String> remarks) {
    OrgDesk desk = deskOf(reservation);
    if (desk == null) {
      return CompletableFuture.completedFuture(unknown(reservation));
    }
    if (usage != null && desk.known() == null) {
      // After a restart, what it costs is to be asked first.
      desks.fetchUnlessFailed(desk);
      return waited(desk.fetched(), host.nanos())
          .thenCompose(done -> end(desk, reservation, amount, usage, key, remarks));
    }
    return end(desk, reservation, amount, usage, key, remarks);
  }

  private CompletionStage<Ended> end(
      OrgDesk desk,
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      @Nullable CallKey key,
      Map<String, String> remarks) {
    CompletableFuture<?>[] kept = new CompletableFuture<?>[1];
    Ended ended =
        desk.with(
            decider -> {
              long now = host.nanos();
              Ended it =
                  amount == null && usage == null
                      ? decider.release(reservation, now)
                      : decider.commit(reservation, amount, usage, now);
              if (it instanceof Ended.Done done) {
                Answer answer =
                    key == null
                        ? null
                        : new Answer(key, done.creditType(), done.released(), done.late());
                kept[0] =
                    done.use() == null
                        ? write(new Entry.Closed(reservation, answer), key)
                        : file.keep(new Entry.Used(done.use().remarked(remarks), answer));
              }
              return it;
            });
    CompletableFuture<?> until = kept[0];
    return until == null || !(ended instanceof Ended.Done done)
        ? CompletableFuture.completedFuture(unlessBefore(ended, reservation))
        : kept(until, new Decision.Elsewhere(), desk, done).thenApply(any -> ended);
  }

  /**
   * Lets a reservation that was made here live for so many seconds from now; no longer than what is
   * held for it can be settled.
   */
  public CompletionStage<Ended> extend(String reservation, long ttlSeconds) {
    return extend(reservation, ttlSeconds, null);
  }

  /**
   * The same for a call with a key.
   *
   * @return failed if it can't be kept; then it may be tried again. Where the file has no room for
   *     it, it is prolonged all the same, for as long as the process lives
   */
  public CompletionStage<Ended> extend(String reservation, long ttlSeconds, @Nullable CallKey key) {
    OrgDesk desk = deskOf(reservation);
    if (desk == null) {
      return CompletableFuture.completedFuture(unknown(reservation));
    }
    CompletableFuture<?>[] kept = new CompletableFuture<?>[1];
    OpenReservation[] made = new OpenReservation[2];
    Ended ended =
        desk.with(
            decider -> {
              made[0] = decider.open(reservation);
              Ended it = decider.extend(reservation, ttlSeconds, host.nanos(), host.now());
              made[1] = decider.open(reservation);
              if (made[1] != null && it instanceof Ended.Prolonged prolonged) {
                kept[0] = write(Desks.entry(made[1], prolonged.expiresAt(), key), key);
              }
              return it;
            });
    CompletableFuture<?> until = kept[0];
    return until == null
        ? CompletableFuture.completedFuture(unlessBefore(ended, reservation))
        : until.handle(
            (done, error) -> {
              if (error != null && !(error instanceof UsageLog.Full)) {
                desk.run(decider -> decider.undo(made[0], made[1]));
                throw new CompletionException(error);
              }
              return ended;
            });
  }

  /** A reservation that was made here and is open; null if there is none. */
  public @Nullable OpenReservation find(String reservation) {
    OrgDesk desk = deskOf(reservation);
    return desk == null
        ? null
        : desk.<@Nullable OpenReservation>with(decider -> decider.open(reservation));
  }

  /**
   * How a reservation that was made here has ended, {@code committed}, {@code released} or {@code
   * expired}; null if that is not known, or not yet so.
   */
  public @Nullable String ended(String reservation) {
    OrgDesk desk = deskOf(reservation);
    String how =
        desk == null
            ? null
            : desk.<@Nullable String>with(decider -> decider.ended(reservation, host.nanos()));
    return how == null ? endedBefore.get(reservation) : how;
  }

  /** A reservation that was made here and has expired, as it was; null if there is none. */
  public @Nullable OpenReservation expired(String reservation) {
    OrgDesk desk = deskOf(reservation);
    return desk == null
        ? null
        : desk.<@Nullable OpenReservation>with(decider -> decider.expired(reservation));
  }

  private @Nullable OrgDesk deskOf(String reservation) {
    String org = org(reservation);
    return org == null ? null : desks.known(org);
  }

  private Ended unknown(String reservation) {
    return unlessBefore(
        new Ended.Refused(Ended.Fault.NOT_FOUND, "there is no reservation " + reservation),
        reservation);
  }

  /** What is not known any more may have ended in an earlier life. */
  private Ended unlessBefore(Ended ended, String reservation) {
    String how =
        ended instanceof Ended.Refused refused && refused.fault() == Ended.Fault.NOT_FOUND
            ? endedBefore.get(reservation)
            : null;
    return how == null ? ended : Ended.Refused.finalized(how);
  }

  /**
   * What becomes of a request that nobody can be asked about. It is let pass only for an org of
   * which the server has told with this key: whose key it is nobody knows otherwise.
   *
   * @return failed with an {@link Unchargeable} if the server would refuse it by the org's terms
   */
  public CompletionStage<Decision> unasked(ReserveRequest request) {
    return unasked(request, null);
  }

  /** The same for a call with a key. */
  public CompletionStage<Decision> unasked(ReserveRequest request, @Nullable CallKey key) {
    OrgDesk desk = desks.asked(request.subject().org());
    TermsSource.Tagged known = desk == null ? null : desk.known();
    if (desk == null || !toldOrgs.contains(desk.org)) {
      // It may be another's: the server has refused to tell of it, or was not asked yet.
      return away("nobody can be asked, and it is not known whether the key may spend for the org");
    }
    FailMode ofPlan = known == null ? null : known.terms().failMode(request.feature());
    FailMode mode = settings.failMode(request.feature(), ofPlan);
    if (file.isAway()) {
      meters.unasked(false);
      return CompletableFuture.completedFuture(UNWRITTEN);
    }
    if (file.isFull()) {
      return away("nobody can be asked, and " + NO_ROOM);
    }
    if (mode == FailMode.DENY || request.dryRun()) {
      return away("nobody can be asked, and nothing is leased for it");
    }
    CompletableFuture<?>[] kept = new CompletableFuture<?>[1];
    Decision decision;
    try {
      decision =
          desk.with(
              decider -> {
                Decision it =
                    decider.unchecked(request, desks.newId(desk), host.nanos(), host.now());
                kept[0] = consequence(desk, decider, key, it);
                return it;
              });
    } catch (Unchargeable refused) {
      meters.unasked(false);
      return CompletableFuture.failedFuture(refused);
    }
    meters.unasked(decision instanceof Decision.Allowed);
    CompletableFuture<?> until = kept[0];
    return until == null
        ? CompletableFuture.completedFuture(decision)
        : kept(until, decision, desk, null);
  }

  private CompletionStage<Decision> away(String detail) {
    meters.unasked(false);
    return CompletableFuture.completedFuture(new Decision.Denied("server_away", detail));
  }

  /**
   * Charges what a reservation came to that the server has made: it is kept, then the server is
   * told at once, and until it answers, whatever comes in between. Where the file is full the
   * server is told first, so that it does not grow; only what it can't be told is kept all the
   * same.
   *
   * @param use as it is to be charged, by the reservation's name
   * @param others what is charged where its usage has no price, the first that has one
   * @param answer what is answered to the call with a key that is charged by it; null for none
   * @return done once a crash does not lose it and the server has been told, or does not answer
   *     soon; failed if it may be lost
   */
  public CompletionStage<Void> owe(
      Use use, List<Map<String, Long>> others, @Nullable Answer answer) {
    Entry.Stored owed = Entry.Stored.owed(use, others, answer);
    CompletableFuture<Reported> first = new CompletableFuture<>();
    if (server.isSilent() || !reporter.begin(owed.id(), first)) {
      return file.keep(owed).exceptionallyCompose(error -> onlyTold(owed, first));
    }
    if (file.isFull()) {
      return onlyTold(owed, first).exceptionallyCompose(error -> forgotten(file.keep(owed), owed));
    }
    return file.keep(owed)
        .handle((kept, error) -> error == null)
        .thenCompose(
            isKept -> {
              if (!isKept) {
                return forgotten(onlyTold(owed, first), owed);
              }
              tell(owed, first);
              CompletableFuture<Void> answered = first.handle((it, error) -> null);
              host.completeAfter(answered, settings.waitMax().toNanos());
              return answered;
            });
  }

  /** What could be neither kept nor told is not tried any more. */
  public void givenUp(String reservation) {
    reporter.givenUp(reservation);
  }

  private void tell(Entry.Stored owed, CompletableFuture<Reported> first) {
    Owed.settle(server, owed, !reporter.isMaybeTold(owed.id()))
        .whenComplete(
            (it, error) -> {
              if (error == null) {
                first.complete(it);
              } else {
                first.completeExceptionally(error);
              }
            });
  }

  /** It is in no file. */
  private CompletionStage<Void> onlyTold(Entry.Stored owed, CompletableFuture<Reported> first) {
    tell(owed, first);
    return first
        .whenComplete(
            (reported, error) -> {
              if (error != null && !ServerAway.isUnsent(error)) {
                reporter.maybeTold(owed.id());
              }
            })
        .thenAccept(
            reported -> {
              meters.told(reported.told());
              if (!reporter.told(owed, reported)) {
                throw new ServerAway("it is not known to be charged");
              }
              reporter.forget(owed.id());
            });
  }

  private CompletionStage<Void> forgotten(CompletionStage<Void> last, Entry.Stored owed) {
    return last.whenComplete(
        (done, error) -> {
          if (error != null) {
            reporter.forget(owed.id());
          }
        });
  }

  /** The server is to answer a call, also after a crash; done once that is kept. */
  public CompletionStage<Void> passedOn(CallKey key) {
    return file.keep(new Entry.Passed(key));
  }

  // ---- with the server's help, for who uses this as a library

  /**
   * Decides: from leases, else by the server, else by the fail mode. Denied as {@value
   * Decision.Denied#BUSY} where the server is there, and too many ask it.
   */
  public CompletionStage<Decision> reserve(ReserveRequest request) {
    return decide(request)
        .thenCompose(
            decision -> decision instanceof Decision.Elsewhere ? asked(request) : done(decision));
  }

  private CompletionStage<Decision> asked(ReserveRequest request) {
    if (server.isSilent()) {
      return unasked(request);
    }
    return server
        .reserve(request, desks.newCall())
        .handle(
            (decision, error) -> {
              if (error == null) {
                return done(decision);
              }
              Throwable cause = error instanceof CompletionException ? error.getCause() : error;
              // What may have been charged already is not charged again.
              boolean mayBeCharged = request.commit() && !ServerAway.isUnsent(error);
              return cause instanceof ServerAway && !mayBeCharged
                  ? unasked(request)
                  : CompletableFuture.<Decision>failedStage(cause);
            })
        .thenCompose(stage -> stage);
  }

  private static CompletionStage<Decision> done(Decision decision) {
    return CompletableFuture.completedFuture(decision);
  }

  /** Ends a reservation, whoever has made it; without amount and usage it is released. */
  public CompletionStage<Ended> settle(
      String reservation, @Nullable Credits amount, @Nullable Map<String, Long> usage) {
    return reservation.startsWith(RESERVATION)
        ? end(reservation, amount, usage)
        : server.end(reservation, amount, usage, Owed.key("end", reservation));
  }

  /** The terms of an org, once they are known; null if the server does not show them. */
  public CompletionStage<@Nullable Terms> terms(String org) {
    OrgDesk desk = desks.asked(org);
    if (desk == null) {
      return CompletableFuture.completedFuture(null);
    }
    TermsSource.Tagged before = desk.known();
    if (before != null) {
      return CompletableFuture.completedFuture(before.terms());
    }
    desks.fetchUnlessFailed(desk);
    return waited(desk.fetched(), host.nanos())
        .thenApply(
            done -> {
              TermsSource.Tagged known = desk.known();
              return known == null ? null : known.terms();
            });
  }

  /** The terms of an org, if they are known by now; else null. */
  public @Nullable Terms knownTerms(String org) {
    OrgDesk desk = desks.known(org);
    TermsSource.Tagged known = desk == null ? null : desk.known();
    return known == null ? null : known.terms();
  }

  // ---- what is wanted

  /** What was wanted of leases in the last ten minutes. */
  public List<Wanted> wanted() {
    return desks.wanted();
  }

  /**
   * What an earlier life has wanted is leased again before it is asked for, where there is plenty.
   */
  public void expect(List<Wanted> all) {
    desks.expect(all);
  }

  /**
   * Of which orgs the server has told an earlier life with the same key counts for this one, too;
   * to be said before anything is asked.
   */
  public void toldBefore(List<String> orgs) {
    toldOrgs.before(orgs);
  }

  /** Of which orgs the server has told with this key; the last ones, the newest last. */
  public List<String> told() {
    return toldOrgs.all();
  }

  // ---- what others push

  @Override
  public CompletionStage<Void> changed(String org) {
    return desks.changed(org);
  }

  @Override
  public CompletionStage<Void> changedAll() {
    return desks.changedAll();
  }

  @Override
  public CompletionStage<Void> revoke(String org, String lease) {
    return desks.revoke(org, lease);
  }

  // ---- figures

  /** For how long the oldest terms that are in use were not confirmed, in seconds. */
  public double stalenessSeconds() {
    return desks.stalenessSeconds();
  }

  /** How much of the heap is taken by what grows with what is asked. */
  public Rooms rooms() {
    return desks.rooms();
  }

  /** How many leases are not over. */
  public int leases() {
    return desks.leases();
  }

  /** What is counted. */
  public SidecarMeters meters() {
    return meters;
  }

  /** What was answered to calls in an earlier life; told once. */
  public synchronized Collection<Recovery.Answered> answered() {
    Collection<Recovery.Answered> all = answered;
    answered = List.of();
    return all;
  }

  /** Up to when keys were made of calls that an earlier life may have answered besides. */
  public Instant forgotten() {
    return forgotten;
  }

  /** The file, for its figures. */
  public UsageLog file() {
    return file;
  }

  /**
   * Decides nothing more, reports what was used and gives back what is left, for so long at most;
   * what has not been reported by then, and what is still set aside, is in the file.
   */
  public void stop(Duration within) {
    closing = true;
    long deadline = host.nanos() + within.toNanos();
    desks.revokeAll();
    reporter.hurry();
    while (isToBeWaitedFor() && host.nanos() - deadline < 0) {
      // Whoever calls may be a thread of the pool by which answers come in: it makes up for one
      // that
      // waits so, and not for one that sleeps.
      new CompletableFuture<Void>().completeOnTimeout(null, LOOK_MS, TimeUnit.MILLISECONDS).join();
    }
    close();
  }

  /** What is set aside is tried once more; it, and its leases, would be waited for in vain. */
  private boolean isToBeWaitedFor() {
    long aside = file.unsentAside();
    boolean inVain = aside > 0 && file.unsent() == aside && reporter.isAsideTried();
    return inVain ? desks.closable(true) > 0 : file.unsent() > 0 || desks.closable(false) > 0;
  }

  /** Ends at once, as a crash would, but for the file, which is closed. */
  @Override
  public void close() {
    closing = true;
    timer.close();
    desks.end();
    reporter.close();
    try {
      file.close();
    } catch (IOException e) {
      LOG.atError().setMessage("the usage file could not be closed").setCause(e).log();
    }
  }
}
