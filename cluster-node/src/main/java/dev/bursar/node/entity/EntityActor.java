package dev.bursar.node.entity;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.Host;
import dev.bursar.entities.Limits;
import dev.bursar.entities.OrgEntity;
import dev.bursar.entities.ReplyTo;
import dev.bursar.entities.RunningEntity;
import dev.bursar.entities.TeamEntity;
import dev.bursar.entities.WalletEntity;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/** The sharded actor that runs an entity. */
final class EntityActor<C, E, R> extends ExtensibleBehavior<EntityMessage> implements Host<C, E> {

  /** Makes the entity that an actor runs. */
  private interface Kind<C, E, R> {
    RunningEntity<C, E, R> start(EntityId id, Function<E, R> reply, Limits limits, Host<C, E> host);
  }

  private final ActorContext<EntityMessage> context;
  private final EntityId id;
  private final EntityModel<C, E, R, ?> model;
  private final EntityParts parts;
  private final Region region;
  private final ReplyTo<EntityMessage> self;
  private final RunningEntity<C, E, R> entity;
  private @Nullable ActorRef<JournaledEntity.Decide<C>> journal;

  private EntityActor(
      ActorContext<EntityMessage> context,
      EntityId id,
      EntityModel<C, E, R, ?> model,
      EntityParts parts,
      Region region,
      Kind<C, E, R> kind) {
    this.context = context;
    this.id = id;
    this.model = model;
    this.parts = parts;
    this.region = region;
    this.self = new ActorReply<>(context.getSelf());
    this.entity = kind.start(id, model.reply(), parts.limits(), this);
    parts.counts().started(id.kind());
  }

  /** The actor of the entity of this name. */
  static Behavior<EntityMessage> create(EntityId id, EntityParts parts, Region region) {
    return switch (id.kind()) {
      case ORG -> create(id, parts.models().orgs(), parts, region, OrgEntity::new);
      case TEAM -> create(id, parts.models().teams(), parts, region, TeamEntity::new);
      case WALLET -> create(id, parts.models().wallets(), parts, region, WalletEntity::new);
    };
  }

  private static <C, E, R> Behavior<EntityMessage> create(
      EntityId id,
      EntityModel<C, E, R, ?> model,
      EntityParts parts,
      Region region,
      Kind<C, E, R> kind) {
    return Behaviors.setup(context -> new EntityActor<>(context, id, model, parts, region, kind));
  }

  @Override
  public Behavior<EntityMessage> receive(
      TypedActorContext<EntityMessage> typed, EntityMessage message) {
    return entity.receive(message) ? Behaviors.stopped() : Behaviors.same();
  }

  @Override
  public Behavior<EntityMessage> receiveSignal(
      TypedActorContext<EntityMessage> typed, Signal signal) {
    if (signal instanceof Terminated) {
      entity.onJournalStopped();
    } else if (signal instanceof PostStop) {
      parts.counts().stopped(id.kind());
    }
    return Behaviors.same();
  }

  // ---- what the entity asks for

  @Override
  public void send(EntityId to, EntityMessage message) {
    region.tell(to, message);
  }

  @Override
  public ReplyTo<EntityMessage> self() {
    return self;
  }

  @Override
  public void later(Duration delay, EntityMessage message) {
    context.scheduleOnce(delay, context.getSelf(), message);
  }

  @Override
  public void startJournal(long heardOf) {
    journal =
        context.spawnAnonymous(
            JournaledEntity.create(id, model, parts, heardOf, context.getSelf()));
    context.watch(journal);
  }

  @Override
  public void stopJournal() {
    if (journal != null) {
      context.stop(journal);
    }
  }

  @Override
  public void decide(long number, List<Request<C>> requests) {
    if (journal != null) {
      journal.tell(new JournaledEntity.Decide<>(number, requests));
    }
  }

  @Override
  public void read(Place place, Consumer<E> then, Consumer<Throwable> failed) {
    then(parts.store().read(id, place, model.batches()), then, failed);
  }

  @Override
  public void readRows(
      long after, long through, Consumer<List<Batch<E>>> then, Consumer<Throwable> failed) {
    then(parts.store().readRows(id, after, through, model.batches()), then, failed);
  }

  @Override
  public void hasNewer(long known, Consumer<Boolean> then, Consumer<Throwable> failed) {
    then(parts.store().hasNewer(id, known), then, failed);
  }

  private <T> void then(CompletionStage<T> read, Consumer<T> then, Consumer<Throwable> failed) {
    context.pipeToSelf(
        read,
        (found, fault) ->
            new EntityMessage.Run(
                () -> {
                  if (fault != null) {
                    failed.accept(fault);
                  } else {
                    then.accept(found);
                  }
                }));
  }

  @Override
  public long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
