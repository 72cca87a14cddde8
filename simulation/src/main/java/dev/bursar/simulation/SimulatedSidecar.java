package dev.bursar.simulation;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import dev.bursar.domain.operation.Answer;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.lease.LeaseSettings;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovery;
import dev.bursar.sidecar.usage.Use;
import dev.bursar.simulation.history.OrgShape;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar, as it runs in production, and an application that asks it: it is cut off, stops in the
 * midst of it and starts again on what it has kept, stands still, and goes by clocks that are
 * wrong; it is told what changes, or is not.
 */
final class SimulatedSidecar {

  /** The feature that may be used while nobody can be asked. */
  static final String UNCHECKED = "search";

  private static final long SECOND = 1_000_000;
  private static final Duration TTL = Duration.ofSeconds(14);

  /** A reservation may be asked for longer than its lease can be reported on. */
  private static final int TTL_SECONDS_MAX = 40;

  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /** By how much the time that its clock shows may be wrong. */
  private static final long CLOCK_WRONG_SECONDS_MAX = 600;

  /**
   * How much faster or slower than time a clock runs, at most: less than the sidecar allows for.
   */
  private static final double RATE_WRONG_MAX = 0.001;

  private static final long AMOUNT_MAX = 2_000_000;
  private static final int DRY_RUN_ONE_IN = 12;
  private static final int KEYED_ONE_IN = 3;
  private static final int EXTENDED_ONE_IN = 10;

  /** It is asked so long before a lease ends and after it has, in microseconds. */
  private static final long BEFORE_THE_END = 5 * SECOND;

  private static final long AFTER_THE_END = 2 * SECOND;

  /** One life, from its start to a crash. */
  private final class Life {
    final SidecarHost host;
    final SimulatedUsageLog log;
    final SidecarServer server;
    final Sidecar sidecar;

    Life() {
      host =
          new SidecarHost(
              world,
              name + "." + ++lives,
              rate,
              wrongMicros,
              () -> SimulatedSidecar.this.crash(this));
      log = new SimulatedUsageLog(world, host, disk, this::decided);
      server =
          new SidecarServer(
              world,
              name,
              host,
              disk,
              checks,
              served,
              SimulatedSidecar.this::isCutOff,
              log::isFull);
      SidecarSettings usual = SidecarSettings.USUAL;
      LeaseSettings leases = usual.leases().withTtl(TTL).withIdle(idle);
      sidecar =
          new Sidecar(
              new SidecarSettings(
                  world.tampering.leasing(leases),
                  usual.waitMax(),
                  usual.termsEvery(),
                  reportEvery,
                  PATIENCE,
                  null,
                  Map.of(UNCHECKED, FailMode.ALLOW),
                  false),
              server,
              server,
              log,
              host);
      sidecar.toldBefore(world.tampering.toldOf(disk.told));
    }

    /** Something is decided, and is to be kept. */
    private void decided(Entry entry) {
      calls.keeps(entry);
      switch (entry) {
        case Entry.Opened it when checks.hasMade(it.id()) -> {
          Duration lasts = Duration.between(host.now(), it.expiresAt());
          checks.isExtended(it, lasts, extendsBy, host.nanos());
        }
        case Entry.Opened it when it.lease().isEmpty() -> {
          checks.decidesUnchecked(it.request().feature());
          checks.setsAside(it, host.nanos());
        }
        case Entry.Opened it -> {
          checks.decides(it.lease(), it.request().feature(), host.nanos());
          letsThrough(it.lease(), it.request());
          checks.setsAside(it, host.nanos());
        }
        case Entry.Used it when open.remove(it.use().id()) -> {
          OpenReservation was = ending;
          boolean isLate = was == null || host.nanos() - was.expiresAt() >= 0;
          checks.endsWith(it.use().id(), isLate, host.nanos());
        }
        case Entry.Used it when it.use().lease() == null ->
            checks.decidesUnchecked(it.use().request().feature());
        case Entry.Used it -> {
          String lease = String.valueOf(it.use().lease());
          checks.decides(lease, it.use().request().feature(), host.nanos());
          letsThrough(lease, it.use().request());
        }
        case Entry.Closed it -> checks.ended(it.id());
        default -> {}
      }
    }

    private void letsThrough(String lease, ReserveRequest request) {
      checks.atHand.letsThrough(lease, request);
      last = new LetThrough(lease, request);
    }
  }

  private final World world;
  private final String name;
  private final Random random;

  /** What else is asked, by lots of its own. */
  private final Random further;

  private final double rate;
  private final long wrongMicros;
  private final Duration reportEvery;
  private final Duration idle;
  private final SidecarDisk disk = new SidecarDisk();
  private final SidecarChecks checks;
  private final SidecarCalls calls;
  private final ServedCluster served;
  private final SimulatedListeners listeners;
  private final SimulatedListeners.Listening listening;

  /** What may yet be ended. */
  private final List<String> open = new ArrayList<>();

  /** What may yet be ended, and the server has made. */
  private final Map<String, OfServer> ofServer = new HashMap<>();

  /**
   * @param actual what it comes to; null where it is given back
   * @param owed whether it is told in the end, whatever comes in between
   */
  private record OfServer(
      ReserveRequest request, Instant at, @Nullable Credits actual, boolean owed) {}

  /** Something that it has let through. */
  private record LetThrough(String lease, ReserveRequest request) {}

  private @Nullable LetThrough last;
  private int lives;
  private int left;
  private boolean done;
  private @Nullable Instant waitsFor;
  private long cutOffUntil;
  private boolean isToldNothing;
  private @Nullable OpenReservation ending;
  private Duration extendsBy = Duration.ZERO;
  private @Nullable Life life;

  SimulatedSidecar(World world, String name, int operations, SimulatedListeners listeners) {
    this.world = world;
    this.name = name;
    this.random = new Random(world.random.nextLong());
    this.left = operations;
    boolean wrong = world.scenario.has(Fault.SIDECAR_CLOCK_WRONG);
    this.rate = wrong ? 1 + RATE_WRONG_MAX * (2 * random.nextDouble() - 1) : 1;
    this.wrongMicros =
        wrong
            ? (random.nextLong(2 * CLOCK_WRONG_SECONDS_MAX) - CLOCK_WRONG_SECONDS_MAX) * SECOND
            : 0;
    if (wrong) {
      world.watch.injected(Fault.SIDECAR_CLOCK_WRONG);
    }
    this.reportEvery = Duration.ofMillis(random.nextInt(3) == 0 ? 3_000 : 250);
    this.idle = Duration.ofSeconds(random.nextInt(3) == 0 ? 20 : 5);
    this.checks = new SidecarChecks(world, name, disk, TTL);
    this.calls = new SidecarCalls(world, name, disk);
    this.further = new Random(world.scenario.seed() * 31 + name.hashCode());
    this.served = new ServedCluster(world, random);
    this.listeners = listeners;
    this.listening = listeners.of(name);
  }

  void start() {
    Life first = new Life();
    life = first;
    checks.starts(first.sidecar::find, first.host.nanos());
    listening.listens(new Ear(first));
    next();
    world.time.after(world.between(SECOND / 10, 2 * SECOND), this::befall);
    world.time.after(SECOND, this::mayBeDone);
  }

  /** Whether it has ended, with all that was used on record, and all leases given back. */
  boolean isDone() {
    return done;
  }

  /**
   * The time that all nodes' clocks have yet to come to, where it waits for nothing else: until
   * then some of what was used is set aside; else null.
   */
  @Nullable Instant waitsFor() {
    return waitsFor;
  }

  /** The nodes' clocks come to whatever time any sidecar waits for. */
  static void letClocksCome(World world, List<SimulatedSidecar> sidecars) {
    Instant latest =
        sidecars.stream()
            .flatMap(each -> Stream.ofNullable(each.waitsFor))
            .max(Instant::compareTo)
            .orElse(null);
    Instant shown = world.cluster.earliestNow();
    if (latest != null && shown.isBefore(latest)) {
      world.log(() -> "all clocks go ahead to " + latest);
      world.cluster.jump(Duration.between(shown, latest));
    }
  }

  /** Whether it is asked for nothing more; it may have to end some of what it has let through. */
  boolean isAskedAll() {
    return left <= 0;
  }

  private boolean isCutOff() {
    boolean cut = world.time.nowMicros() < cutOffUntil && !world.hasHealed();
    if (cut) {
      world.watch.injected(Fault.SIDECAR_CUT_OFF);
    }
    return cut;
  }

  private void mayBeDone() {
    Life now = life;
    waitsFor = null;
    if (now != null && left <= 0 && open.isEmpty() && now.sidecar.leases() == 0) {
      if (now.log.unsent() == 0) {
        done = true;
        listening.leaves();
        now.host.end();
        now.sidecar.close();
        return;
      }
      if (now.log.unsent() == now.log.unsentAside()) {
        waitsFor = checks.waitsFor();
      }
    }
    world.time.after(SECOND, this::mayBeDone);
  }

  // ---- what is asked of it

  private void next() {
    Life now = life;
    if (now != null && (left > 0 || !open.isEmpty())) {
      long micros =
          random.nextInt(8) == 0 ? world.between(0, 12 * SECOND) : world.between(0, SECOND);
      now.host.run(micros, () -> act(now));
    }
  }

  /** What was asked besides is ended, too. */
  private void nextIfLast() {
    if (left <= 0) {
      next();
    }
  }

  private void act(Life now) {
    if (left-- > 0 && (open.isEmpty() || random.nextInt(3) > 0)) {
      reserve(now, this::next);
    } else if (!open.isEmpty()) {
      String id = open.get(random.nextInt(open.size()));
      if (further.nextInt(EXTENDED_ONE_IN) == 0 && !ofServer.containsKey(id)) {
        extend(now, id);
      } else {
        end(now, id);
      }
    } else {
      next();
    }
  }

  private void reserve(Life now, Runnable then) {
    ReserveRequest request = wish();
    if (request.dryRun()) {
      tryOut(now, request, then);
    } else if (further.nextInt(KEYED_ONE_IN) == 0) {
      reserve(now, request, calls.newKey("reserve " + name), then);
    } else {
      reserve(now, request, then);
    }
  }

  /** What the request would be told; nothing comes of it. */
  private void tryOut(Life now, ReserveRequest request, Runnable then) {
    long askedAt = world.time.nowMicros();
    world.heard(
        asked(now, request, () -> now.sidecar.decide(request)),
        decision -> {
          world.log(() -> "%s would decide: %s".formatted(name, decision));
          switch (decision) {
            case Decision.Allowed it -> {
              world.watch.saw(Rarity.SIDECAR_WOULD_ALLOW);
              checks.wouldAllow(request, now.host.nanos());
            }
            case Decision.Denied it -> decided(now, request, decision, askedAt);
            default -> {}
          }
          then.run();
        },
        world::crashed);
  }

  /** The same with a key: once it is answered, it is so in all lives. */
  private void reserve(Life now, ReserveRequest request, CallKey key, Runnable then) {
    calls.asks(key, request);
    long askedAt = world.time.nowMicros();
    world.heard(
        asked(now, request, () -> now.sidecar.decide(request, key)),
        decision -> {
          world.log(() -> "%s decides on %s: %s".formatted(name, key, decision));
          if (decision instanceof Decision.Elsewhere) {
            passOn(now, request, key, then);
          } else {
            calls.isAnswered(key, decision);
            decided(now, request, decision, askedAt);
            then.run();
          }
        },
        error -> {
          calls.givesUp(key);
          couldNotKeep(error);
          then.run();
        });
  }

  private CompletionStage<Decision> asked(
      Life now, ReserveRequest request, Supplier<CompletionStage<Decision>> ask) {
    boolean isToDecide = !now.log.isFull() && checks.atHand.isToDecide(request);
    int before = checks.atHand.decided();
    CompletionStage<Decision> answer =
        world.tampering.looksAtLeases(request)
            ? ask.get()
            : CompletableFuture.completedFuture(Decision.Elsewhere.IT_IS);
    if (!now.host.isOver()) {
      checks.hasBegun(request, isToDecide, before);
    }
    return answer;
  }

  /** It is the server's to decide, also after a crash. */
  private void passOn(Life now, ReserveRequest request, CallKey key, Runnable then) {
    world.heard(
        now.sidecar.passedOn(key),
        kept -> {
          calls.isPassedOn(key);
          world.heard(
              now.server.reserve(request, key.name()),
              decision -> {
                decidedByServer(now, request, decision);
                then.run();
              },
              error -> {
                if (!(error instanceof ServerAway || error instanceof SidecarServer.NotDecided)) {
                  world.crashed(error);
                }
                then.run();
              });
        },
        error -> {
          calls.givesUp(key);
          couldNotKeep(error);
          then.run();
        });
  }

  private void reserve(Life now, ReserveRequest request, Runnable then) {
    long askedAt = world.time.nowMicros();
    boolean isFull = now.log.isFull();
    if (isFull) {
      world.watch.saw(Rarity.SIDECAR_FILE_WAS_FULL);
    }
    world.heard(
        asked(now, request, () -> now.sidecar.reserve(request)),
        decision -> {
          SidecarServer.Unasked was = now.server.unasked(request);
          world.log(() -> "%s decides: %s".formatted(name, decision));
          if (now.server.hasDecided(decision)) {
            decidedByServer(now, request, decision);
          } else if (was != null) {
            decidedUnasked(request, was, decision, askedAt);
          } else {
            world.watch.expect(
                !isFull || decision instanceof Decision.Elsewhere,
                "I9",
                "%s decides, and has no room to keep what is used: %s",
                name,
                decision);
            decided(now, request, decision, askedAt);
          }
          then.run();
        },
        error -> {
          notDecided(now, request, error);
          then.run();
        });
  }

  private void decidedByServer(Life now, ReserveRequest request, Decision decision) {
    world.watch.saw(Rarity.SIDECAR_LEFT_IT_TO_THE_SERVER);
    String made = decision instanceof Decision.Allowed all ? all.reservation() : null;
    if (!(decision instanceof Decision.Allowed it) || made == null) {
      world.watch.saw(Rarity.SIDECAR_DENIED_BY_THE_SERVER);
    } else if (request.commit()) {
      world.watch.saw(Rarity.SIDECAR_CHARGED_AT_THE_SERVER);
    } else {
      world.watch.saw(Rarity.SIDECAR_RESERVED_AT_THE_SERVER);
      long most = it.amount();
      boolean release = random.nextInt(4) == 0;
      // How it has ended is told of as long as it is remembered.
      boolean owed = !release && random.nextBoolean() && !world.scenario.isForgetful();
      Credits actual = release ? null : new Credits(random.nextLong(most + 1));
      ofServer.put(made, new OfServer(request, now.host.now(), actual, owed));
      open.add(made);
      nextIfLast();
    }
  }

  /** Nobody could be asked. */
  private void decidedUnasked(
      ReserveRequest request, SidecarServer.Unasked was, Decision decision, long askedAt) {
    world.watch.saw(Rarity.SIDECAR_LEFT_IT_TO_THE_SERVER);
    if (decision instanceof Decision.Denied it
        && (it.code().equals(DenialCode.NOT_ENTITLED.word())
            || it.code().equals(DenialCode.FROZEN.word()))) {
      // Nobody has to be asked for that, whatever the fail mode.
      checks.denies(request.feature(), it, askedAt);
      return;
    }
    checks.unasked(request, was, decision instanceof Decision.Allowed);
    if (decision instanceof Decision.Allowed it && it.use() == null) {
      open.add(String.valueOf(it.reservation()));
      nextIfLast();
    }
  }

  private void notDecided(Life now, ReserveRequest request, Throwable error) {
    if (error instanceof ServerAway && request.commit() && now.server.unasked(request) != null) {
      world.watch.saw(Rarity.SIDECAR_ASKED_NOBODY_AS_IT_MAY_BE_CHARGED);
    } else if (!(error instanceof SidecarServer.NotDecided)) {
      couldNotKeep(error);
    }
  }

  /** What was used could not be kept: as it is where disks fail, and for no other reason. */
  private void couldNotKeep(Throwable error) {
    if ((error instanceof IOException || error instanceof ServerAway)
        && world.scenario.has(Fault.SIDECAR_DISK_FAILS)) {
      world.watch.saw(Rarity.SIDECAR_COULD_NOT_KEEP);
    } else {
      world.crashed(error);
    }
  }

  private ReserveRequest wish() {
    long micros = random.nextInt(12) == 0 ? 0 : 1 + random.nextLong(AMOUNT_MAX);
    return new ReserveRequest(
        new Subject(
            random.nextInt(10) > 0 ? SimulatedClient.ORG : SimulatedClient.OTHER_ORG,
            random.nextInt(6) > 0 ? "red" : OrgShape.OWNER,
            OrgShape.USERS.get(Math.max(0, random.nextInt(6) - 3)),
            null,
            null,
            null),
        feature(),
        null,
        null,
        random.nextInt(8) > 0 ? "main" : null,
        null,
        new Credits(micros),
        OrgShape.TYPE,
        1 + random.nextInt(TTL_SECONDS_MAX),
        OveragePolicy.RECORD,
        random.nextBoolean(),
        further.nextInt(DRY_RUN_ONE_IN) == 0,
        Map.of());
  }

  private @Nullable String feature() {
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1, 2 -> "search";
      default -> "chat";
    };
  }

  private void decided(Life now, ReserveRequest request, Decision decision, long askedAt) {
    switch (decision) {
      case Decision.Allowed it when it.use() != null -> {
        world.watch.saw(Rarity.SIDECAR_DECIDED_AT_ONCE);
        checks.answered(String.valueOf(it.use().lease()), askedAt);
      }
      case Decision.Allowed it -> {
        String id = String.valueOf(it.reservation());
        OpenReservation made = now.sidecar.find(id);
        if (made != null) {
          world.watch.saw(Rarity.SIDECAR_SET_ASIDE);
          checks.answered(made.lease().id(), askedAt);
          open.add(id);
        }
      }
      case Decision.Elsewhere it -> world.watch.saw(Rarity.SIDECAR_LEFT_IT_TO_THE_SERVER);
      case Decision.Denied it when !request.subject().org().equals(SimulatedClient.ORG) ->
          world.watch.expect(
              it.code().equals("key_refused"), "model", "%s denies %s: %s", name, request, it);
      case Decision.Denied it -> checks.denies(request.feature(), it, askedAt);
      case Decision.Wait it -> world.watch.violated("model", "%s is answered %s", name, it);
    }
  }

  private void end(Life now, String id) {
    OfServer of = ofServer.get(id);
    if (of != null) {
      end(now, id, of);
      return;
    }
    OpenReservation known = now.sidecar.find(id);
    ending = known;
    boolean release = random.nextInt(4) == 0;
    long most = known == null ? AMOUNT_MAX : known.spending().amount();
    Credits actual =
        release ? null : new Credits(random.nextInt(4) == 0 ? most : random.nextLong(most + 1));
    CallKey key = further.nextInt(KEYED_ONE_IN) == 0 ? calls.newKey("end " + id) : null;
    world.heard(
        now.sidecar.end(id, actual, null, key),
        result -> {
          Ended ended = world.tampering.ended(result);
          world.log(() -> "%s ends %s: %s".formatted(name, id, ended));
          open.remove(id);
          checks.ended(id);
          if (key != null) {
            calls.isAnswered(key, ended);
          }
          if (ended instanceof Ended.Refused no) {
            checks.doesNotEnd(id, no, now.host.nanos());
          }
          if (ended instanceof Ended.Done it) {
            checks.tells(id, actual, it);
            if (it.late()) {
              world.watch.saw(Rarity.SIDECAR_COMMITTED_LATE);
            }
          }
          next();
        },
        error -> {
          world.log(() -> "%s does not end %s: %s".formatted(name, id, error));
          couldNotKeep(error);
          checks.reopened(id);
          if (!open.contains(id)) {
            open.add(id);
          }
          next();
        });
  }

  private void extend(Life now, String id) {
    extendsBy = Duration.ofSeconds(1 + further.nextInt(TTL_SECONDS_MAX));
    world.heard(
        now.sidecar.extend(id, extendsBy.toSeconds()),
        extended -> {
          world.log(() -> "%s extends %s by %s: %s".formatted(name, id, extendsBy, extended));
          if (extended instanceof Ended.Refused no) {
            checks.doesNotEnd(id, no, now.host.nanos());
          } else {
            world.watch.saw(Rarity.SIDECAR_EXTENDED);
          }
          next();
        });
  }

  private void end(Life now, String id, OfServer of) {
    if (of.owed) {
      owe(now, id, of);
      return;
    }
    world.heard(
        now.sidecar.settle(id, of.actual, null),
        ended -> {
          world.log(() -> "%s ends %s at the server: %s".formatted(name, id, ended));
          if (ended instanceof Ended.Done it && of.actual != null) {
            world.watch.saw(Rarity.SIDECAR_SETTLED_AT_THE_SERVER);
            checks.owes(it.reservation(), of.actual.micros());
          }
          if (ended instanceof Ended.Refused no) {
            // It asks with the same key each time, which nobody else has.
            world.watch.expect(
                no.fault() == Ended.Fault.EXPIRED || world.scenario.isForgetful(),
                "I4",
                "%s can't end %s, which nobody else ends: %s",
                name,
                id,
                no);
            world.watch.saw(Rarity.SIDECAR_CAME_TOO_LATE_TO_THE_SERVER);
          }
          isOver(id);
          next();
        },
        error -> {
          if (!(error instanceof ServerAway)) {
            world.crashed(error);
          }
          next();
        });
  }

  private void owe(Life now, String id, OfServer of) {
    Credits actual = Objects.requireNonNull(of.actual);
    Use use =
        new Use(
            id, null, of.at, of.request, null, actual, of.request.creditType(), actual.micros());
    if (disk.owed.put(id, use) != null) {
      world.watch.saw(Rarity.SIDECAR_OWED_AGAIN);
    }
    world.heard(
        now.sidecar.owe(use, List.of(), null),
        done -> {
          world.log(() -> "%s owes %s for %s".formatted(name, actual, id));
          world.watch.saw(Rarity.SIDECAR_OWED_THE_SERVER);
          checks.owes(id, actual.micros());
          isOver(id);
          next();
        },
        error -> {
          couldNotKeep(error);
          next();
        });
  }

  private void isOver(String id) {
    open.remove(id);
    ofServer.remove(id);
  }

  // ---- what befalls it

  private void befall() {
    Life now = life;
    if (done) {
      return;
    }
    if (now != null) {
      if (world.isTried(Fault.SIDECAR_CUT_OFF, 0.15)) {
        cutOff(
            now,
            world.between(
                SECOND / 2, world.random.nextInt(3) < longs() ? 60 * SECOND : 6 * SECOND));
      }
      if (left > 0 && last != null && world.isTried(Fault.SIDECAR_CUT_OFF, 0.15)) {
        cutOffUntilItsLeaseEnds(now, last);
      }
      if (world.isTried(Fault.SIDECAR_PAUSE, 0.15)) {
        pause(
            now,
            world.between(SECOND / 2, world.random.nextInt(3) == 0 ? 40 * SECOND : 6 * SECOND));
      }
      if (world.isTried(Fault.NOTICE_LOST, 0.2)) {
        loseNotices(now);
      }
      if (random.nextInt(6) == 0) {
        change(now);
      }
      if (world.isTried(Fault.SIDECAR_CRASH, 0.15)) {
        crash(now);
      }
    }
    world.time.after(world.between(SECOND / 2, 3 * SECOND), this::befall);
  }

  /** Where wallets forget soon, it is away for so long that its leases have ended more often. */
  private int longs() {
    return world.scenario.isForgetful() ? 2 : 1;
  }

  private void cutOff(Life now, long micros) {
    world.log(() -> "%s is cut off for %d µs".formatted(name, micros));
    cutOffUntil = Math.max(cutOffUntil, world.time.nowMicros() + micros);
    isToldNothing = true;
    world.time.after(micros, () -> connects(now));
  }

  /**
   * Nobody prolongs the lease from which it has decided last, and whoever was let through asks on,
   * for the least there is, most often as the lease is about to end.
   */
  private void cutOffUntilItsLeaseEnds(Life now, LetThrough by) {
    long ends = checks.atHand.until(by.lease);
    long micros = ends + AFTER_THE_END - world.time.nowMicros();
    if (micros > AFTER_THE_END) {
      cutOff(now, micros);
      asksOn(now, by, ends);
    }
  }

  private void asksOn(Life now, LetThrough by, long ends) {
    long ahead = ends - BEFORE_THE_END - world.time.nowMicros();
    long micros =
        ahead > 0
            ? Math.min(ahead, 2 * SECOND) + further.nextLong(SECOND)
            : further.nextLong(SECOND);
    if (ahead + BEFORE_THE_END + AFTER_THE_END > micros) {
      now.host.run(
          micros,
          () -> {
            if (checks.atHand.isAboutToEnd(by.lease)) {
              world.watch.saw(Rarity.SIDECAR_WAS_ASKED_AS_ITS_LEASE_WAS_ABOUT_TO_END);
            }
            reserve(now, theLeast(by.request, further.nextInt(4) > 0), this::nextIfLast);
            asksOn(now, by, ends);
          });
    }
  }

  private static ReserveRequest theLeast(ReserveRequest like, boolean commit) {
    return new ReserveRequest(
        like.subject(),
        like.feature(),
        like.model(),
        like.session(),
        like.wallet(),
        like.usage(),
        new Credits(1),
        like.creditType(),
        like.ttlSeconds(),
        like.overagePolicy(),
        commit,
        false,
        like.metadata());
  }

  /** Its stream is up again: something may have been missed. */
  private void connects(Life now) {
    if (now == life && !now.host.isOver()) {
      isToldNothing = isCutOff();
      if (!isToldNothing) {
        listening.listens(new Ear(now));
        now.host.run(1, () -> take(now, "hello", "", null));
      }
    }
  }

  private void pause(Life now, long micros) {
    world.watch.injected(Fault.SIDECAR_PAUSE);
    if (micros > TTL.toNanos() / 1_000 && now.sidecar.leases() > 0) {
      world.watch.saw(Rarity.SIDECAR_STOOD_STILL_PAST_A_DEADLINE);
    }
    world.log(() -> "%s stands still for %d µs".formatted(name, micros));
    now.host.pause(micros);
    if (left > 0) {
      now.host.run(1, () -> reserve(now, this::nextIfLast));
    }
  }

  private void loseNotices(Life now) {
    world.watch.injected(Fault.NOTICE_LOST);
    isToldNothing = true;
    world.time.after(world.between(SECOND, 10 * SECOND), () -> connects(now));
  }

  private void crash(Life now) {
    world.watch.injected(Fault.SIDECAR_CRASH);
    world.log(() -> "%s crashes".formatted(name));
    now.host.end();
    now.log.crash();
    disk.told = now.sidecar.told();
    listening.leaves();
    life = null;
    world.time.after(
        world.between(SECOND / 5, random.nextInt(4) < longs() ? 45 * SECOND : 5 * SECOND),
        this::again);
  }

  private void again() {
    Life next = new Life();
    life = next;
    isToldNothing = isCutOff();
    checks.starts(next.sidecar::find, next.host.nanos());
    open.removeIf(id -> !ofServer.containsKey(id) && next.sidecar.find(id) == null);
    if (!ofServer.keySet().containsAll(open)) {
      world.watch.saw(Rarity.SIDECAR_FOUND_OPEN_RESERVATIONS);
    }
    world.log(() -> "%s starts again, with %s open".formatted(name, open));
    calls.starts(next.sidecar.answered()).forEach(of -> again(next, of));
    connects(next);
    next();
  }

  /** Who was not answered before a crash asks again. */
  private void again(Life now, SidecarCalls.Found of) {
    Recovery.Answered answer = of.answer();
    if (answer == null) {
      world.watch.saw(Rarity.SIDECAR_WAS_ASKED_AGAIN_AFTER_A_CRASH);
      reserve(now, of.request(), of.key(), this::nextIfLast);
    } else if ("open".equals(answer.status()) && now.sidecar.find(answer.reservation()) != null) {
      open.add(answer.reservation());
    }
  }

  // ---- what changes

  /** A lease is to be given back, or something has changed that may take from all of them. */
  private void change(Life now) {
    String lease = checks.someLease(random);
    if (lease == null || random.nextBoolean()) {
      listeners.changed(Notice.Kind.ENTITLEMENTS_CHANGED, null);
      return;
    }
    Since asked = world.since();
    world.heard(
        now.server.revoke(lease),
        answer -> {
          checks.isRevoked(lease, answer, asked);
          if (answer instanceof Answer.Done) {
            world.watch.saw(Rarity.LEASE_REVOKED);
            listeners.changed(Notice.Kind.REVOKE, lease);
          }
        });
  }

  /** By which one life of it is told what changes. */
  private final class Ear implements Listeners.Reader {
    private final Life of;

    Ear(Life of) {
      this.of = of;
    }

    @Override
    public void begun() {}

    @Override
    public boolean take(Notice notice, boolean awaited) {
      world.watch.expect(
          awaited || notice.kind() != Notice.Kind.REVOKE,
          "I9",
          "%s is told %s, and does not hold that",
          name,
          notice);
      if (!isToldNothing && !isCutOff()) {
        String event = SimulatedListeners.event(notice.kind());
        String lease = notice.lease() == null ? "" : notice.lease();
        of.host.run(
            world.between(50, 5_000),
            () -> SimulatedSidecar.this.take(of, event, lease, notice.id()));
      }
      return true;
    }

    /** It finds that nobody tells it anything any more, and listens anew. */
    @Override
    public void ended(Listeners.End why) {
      if (why != Listeners.End.REPLACED) {
        listening.ended();
        isToldNothing = true;
        world.time.after(SECOND / 2, () -> connects(of));
      }
    }
  }

  /**
   * @param notice what is acknowledged; null where nobody waits for that
   */
  private void take(Life now, String event, String lease, @Nullable String notice) {
    long toldAt = world.time.nowMicros();
    checks.atHand.mayChange();
    if (left > 0) {
      // Somebody asks right then.
      now.host.run(2, () -> reserve(now, this::nextIfLast));
    }
    world.heard(
        world.tampering.takenIn(now.sidecar.told(event, SimulatedClient.ORG, lease)),
        taken -> {
          if (notice != null && !now.host.isOver()) {
            world.log(() -> "%s acknowledges %s %s".formatted(name, event, lease));
            if (event.equals("revoke")) {
              checks.acknowledgesRevoke(lease);
            } else {
              checks.acknowledgesChange(toldAt);
            }
            acknowledges(notice);
          }
        });
  }

  /** It may not come to who waits for it. */
  private void acknowledges(String notice) {
    if (!isCutOff()) {
      world.time.after(50 + random.nextInt(5_000), () -> listening.acknowledges(notice));
    }
  }

  // ---- the end

  /** What it has used is on record, and nothing else is. */
  void judge() {
    checks.judge();
  }
}
