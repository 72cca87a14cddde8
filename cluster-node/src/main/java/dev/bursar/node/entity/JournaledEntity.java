package dev.bursar.node.entity;

import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.Journaled;
import dev.bursar.entities.StoredBatch;
import dev.bursar.entities.StoredSnapshot;
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
  private final EntityParts parts;
  private final ActorRef<EntityMessage> inbox;
  private final Journaled<C, E, R, S> journaled;
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
    this.parts = parts;
    this.inbox = inbox;
    this.journaled = new Journaled<>(id, model, parts.limits(), heardOf);
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
    return journaled.fresh();
  }

  @Override
  public CommandHandler<Decide<C>, StoredBatch, Entity<C, E, R>> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<Entity<C, E, R>, StoredBatch> eventHandler() {
    return (entity, stored) -> {
      journaled.take(entity, stored);
      return entity;
    };
  }

  private Effect<StoredBatch, Entity<C, E, R>> decide(Entity<C, E, R> entity, Decide<C> decide) {
    Journaled.Decided<E, R> decided =
        journaled.decide(entity, decide.number, decide.requests, parts.clock().instant());
    inbox.tell(decided.told());
    EntityMessage written = new EntityMessage.BatchWritten(decide.number);
    if (decided.row() == null) {
      inbox.tell(written);
      return Effect().none();
    }
    return Effect()
        .persist(decided.row())
        .thenRun(
            (Entity<C, E, R> state) -> {
              inbox.tell(written);
              saveSnapshotIfDue(state);
            });
  }

  @Override
  public SignalHandler<Entity<C, E, R>> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::demandWhole)
        .build();
  }

  /** The journal plugin ends a recovery early, without an error, where rows are missing. */
  private void demandWhole(Entity<C, E, R> entity) {
    inbox.tell(journaled.recovered(entity, lastSequenceNumber(context)));
  }

  /** The entity goes on while its snapshot is encoded and written. */
  private void saveSnapshotIfDue(Entity<C, E, R> entity) {
    if (!journaled.isSnapshotDue() || !savingSnapshot.compareAndSet(false, true)) {
      return;
    }
    boolean anew = journaled.isWithoutParts();
    EntityModel.Captured captured = journaled.capture(entity);
    parts
        .store()
        .saveSnapshot(id, captured, anew)
        .whenComplete(
            (bytes, fault) -> {
              if (fault != null) {
                LOG.warn("a snapshot of {} could not be saved; the next one will", id, fault);
              } else {
                bytes.ifPresent(size -> journaled.saved(captured, size));
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
        return journaled.restored((StoredSnapshot) stored, parts.store().of(id));
      }
    };
  }
}
