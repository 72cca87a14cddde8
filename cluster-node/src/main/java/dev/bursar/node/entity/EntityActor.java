package dev.bursar.node.entity;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.node.entity.EntityMessage.AskFor;
import dev.bursar.node.entity.EntityMessage.BatchDecided;
import dev.bursar.node.entity.EntityMessage.TakeClosure;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The sharded actor of an entity: an inbox, and whatever the kind of entity does besides deciding.
 * It never looks at a balance.
 */
abstract class EntityActor<C, E, R> extends ExtensibleBehavior<EntityMessage> {

  private static final Duration TICK = Duration.ofSeconds(1);

  final ActorContext<EntityMessage> context;
  final EntityId id;
  final EntityParts parts;
  final Inbox<C, E, R> inbox;
  private final Region region;
  private boolean ticking;
  private boolean stopping;

  EntityActor(
      ActorContext<EntityMessage> context,
      EntityId id,
      EntityModel<C, E, R, ?> model,
      EntityParts parts,
      Region region) {
    this.context = context;
    this.id = id;
    this.parts = parts;
    this.region = region;
    this.inbox = new Inbox<>(context, id, model, parts, this::written);
  }

  /**
   * Hears of every batch that was written, before whoever asked does; also of one whose write
   * seemed to have failed.
   */
  void written(Batch<E> batch) {}

  /** Looks at what is open from before; once when the entity starts. */
  abstract void reopen();

  /** Tries that again in a while: the journal could not be read. */
  final void reopenLater() {
    context.scheduleOnce(TICK, context.getSelf(), new EntityMessage.Reopen());
  }

  /** What only this kind of entity understands. */
  abstract void onOther(EntityMessage message);

  /** Wraps an answer for whoever asked on a reservation's behalf. */
  abstract EntityMessage answered(String reservation, Answer<R> answer);

  /** The command that settles a reservation here. */
  abstract C settle(TakeClosure message);

  /** Whether something besides the inbox is under way; as long as it is, ticks come. */
  boolean isBusy() {
    return false;
  }

  /** Whether nothing is under way that must not be cut off. */
  boolean mayStop() {
    return !isBusy();
  }

  void onTick() {}

  @Override
  public Behavior<EntityMessage> receive(
      TypedActorContext<EntityMessage> typed, EntityMessage message) {
    switch (message) {
      case EntityMessage.Ask<?, ?> ask -> ask(this.<EntityMessage.Ask<C, R>>as(ask));
      case AskFor<?> ask -> askFor(this.<AskFor<C>>as(ask));
      case BatchDecided<?, ?> decided -> inbox.onDecided(this.<BatchDecided<E, R>>as(decided));
      case EntityMessage.Recovered<?> it ->
          inbox.onRecovered(this.<EntityMessage.Recovered<E>>as(it));
      case EntityMessage.BatchWritten done -> inbox.onWritten(done);
      case EntityMessage.Restart restart -> inbox.onRestart();
      case EntityMessage.Reopen again -> reopen();
      case TakeClosure closure -> take(closure);
      case EntityMessage.Reminded now -> inbox.onReminded();
      case EntityMessage.Stop stop -> {
        stopping = true;
        inbox.onReminded();
      }
      case EntityMessage.Tick tick -> {
        ticking = false;
        onTick();
      }
      case EntityMessage other -> onOther(other);
    }
    if (isBusy() && !ticking) {
      ticking = true;
      context.scheduleOnce(TICK, context.getSelf(), new EntityMessage.Tick());
    }
    return stopping && inbox.isIdle() && mayStop() ? Behaviors.stopped() : Behaviors.same();
  }

  @Override
  public Behavior<EntityMessage> receiveSignal(
      TypedActorContext<EntityMessage> typed, Signal signal) {
    if (signal instanceof Terminated) {
      inbox.onJournalStopped();
    }
    return Behaviors.same();
  }

  /** The region delivers to an entity only what is meant for its kind. */
  @SuppressWarnings("unchecked")
  private <T> T as(Object message) {
    return (T) message;
  }

  private void ask(EntityMessage.Ask<C, R> ask) {
    inbox.add(ask.request(), new Replying<>(inbox, ask.replyTo()::tell));
  }

  private void askFor(AskFor<C> ask) {
    ActorRef<EntityMessage> replyTo = ask.replyTo();
    inbox.add(
        ask.request(),
        new Replying<>(inbox, answer -> replyTo.tell(answered(ask.reservation(), answer))));
  }

  private void take(TakeClosure message) {
    Consumer<Answer<R>> taken =
        answer -> {
          if (answer instanceof Answer.Done<R>) {
            message.replyTo().tell(new EntityMessage.ClosureTaken(message.key()));
          }
        };
    inbox.addUnhurried(new Request<>(settle(message), null), new Replying<>(inbox, taken));
  }

  /** Sends a message to another entity of the same org. */
  void tell(EntityId other, EntityMessage message) {
    region.tell(other, message);
  }
}
