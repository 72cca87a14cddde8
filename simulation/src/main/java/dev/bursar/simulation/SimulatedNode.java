package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.entities.EntityMessage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One process: entities in memory, a clock of its own, and the ways in which it stops. */
final class SimulatedNode {

  private static final double DRIFT_MAX = 0.2;

  /** By so much a clock differs from the time where that may make a difference. */
  private static final long DRIFT_NOTICED_MICROS = 1_000;

  /**
   * A clock is set.
   *
   * @param since when, in microseconds since the beginning
   * @param offset by how much it then differs from what it would show by itself, in microseconds
   */
  private record Setting(long since, long offset) {}

  final String name;
  private final World world;
  private final Map<EntityId, SimulatedEntity<?, ?, ?, ?>> entities = new HashMap<>();
  private final double speed;
  private boolean up = true;
  private long pausedUntil;
  private final List<Setting> settings = new ArrayList<>(List.of(new Setting(0, 0)));
  private boolean hasJumped;
  private long cutOffUntil;
  private long journalCutOffUntil;

  SimulatedNode(World world, String name) {
    this.world = world;
    this.name = name;
    this.speed =
        world.scenario.has(Fault.CLOCK_DRIFTS)
            ? 1 + DRIFT_MAX * (world.random.nextDouble() - 0.5)
            : 1;
  }

  boolean isUp() {
    return up;
  }

  /** Whether what it wants of the journal comes there; asked where it does want something. */
  boolean reachesJournal() {
    boolean cutOff = world.time.nowMicros() < journalCutOffUntil;
    if (up && cutOff) {
      world.watch.injected(Fault.JOURNAL_CUT_OFF);
    }
    return up && !cutOff;
  }

  boolean runs(EntityId id) {
    return entities.containsKey(id);
  }

  /** Whether clients reach it, and it them; asked where one of them has something to say. */
  boolean answers() {
    boolean cutOff = world.time.nowMicros() < cutOffUntil;
    if (up && cutOff) {
      world.watch.injected(Fault.CUT_OFF);
    }
    return up && !cutOff;
  }

  /** Its clock is looked at to decide something. */
  Instant decidesAt() {
    if (hasJumped) {
      hasJumped = false;
      world.watch.injected(Fault.CLOCK_JUMPS);
    }
    if (Math.abs(world.time.nowMicros() * (speed - 1)) >= DRIFT_NOTICED_MICROS) {
      world.watch.injected(Fault.CLOCK_DRIFTS);
    }
    return now();
  }

  Instant now() {
    return shown(world.time.nowMicros(), settings.getLast().offset());
  }

  private Instant shown(long micros, long offset) {
    return world
        .beginning
        .plusNanos(1_000 * ((long) (micros * speed) + offset))
        .truncatedTo(world.tick);
  }

  /** The latest that its clock has shown since then. */
  Instant latestSince(long micros) {
    return shownSince(micros)
        .map(lasted -> shown(lasted.until(), lasted.offset()))
        .max(Instant::compareTo)
        .orElseThrow();
  }

  /** The earliest that its clock has shown since then. */
  Instant earliestSince(long micros) {
    return shownSince(micros)
        .map(lasted -> shown(Math.max(micros, lasted.since()), lasted.offset()))
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** How its clock was set, from when until when, in microseconds. */
  private record Lasted(long since, long until, long offset) {}

  private Stream<Lasted> shownSince(long micros) {
    List<Lasted> found = new ArrayList<>();
    long until = world.time.nowMicros();
    for (Setting each : settings.reversed()) {
      found.add(new Lasted(each.since(), until, each.offset()));
      until = each.since();
      if (until < micros) {
        break;
      }
    }
    return found.stream();
  }

  /** Its clock goes so far ahead, as all others do. */
  void setAhead(long micros) {
    settings.add(new Setting(world.time.nowMicros(), settings.getLast().offset() + micros));
  }

  void jumpClock(long micros) {
    setAhead(micros);
    hasJumped = true;
  }

  void cutOff(long micros) {
    cutOffUntil = world.time.nowMicros() + micros;
  }

  void cutOffJournal(long micros) {
    journalCutOffUntil = world.time.nowMicros() + micros;
  }

  void pause(long micros) {
    pausedUntil = Math.max(pausedUntil, world.time.nowMicros() + micros);
  }

  /** Everything in memory is gone. */
  void crash() {
    up = false;
    stopAll();
  }

  void restart() {
    up = true;
  }

  /** Ends all faults of its own; its clock is set, if it is behind. */
  void heal(Instant latest) {
    setAhead(Math.max(0, ChronoUnit.MICROS.between(now(), latest)));
    up = true;
    pausedUntil = 0;
    cutOffUntil = 0;
    journalCutOffUntil = 0;
  }

  void stopAll() {
    entities.values().forEach(SimulatedEntity::kill);
    entities.clear();
  }

  void stopAllOf(String org) {
    entities
        .values()
        .removeIf(
            each -> {
              if (each.id.org().equals(org)) {
                each.kill();
                return true;
              }
              return false;
            });
  }

  /**
   * Sends a message to all entities of an org that run here.
   *
   * @return whether there are any
   */
  boolean ask(String org, EntityMessage message) {
    List<SimulatedEntity<?, ?, ?, ?>> all =
        entities.values().stream()
            .filter(each -> each.id.org().equals(org))
            .sorted((a, b) -> a.id.toString().compareTo(b.id.toString()))
            .collect(Collectors.toList());
    all.forEach(each -> each.receive(message));
    return !all.isEmpty();
  }

  void stopped(SimulatedEntity<?, ?, ?, ?> entity) {
    entities.remove(entity.id, entity);
  }

  /** A message for an entity, which starts if it is not there. */
  void deliver(EntityId id, EntityMessage message) {
    if (!up) {
      return;
    }
    if (isPaused()) {
      world.watch.injected(Fault.PAUSE);
      run(0, () -> deliver(id, message));
      return;
    }
    SimulatedEntity<?, ?, ?, ?> entity = entities.get(id);
    if (entity == null) {
      entity = SimulatedEntity.create(world, this, id);
      entities.put(id, entity);
    }
    entity.receive(message);
  }

  private boolean isPaused() {
    return world.time.nowMicros() < pausedUntil;
  }

  /** Does something on this node after a while, or once it goes on after a pause. */
  void run(long micros, Runnable what) {
    world.time.after(
        Math.max(micros, pausedUntil - world.time.nowMicros()),
        () -> {
          if (isPaused()) {
            world.watch.injected(Fault.PAUSE);
            run(0, what);
          } else {
            what.run();
          }
        });
  }
}
