package dev.bursar.entities;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.LookedFor;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Origin;
import dev.bursar.entities.EntityMessage.AskFor;
import dev.bursar.entities.EntityMessage.BatchDecided;
import dev.bursar.entities.EntityMessage.TakeClosure;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An entity at work: an inbox, and whatever the kind of entity does besides deciding. It never
 * looks at a balance. Owned by one thread at a time.
 *
 * @param <C> what can be asked of it
 * @param <E> what happens to it
 * @param <R> what it replies
 */
public abstract class RunningEntity<C, E, R> {

  private static final Duration TICK = Duration.ofSeconds(1);
  static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  /** An answer to what others have been asked comes by then, or not at all. */
  private static final Duration STOP_WITHIN = Duration.ofSeconds(1);

  final Host<C, E> host;
  final EntityId id;
  final Limits limits;
  final Inbox<C, E, R> inbox;
  private final Function<E, R> reply;
  private final JournalSearch<E> search;
  private boolean ticking;
  private boolean stopping;
  private boolean hasWaited;

  RunningEntity(EntityId id, Function<E, R> reply, Limits limits, Host<C, E> host) {
    this.id = id;
    this.limits = limits;
    this.host = host;
    this.reply = reply;
    this.search = new JournalSearch<>(host, this::remembered, this::at, limits.waitingMax());
    this.inbox = new Inbox<>(host, reply, limits, limits.unhurriedWithin(id.kind()), news());
  }

  /**
   * Hears of every batch that was written, before whoever asked does; also of one whose write
   * seemed to have failed.
   */
  void written(Batch<E> batch) {}

  /** Hears of a batch that another incarnation has written, or this one without noticing. */
  void missed(Batch<E> batch) {
    written(batch);
  }

  private Inbox.Written<E> news() {
    return new Inbox.Written<>() {
      @Override
      public void batch(Batch<E> batch) {
        written(batch);
      }

      @Override
      public void missed(Batch<E> batch) {
        RunningEntity.this.missed(batch);
      }
    };
  }

  /**
   * Looks at what is open from before: when the entity starts, and now and then. The journal is
   * looked at for that, so whoever was written behind, or whose row came late, learns of it then.
   */
  abstract void reopen();

  /** Tries that again in a while: the journal could not be read. */
  final void reopenLater() {
    host.later(TICK, new EntityMessage.Reopen());
  }

  /**
   * Looks again after some time, also at what is open since: its end may have been told to another
   * incarnation, which took it with it.
   */
  final void lookAgain() {
    host.later(LOOK_AGAIN, new EntityMessage.Reopen());
  }

  /** What only this kind of entity understands. */
  abstract void onOther(EntityMessage message);

  /**
   * Wraps an answer for whoever asked on a reservation's behalf.
   *
   * @param row the last row of the journal that is known here; 0 before any
   */
  abstract EntityMessage answered(String reservation, Answer<R> answer, long row);

  /** The reservation of which this event is what is remembered here; null if it is of none. */
  abstract @Nullable String remembered(E event);

  /** What is told of an event that was found in the journal for a command. */
  R told(C command, E found) {
    return reply.apply(found);
  }

  /** When an event happened. */
  abstract Instant at(E event);

  /** The command that settles a reservation here. */
  abstract C settle(TakeClosure message);

  /** Whether something besides the inbox is under way; as long as it is, ticks come. */
  boolean isBusy() {
    return false;
  }

  /** Whether nothing is under way that is better not cut off: no answer is awaited. */
  boolean mayStop() {
    return !isBusy();
  }

  void onTick() {}

  /** It is to stop: whoever waits for something else than the journal is not to wait longer. */
  void onStop() {}

  /** It was told how a reservation ended, and has it not on record. */
  void notTaken(Closure closure) {}

  /**
   * Takes the next message in.
   *
   * @return whether it is done for good, and is to be stopped
   */
  public final boolean receive(EntityMessage message) {
    switch (message) {
      case EntityMessage.Ask<?, ?> ask -> ask(this.<EntityMessage.Ask<C, R>>as(ask));
      case AskFor<?> ask -> askFor(this.<AskFor<C>>as(ask));
      case BatchDecided<?, ?> decided -> inbox.onDecided(this.<BatchDecided<E, R>>as(decided));
      case EntityMessage.Recovered<?> it ->
          inbox.onRecovered(this.<EntityMessage.Recovered<E>>as(it));
      case EntityMessage.BatchWritten done -> inbox.onWritten(done);
      case EntityMessage.Restart restart -> inbox.onRestart();
      case EntityMessage.Reopen again -> reopen();
      case EntityMessage.Run run -> run.what().run();
      case TakeClosure closure -> take(closure);
      case EntityMessage.Reminded now -> inbox.onReminded();
      case EntityMessage.Stop stop -> stop();
      case EntityMessage.Tick tick -> {
        ticking = false;
        onTick();
      }
      case EntityMessage other -> onOther(other);
    }
    if (isBusy() && !ticking) {
      ticking = true;
      host.later(TICK, new EntityMessage.Tick());
    }
    return stopping && inbox.isIdle() && (hasWaited || mayStop());
  }

  /**
   * What it has asked may still be answered, but those who are to answer are stopping, too: whoever
   * moves the entities of an org moves them all, and keeps what is sent to them meanwhile for where
   * they start again. So it waits for a while only. Nothing is lost: all that is under way is in a
   * journal, and is asked about when the entity starts.
   */
  private void stop() {
    if (stopping) {
      hasWaited = true;
    } else {
      stopping = true;
      host.later(STOP_WITHIN, new EntityMessage.Stop());
      onStop();
    }
    inbox.sendAll();
  }

  final boolean isStopping() {
    return stopping;
  }

  /** The journal has stopped: a write failed, or recovery did. */
  public final void onJournalStopped() {
    inbox.onJournalStopped();
    journalStopped();
  }

  /** What seems not to have been written may come into the journal yet. */
  void journalStopped() {}

  /** To an entity goes only what is meant for its kind. */
  @SuppressWarnings("unchecked")
  private <T> T as(Object message) {
    return (T) message;
  }

  private void ask(EntityMessage.Ask<C, R> ask) {
    inbox.add(ask.request(), new Replying<>(inbox, ask.replyTo()::tell));
  }

  private void askFor(AskFor<C> ask) {
    decide(
        ask.request(),
        answer -> ask.replyTo().tell(answered(ask.reservation(), answer, inbox.row())));
  }

  /** Decides a request; what it asks for may have to be looked for in the journal before. */
  final void decide(Request<C> request, Consumer<Answer<R>> then) {
    inbox.add(request, new Replying<>(inbox, then, through -> lookFor(request, through, then)));
  }

  /** What is not remembered, and is not in the journal either, is decided as what is new. */
  private void lookFor(Request<C> request, long through, Consumer<Answer<R>> then) {
    LookedFor<C> command = this.<LookedFor<C>>as(request.command());
    Origin origin = Objects.requireNonNull(command.origin());
    search.find(
        command.reservation(),
        origin,
        through,
        new JournalSearch.Finder<>() {
          @Override
          public void found(E event) {
            then.accept(new Answer.Done<>(told(request.command(), event), true));
          }

          @Override
          public void notFound() {
            C further = command.from(origin.soughtThrough(through));
            decide(new Request<>(further, request.operation()), then);
          }

          @Override
          public void failed() {
            then.accept(new Answer.Unreachable<>());
          }
        });
  }

  private void take(TakeClosure message) {
    Consumer<Answer<R>> taken =
        answer -> {
          if (answer instanceof Answer.Done<R>) {
            message.replyTo().tell(new EntityMessage.ClosureTaken(message.key()));
          } else {
            notTaken(message.closure());
          }
        };
    inbox.addUnhurried(new Request<>(settle(message), null), new Replying<>(inbox, taken));
  }

  /**
   * Sends a message to another entity of the same org. One that is stopping sends none: it would
   * keep the node from stopping, where nobody is left to take it.
   */
  void tell(EntityId other, EntityMessage message) {
    if (!stopping) {
      host.send(other, message);
    }
  }
}
