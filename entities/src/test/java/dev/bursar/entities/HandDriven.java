package dev.bursar.entities;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Runs one incarnation of an entity by hand: every message in its order, a journal that is a list
 * of rows and outlives it, and a time that goes on when a test says so. What the entity sends to
 * others arrives nowhere: the test sees it, and answers as it likes.
 */
final class HandDriven<C, E, R, S> implements Host<C, E> {

  /** A message that the entity sends to another. */
  record Sent(EntityId to, EntityMessage message) {}

  /** Of the entities that tests run. */
  static final Limits LIMITS =
      new Limits(
          100,
          10,
          100,
          1_000,
          Duration.ofHours(24),
          Duration.ofSeconds(60),
          Duration.ofMinutes(2),
          Duration.ofSeconds(5),
          1_000_000,
          1,
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          4,
          Duration.ofSeconds(3));

  /** With the one credit type {@code platform}. */
  static final EntityModels MODELS =
      new EntityModels(
          LIMITS, new Catalog(Map.of("platform", "Platform credits"), Set.of(), List.of()));

  static final Instant BEGINNING = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration TICK = Duration.ofSeconds(1);

  private final EntityModel<C, E, R, S> model;
  private final Limits limits;
  private final EntityId id;
  private final List<StoredBatch> rows;
  private final ArrayDeque<Runnable> toDo = new ArrayDeque<>();
  private final List<Sent> sent = new ArrayList<>();
  private final List<EntityMessage> afterATick = new ArrayList<>();
  private final List<EntityMessage> whenItLooksAgain = new ArrayList<>();
  private final RunningEntity<C, E, R> entity;
  private Journaled<C, E, R, S> journaled;
  private Entity<C, E, R> state;
  private long nowMs;
  private boolean stopped;

  /** Whether rows can be read back. */
  boolean readable = true;

  /** The number of a row that is not in the journal any more; 0 if all are. */
  int lost;

  /** How often rows were asked for. */
  int reads;

  /** How often something was to be decided. */
  int decisions;

  /** Whether what is written comes late into the journal: it seems to be lost. */
  boolean writesLate;

  /** The first row that seems to be lost. */
  private StoredBatch late;

  /**
   * @param rows the journal, which it reads and goes on writing
   * @param start makes the entity that is run
   */
  HandDriven(
      EntityId id,
      EntityModel<C, E, R, S> model,
      Limits limits,
      List<StoredBatch> rows,
      BiFunction<EntityId, Host<C, E>, RunningEntity<C, E, R>> start) {
    this.id = id;
    this.model = model;
    this.limits = limits;
    this.rows = rows;
    this.journaled = new Journaled<>(id, model, limits, Long.MAX_VALUE);
    this.state = journaled.fresh();
    this.entity = start.apply(id, this);
    run();
  }

  /** Hands it messages, each before anything follows on the one before, and does all that does. */
  void receive(EntityMessage... messages) {
    for (EntityMessage message : messages) {
      toDo.add(() -> hand(message));
    }
    run();
  }

  private void hand(EntityMessage message) {
    stopped = entity.receive(message);
  }

  /** Whether it has said, last, that it is done for good. */
  boolean isStopped() {
    return stopped;
  }

  /** A second goes by. */
  void tick() {
    nowMs += TICK.toMillis();
    List<EntityMessage> due = List.copyOf(afterATick);
    afterATick.clear();
    due.forEach(this::receive);
  }

  /** Whether it looks every second for what was not answered. */
  boolean isTicking() {
    return afterATick.stream().anyMatch(EntityMessage.Tick.class::isInstance);
  }

  /** So much time goes by that it looks again at what is open. */
  void lookAgain() {
    List<EntityMessage> due = List.copyOf(whenItLooksAgain);
    whenItLooksAgain.clear();
    due.forEach(this::receive);
  }

  /** What seemed to be lost comes into the journal. */
  void writeLate() {
    writesLate = false;
    rows.add(late);
  }

  private void run() {
    while (!toDo.isEmpty()) {
      toDo.remove().run();
    }
  }

  /** What it has sent since this was asked for last. */
  List<Sent> sent() {
    List<Sent> all = List.copyOf(sent);
    sent.clear();
    return all;
  }

  /** All events in the journal. */
  List<E> events() {
    return rows.stream()
        .flatMap(row -> model.batches().decode(row.manifest(), row.bytes()).recorded().stream())
        .map(recorded -> recorded.event())
        .toList();
  }

  // ---- what the entity asks for

  @Override
  public void send(EntityId to, EntityMessage message) {
    sent.add(new Sent(to, message));
  }

  @Override
  public ReplyTo<EntityMessage> self() {
    return message -> toDo.add(() -> hand(message));
  }

  @Override
  public void later(Duration delay, EntityMessage message) {
    if (delay.equals(TICK)) {
      afterATick.add(message);
    } else if (delay.equals(RunningEntity.LOOK_AGAIN)) {
      whenItLooksAgain.add(message);
    } else if (message instanceof EntityMessage.Restart) {
      toDo.add(() -> hand(message));
    }
  }

  @Override
  public void startJournal(long heardOf) {
    journaled = new Journaled<>(id, model, limits, heardOf);
    state = journaled.fresh();
    for (StoredBatch row : rows) {
      journaled.take(state, new StoredBatch(row.manifest(), row.bytes(), false));
    }
    EntityMessage recovered = journaled.recovered(state, rows.size());
    toDo.add(() -> hand(recovered));
  }

  @Override
  public void stopJournal() {
    toDo.add(entity::onJournalStopped);
  }

  @Override
  public void decide(long number, List<Request<C>> requests) {
    decisions++;
    toDo.add(
        () -> {
          Journaled.Decided<E, R> decided =
              journaled.decide(state, number, requests, BEGINNING.plusMillis(nowMs));
          hand(decided.told());
          StoredBatch row = decided.row();
          if (row != null && writesLate) {
            late = late == null ? row : late;
            stopJournal();
            return;
          }
          if (row != null) {
            journaled.take(state, row);
            rows.add(row);
          }
          hand(new EntityMessage.BatchWritten(number));
        });
  }

  @Override
  public void read(Place place, Consumer<E> then, Consumer<Throwable> failed) {
    StoredBatch row = rows.get((int) place.sequence() - 1);
    E event =
        model.batches().decode(row.manifest(), row.bytes()).recorded().get(place.index()).event();
    toDo.add(() -> then.accept(event));
  }

  @Override
  public void readRows(
      long after, long through, Consumer<List<Batch<E>>> then, Consumer<Throwable> failed) {
    reads++;
    List<Batch<E>> found =
        rows.subList((int) after, (int) Math.min(through, rows.size())).stream()
            .map(row -> model.batches().decode(row.manifest(), row.bytes()))
            .filter(row -> row.sequence() != lost)
            .toList();
    toDo.add(
        () -> {
          if (readable) {
            then.accept(found);
          } else {
            failed.accept(new IllegalStateException("can't be read"));
          }
        });
  }

  @Override
  public void hasNewer(long known, Consumer<Boolean> then, Consumer<Throwable> failed) {
    reads++;
    boolean newer = rows.size() > known;
    toDo.add(
        () ->
            hand(
                new EntityMessage.Run(
                    () -> {
                      if (readable) {
                        then.accept(newer);
                      } else {
                        failed.accept(new IllegalStateException("can't be read"));
                      }
                    })));
  }

  @Override
  public long nowMs() {
    return nowMs;
  }
}
