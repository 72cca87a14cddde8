package dev.bursar.node.entity;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.journal.BatchCodec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotAdapter;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An entity's state and journal: decides a batch, writes it as one row, and says when it is
 * written. If writing fails, or recovery finds the journal incomplete, it stops: its state is worth
 * nothing then. Only its inbox talks to it, one batch at a time.
 */
final class JournaledEntity<C, E, R, S>
    extends EventSourcedBehavior<JournaledEntity.Decide<C>, StoredBatch, Entity<C, E, R>> {

  /** A batch to be decided; {@code number} comes back with the outcome. */
  record Decide<C>(long number, List<Request<C>> requests) {}

  private static final Logger LOG = LoggerFactory.getLogger(JournaledEntity.class);

  private final ActorContext<Decide<C>> context;
  private final EntityId id;
  private final EntityModel<C, E, R, S> model;
  private final EntityParts parts;
  private final ActorRef<EntityMessage> inbox;
  private final long heardOf;
  private final List<Batch<E>> unheard = new ArrayList<>(0);
  private long bytesSinceSnapshot;
  private volatile long snapshotBytes;

  /** Up to which number each memory of operations is stored in parts. */
  private volatile long[] partsStored;

  private final AtomicBoolean savingSnapshot = new AtomicBoolean();

  private JournaledEntity(
      ActorContext<Decide<C>> context,
      EntityId id,
      EntityModel<C, E, R, S> model,
      EntityParts parts,
      long heardOf,
      ActorRef<EntityMessage> inbox) {
    super(PersistenceId.ofUniqueId(id.toString()));
    this.context = context;
    this.id = id;
    this.model = model;
    this.parts = parts;
    this.heardOf = heardOf;
    this.inbox = inbox;
    this.partsStored = inParts(emptyState());
  }

  private long[] inParts(Entity<C, E, R> entity) {
    return model.memories().apply(entity).stream().mapToLong(OperationMemory::inParts).toArray();
  }

  /**
   * @param heardOf the last row that the inbox has heard of; it is told of those after it
   */
  static <C, E, R, S> Behavior<Decide<C>> create(
      EntityId id,
      EntityModel<C, E, R, S> model,
      EntityParts parts,
      long heardOf,
      ActorRef<EntityMessage> inbox) {
    return Behaviors.<Decide<C>>supervise(
            Behaviors.setup(
                context -> new JournaledEntity<>(context, id, model, parts, heardOf, inbox)))
        .onFailure(SupervisorStrategy.stop());
  }

  @Override
  public Entity<C, E, R> emptyState() {
    return model.fresh().apply(id);
  }

  @Override
  public CommandHandler<Decide<C>, StoredBatch, Entity<C, E, R>> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<Entity<C, E, R>, StoredBatch> eventHandler() {
    return this::take;
  }

  private Effect<StoredBatch, Entity<C, E, R>> decide(Entity<C, E, R> entity, Decide<C> decide) {
    Instant now = parts.clock().instant().truncatedTo(ChronoUnit.MICROS);
    Entity.Decided<E, R> decided = entity.decide(decide.requests, now);
    Batch<E> batch = decided.batch();
    inbox.tell(new EntityMessage.BatchDecided<>(decide.number, batch, decided.outcomes()));
    EntityMessage written = new EntityMessage.BatchWritten(decide.number);
    if (batch == null) {
      inbox.tell(written);
      return Effect().none();
    }
    BatchCodec.Packed packed = model.batches().pack(batch);
    entity.sealed(CanonicalEntry.sha256(packed.bytes()));
    return Effect()
        .persist(new StoredBatch(packed.manifest(), packed.bytes(), true))
        .thenRun(
            (Entity<C, E, R> state) -> {
              inbox.tell(written);
              saveSnapshotIfDue(state);
            });
  }

  private Entity<C, E, R> take(Entity<C, E, R> entity, StoredBatch stored) {
    bytesSinceSnapshot += BatchCodec.plainLength(stored.manifest(), stored.bytes());
    if (!stored.folded()) {
      Batch<E> batch = model.batches().decode(stored.manifest(), stored.bytes());
      entity.fold(batch, CanonicalEntry.sha256(stored.bytes()));
      if (batch.sequence() > heardOf) {
        unheard.add(batch);
      }
    }
    return entity;
  }

  @Override
  public SignalHandler<Entity<C, E, R>> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::demandWhole)
        .build();
  }

  /** The journal plugin ends a recovery early, without an error, where rows are missing. */
  private void demandWhole(Entity<C, E, R> entity) {
    long last = lastSequenceNumber(context);
    if (entity.sequence() != last) {
      throw new IllegalStateException(
          "%s: the journal goes to row %d, recovery came to row %d; rows are missing"
              .formatted(id, last, entity.sequence()));
    }
    inbox.tell(new EntityMessage.Recovered<>(last, List.copyOf(unheard)));
    unheard.clear();
  }

  /** The entity goes on while its snapshot is encoded and written. */
  private void saveSnapshotIfDue(Entity<C, E, R> entity) {
    Limits limits = parts.limits();
    long enough =
        Math.max(limits.snapshotAfterBytes(), limits.snapshotAfterSizes() * snapshotBytes);
    if (bytesSinceSnapshot < enough || !savingSnapshot.compareAndSet(false, true)) {
      return;
    }
    bytesSinceSnapshot = 0;
    long[] stored = partsStored;
    boolean anew = Arrays.stream(stored).allMatch(upTo -> upTo == 0);
    EntityModel.Captured captured = model.captured(entity, stored);
    parts
        .store()
        .saveSnapshot(id, captured, anew)
        .whenComplete(
            (bytes, fault) -> {
              if (fault != null) {
                LOG.warn("a snapshot of {} could not be saved; the next one will", id, fault);
              } else {
                snapshotBytes = bytes;
                partsStored =
                    captured.memories().stream().mapToLong(each -> each.part().to()).toArray();
              }
              savingSnapshot.set(false);
            });
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.disabled();
  }

  @Override
  public SnapshotAdapter<Entity<C, E, R>> snapshotAdapter() {
    return new SnapshotAdapter<>() {
      @Override
      public Object toJournal(Entity<C, E, R> entity) {
        throw new IllegalStateException("snapshots are not saved by the plugin");
      }

      @Override
      public Entity<C, E, R> fromJournal(Object stored) {
        StoredSnapshot snapshot = (StoredSnapshot) stored;
        snapshotBytes = snapshot.bytes().length;
        Entity<C, E, R> entity =
            model.restored(id, snapshot, memory -> parts.store().memoryParts(id, memory));
        partsStored = inParts(entity);
        return entity;
      }
    };
  }
}
