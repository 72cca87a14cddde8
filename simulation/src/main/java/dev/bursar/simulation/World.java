package dev.bursar.simulation;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.EntityModels;
import dev.bursar.entities.Limits;
import dev.bursar.entities.ReplyTo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All that one simulation consists of, and the faults that befall it. */
final class World {

  /**
   * Shortly before something ends, so that windows end while work is on its way: a month; an hour
   * that is skipped, and one that comes twice, by the clocks of {@link SimulatedClient#BERLIN}; a
   * leap day there.
   */
  private static final List<Instant> BEGINNINGS =
      List.of(
          Instant.parse("2026-01-31T23:59:30Z"),
          Instant.parse("2026-03-29T00:59:30Z"),
          Instant.parse("2026-10-25T00:59:30Z"),
          Instant.parse("2028-02-28T22:59:30Z"));

  static final Duration GRACE = Duration.ofSeconds(60);
  static final Duration CORRECTION = Duration.ofMinutes(2);
  static final Duration AHEAD_MAX = Duration.ofSeconds(5);

  private static final int NODES = 3;
  private static final long SECOND = 1_000_000;

  /** After so long without faults, in microseconds, everybody has found back to work. */
  static final long CALM_AFTER = 30 * SECOND;

  private static final Catalog CATALOG =
      new Catalog(Map.of("platform", "Platform credits"), Set.of("tokens"), List.of());

  final Scenario scenario;
  final Tampering tampering;
  final Random random;
  final Timeline time = new Timeline();
  final Instant beginning;

  /** How long the clocks show the same time: at whole seconds, much happens at the very instant. */
  final ChronoUnit tick;

  final Limits limits;
  final EntityModels models;
  final Watch watch;
  final SimulatedJournal journal;
  final SimulatedProjection projection;
  final List<SimulatedNode> nodes = new ArrayList<>();
  private final Map<String, SimulatedNode> owners = new HashMap<>();
  private final Map<String, SimulatedNode> zombies = new HashMap<>();
  private final Map<EntityId, Long> behind = new HashMap<>();
  private final Map<String, Long> busy = new HashMap<>();
  private final @Nullable List<String> history;
  private boolean faultsEnded = true;
  private long healedAt;

  /**
   * @param history where what happens is told; null where nobody wants to know
   */
  World(Scenario scenario, Tampering tampering, @Nullable List<String> history) {
    this.scenario = scenario;
    this.tampering = tampering;
    this.history = history;
    this.random = new Random(new SplittableRandom(scenario.seed()).split().nextLong());
    this.beginning = BEGINNINGS.get(random.nextInt(BEGINNINGS.size()));
    this.tick = random.nextInt(3) == 0 ? ChronoUnit.SECONDS : ChronoUnit.MICROS;
    boolean tight = random.nextInt(4) == 0;
    this.limits =
        new Limits(
            tight ? 2 + random.nextInt(5) : 200,
            1 + random.nextInt(8),
            tight ? 1 + random.nextInt(4) : 100,
            10_000,
            Duration.ofHours(24),
            tampering.grace(),
            CORRECTION,
            AHEAD_MAX,
            500L + random.nextInt(8_000),
            1,
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            4,
            Duration.ofSeconds(3));
    this.models = new EntityModels(limits, CATALOG);
    this.watch = new Watch(this);
    this.journal = new SimulatedJournal(watch);
    this.projection = new SimulatedProjection(this);
    for (int i = 1; i <= NODES; i++) {
      nodes.add(new SimulatedNode(this, "node" + i));
    }
    time.after(SECOND, this::wakeWhoIsDue);
  }

  // ---- chance

  long between(long from, long to) {
    return from + (long) (random.nextDouble() * (to - from));
  }

  boolean happens(Fault fault, double probability) {
    boolean really = isTried(fault, probability);
    if (really) {
      watch.injected(fault);
    }
    return really;
  }

  /** The same for a fault that may come to nothing, and is counted where it does not. */
  boolean isTried(Fault fault, double probability) {
    return !faultsEnded && scenario.has(fault) && random.nextDouble() < probability;
  }

  /**
   * Whether nothing has gone wrong for so long that everybody is answered soon: always, in a run
   * without faults.
   */
  boolean isCalm() {
    return wasCalm(since());
  }

  /** The same of an earlier time. */
  boolean wasCalm(Since since) {
    return scenario.faults().isEmpty() || (healedAt > 0 && since.micros() - healedAt >= CALM_AFTER);
  }

  /** Now, for whoever asks something. */
  Since since() {
    return new Since(watch.moment(), time.nowMicros());
  }

  /** Some incarnation of an entity decides, on a state that ends with this row. */
  void decides(EntityId id, long sequence) {
    if (sequence < journal.last(id)) {
      behind.put(id, time.nowMicros());
    }
  }

  /**
   * Whether any incarnation of an entity has decided something since then while it was behind its
   * journal. It can allow nothing, since its rows are refused; but what it denies or refuses it may
   * deny by what was true once.
   */
  boolean wasBehind(Since since, EntityId id) {
    return behind.getOrDefault(id, -1L) >= since.micros();
  }

  /** An entity is answered by another of its org, or by itself. */
  void answered(EntityId to, EntityMessage message) {
    Answer<?> answer =
        switch (message) {
          case EntityMessage.OrgAnswered it -> it.answer();
          case EntityMessage.TeamAnswered it -> it.answer();
          case EntityMessage.WalletAnswered it -> it.answer();
          case EntityMessage other -> null;
        };
    if (answer instanceof Answer.Busy) {
      busy.put(to.org(), time.nowMicros());
    }
  }

  /**
   * Whether some entity of an org has had no room since then for what another asked of it: that is
   * asked again seconds later, and whoever waits for it waits for longer.
   */
  boolean wasBusy(Since since, String org) {
    return busy.getOrDefault(org, -1L) >= since.micros();
  }

  void log(Supplier<String> line) {
    if (history != null) {
      history.add(HistoryLine.readable("%10.6f  %s".formatted(time.nowMicros() / 1e6, line.get())));
    }
  }

  static String trace(Throwable fault) {
    StringWriter text = new StringWriter();
    fault.printStackTrace(new PrintWriter(text, true));
    return text.toString().lines().limit(12).reduce("", (a, b) -> a + "\n  " + b);
  }

  // ---- entities

  /** The model as it is run: with a planted bug, if there is one. */
  <C, E, R, S> EntityModel<C, E, R, S> tampered(EntityId id, EntityModel<C, E, R, S> real) {
    boolean other = tampering.hasOtherRules();
    Function<EntityId, Entity<C, E, R>> fresh =
        of -> {
          Entity<C, E, R> entity = real.fresh().apply(of);
          return new Entity<>(tampering.rules(id, entity.aggregate()), entity.memory());
        };
    return new EntityModel<>(
        other ? fresh : real.fresh(),
        real.reply(),
        real.batches(),
        real.snapshots(),
        real.capture(),
        (entity, state) -> real.restore().accept(entity, tampering.snapshot(state)),
        other ? entity -> List.of() : real.memories());
  }

  /** The node that owns an org now. */
  SimulatedNode owner(String org) {
    return owners.computeIfAbsent(org, o -> nodes.get(random.nextInt(NODES)));
  }

  /** Whether a node runs an entity. */
  boolean runs(String node, EntityId id) {
    return nodes.stream().anyMatch(each -> each.name.equals(node) && each.runs(id));
  }

  /** Where a client's request comes to: the owner, or one that still believes it is. */
  private SimulatedNode target(String org) {
    SimulatedNode zombie = zombies.get(org);
    return zombie != null && random.nextBoolean() ? zombie : owner(org);
  }

  /**
   * Sends a client's request; the answer comes to the client, if it does.
   *
   * @param message makes the message that carries where the answer goes
   */
  <T> void ask(EntityId id, Function<ReplyTo<T>, EntityMessage> message, Answered<T> answered) {
    SimulatedNode node = target(id.org());
    if (!node.answers() || happens(Fault.MESSAGE_LOST, 0.05)) {
      return;
    }
    ReplyTo<T> replyTo =
        answer -> {
          answered.sent(node.name, answer);
          if (node.answers() && !happens(Fault.MESSAGE_LOST, 0.05)) {
            time.after(between(50, 500), () -> answered.by(node.name, answer));
          }
        };
    EntityMessage carried = message.apply(replyTo);
    long delay = happens(Fault.MESSAGE_LATE, 0.03) ? between(500_000, 8_000_000) : between(50, 500);
    int times = happens(Fault.MESSAGE_REPEATED, 0.05) ? 2 : 1;
    for (int i = 0; i < times; i++) {
      node.run(delay + i * between(0, 2_000_000), () -> node.deliver(id, carried));
    }
  }

  /** Sends a request whose answer nobody waits for. */
  <C> void tell(EntityId id, C command) {
    this.<Answer<Object>>ask(
        id,
        replyTo -> new EntityMessage.Ask<>(new Request<>(command, null), replyTo),
        (node, answer) -> {});
  }

  /** Hears an answer, and which node gave it. */
  interface Answered<T> {

    /** It leaves its node; it may never be heard. */
    default void sent(String node, T answer) {}

    /** It is heard. */
    void by(String node, T answer);
  }

  /** What the table of due work does in production: whoever has something due is woken. */
  private void wakeWhoIsDue() {
    for (EntityId wallet : watch.due(latestClock())) {
      tell(wallet, new WalletCommand.Wake());
    }
    time.after(SECOND, this::wakeWhoIsDue);
  }

  /** What no node's clock is behind: what ran by then lies ahead of none of them. */
  Instant earliestNow() {
    return nodes.stream().map(SimulatedNode::now).min(Instant::compareTo).orElse(beginning);
  }

  /** Whether some node's clock may have shown this by now; each may have, where clocks jump. */
  boolean mayHaveCome(Instant at) {
    return scenario.has(Fault.CLOCK_JUMPS)
        || !at.isAfter(latestClock())
        || !at.isAfter(watch.latestAt());
  }

  private Instant latestClock() {
    return nodes.stream().map(SimulatedNode::now).max(Instant::compareTo).orElse(beginning);
  }

  // ---- what befalls nodes

  void beginFaults() {
    faultsEnded = false;
    time.after(between(100_000, 2 * SECOND), this::befall);
  }

  private void befall() {
    if (faultsEnded) {
      return;
    }
    String org = random.nextInt(4) == 0 ? SimulatedClient.OTHER_ORG : SimulatedClient.ORG;
    SimulatedNode node = nodes.get(random.nextInt(NODES));
    if (isTried(Fault.CRASH, 0.3)) {
      crash(owner(org));
    }
    if (isTried(Fault.TWO_INCARNATIONS, 0.3)) {
      takeOver(org, between(SECOND, 10 * SECOND));
    }
    if (isTried(Fault.PAUSE, 0.2)) {
      SimulatedNode paused = owner(org);
      long pause = between(SECOND / 2, 8 * SECOND);
      log(() -> "%s stands still".formatted(paused.name));
      if (random.nextBoolean()) {
        takeOver(org, pause + between(SECOND / 10, 3 * SECOND));
      }
      paused.pause(pause);
    }
    if (isTried(Fault.MOVE, 0.3)) {
      move(org);
    }
    if (isTried(Fault.CUT_OFF, 0.2)) {
      node.cutOff(between(SECOND / 2, 6 * SECOND));
      log(() -> "%s is cut off".formatted(node.name));
    }
    if (isTried(Fault.JOURNAL_CUT_OFF, 0.2)) {
      node.cutOffJournal(between(SECOND / 2, 6 * SECOND));
      log(() -> "%s is cut off from the journal".formatted(node.name));
    }
    if (isTried(Fault.CLOCK_JUMPS, 0.2)) {
      long jump = between(-3_600 * SECOND, 3_600 * SECOND) / (random.nextBoolean() ? 1 : 100);
      node.jumpClock(jump);
      log(() -> "%s: clock jumps by %d s".formatted(node.name, jump / SECOND));
    }
    if (isTried(Fault.SNAPSHOTS_LOST, 0.1) && journal.dropSnapshots()) {
      watch.injected(Fault.SNAPSHOTS_LOST);
    }
    time.after(between(SECOND / 2, 3 * SECOND), this::befall);
  }

  private void crash(SimulatedNode node) {
    if (!node.isUp()) {
      return;
    }
    watch.injected(Fault.CRASH);
    log(() -> "%s crashes".formatted(node.name));
    for (String org : List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG)) {
      if (owner(org) == node && watch.isAnythingUnderWay(org)) {
        watch.saw(Rarity.CRASHED_WITHIN_A_RESERVATION);
      }
    }
    node.crash();
    zombies.values().removeIf(zombie -> zombie == node);
    time.after(between(SECOND, 5 * SECOND), node::restart);
    time.after(
        between(SECOND / 5, 2 * SECOND),
        () ->
            owners.replaceAll((org, owner) -> owner == node && !node.isUp() ? other(node) : owner));
  }

  /** The next step never comes: a node crashes between two of them, now and then. */
  void mayCrash(SimulatedNode node, double probability) {
    if (node.isUp() && isTried(Fault.CRASH, probability)) {
      time.after(0, () -> crash(node));
    }
  }

  private SimulatedNode other(SimulatedNode node) {
    int at = nodes.indexOf(node);
    return nodes.get((at + 1 + random.nextInt(NODES - 1)) % NODES);
  }

  /** Another node runs an org while the one before goes on for some time. */
  private void takeOver(String org, long zombieFor) {
    SimulatedNode before = owner(org);
    SimulatedNode next = other(before);
    if (!next.isUp()) {
      return;
    }
    endZombie(org);
    if (scenario.has(Fault.TWO_INCARNATIONS) && before.isUp()) {
      watch.injected(Fault.TWO_INCARNATIONS);
    }
    owners.put(org, next);
    zombies.put(org, before);
    log(() -> "%s takes %s over, %s goes on".formatted(next.name, org, before.name));
    time.after(
        zombieFor,
        () -> {
          if (zombies.get(org) == before) {
            endZombie(org);
          }
        });
  }

  private void endZombie(String org) {
    SimulatedNode zombie = zombies.remove(org);
    if (zombie != null && zombie != owner(org)) {
      zombie.stopAllOf(org);
    }
  }

  private void move(String org) {
    SimulatedNode before = owner(org);
    if (watch.isAnythingUnderWay(org)) {
      watch.saw(Rarity.MOVED_WITHIN_A_RESERVATION);
    }
    if (before.ask(org, new EntityMessage.Stop())) {
      watch.injected(Fault.MOVE);
    }
    log(() -> "%s is moved".formatted(org));
    time.after(
        between(SECOND / 10, SECOND),
        () -> {
          if (owner(org) == before && zombies.get(org) == null) {
            before.stopAllOf(org);
            owners.put(org, other(before));
          }
        });
  }

  /** From here on nothing goes wrong any more. */
  void heal() {
    faultsEnded = true;
    healedAt = time.nowMicros();
    log(() -> "all faults end");
    for (String org : List.copyOf(zombies.keySet())) {
      endZombie(org);
    }
    // Some clock may have gone ahead and back: what was dated then ends later than the clocks show.
    Instant latest = watch.latestAt().isAfter(latestClock()) ? watch.latestAt() : latestClock();
    nodes.forEach(node -> node.heal(latest));
    endWhoIsBehind();
    time.after(CALM_AFTER / 2, this::endWhoIsBehind);
  }

  /** What is asked from now on may have to be asked twice, until it has been calm again. */
  void calmEnds() {
    healedAt = time.nowMicros();
  }

  /** All nodes stop, and start at once: nothing but the journal is left. */
  void crashEverything() {
    calmEnds();
    log(() -> "everything crashes");
    nodes.forEach(SimulatedNode::crash);
    nodes.forEach(SimulatedNode::restart);
  }

  /**
   * What the faults have left: incarnations on nodes that do not own them, and such as another one,
   * or a row that came late, has written behind, which would learn of that by their next row.
   */
  private void endWhoIsBehind() {
    for (String org : List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG)) {
      for (SimulatedNode node : nodes) {
        if (node != owner(org)) {
          node.stopAllOf(org);
        }
      }
    }
    nodes.forEach(SimulatedNode::stopWhoIsBehind);
  }

  /** All clocks go so far ahead. */
  void jump(Duration ahead) {
    nodes.forEach(node -> node.setAhead(ahead.toNanos() / 1_000));
  }
}
