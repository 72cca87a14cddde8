package dev.bursar.entities;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.entities.EntityMessage.BatchDecided;
import dev.bursar.entities.EntityMessage.BatchWritten;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The queue in front of an entity's journal. Idle, it forwards at once; while a write is under way,
 * requests wait, and then go together as one batch. Where more has fallen due than one row takes,
 * they go again, until all of it is written. What nobody waits for goes along with the next request
 * that somebody does wait for, or by itself after a while; in the queue it keeps its place, so
 * whatever is decided later knows of it. A full queue answers busy. When the journal fails, the
 * batch under way is decided anew on what recovery finds: every request that must not be done twice
 * has an identity, and is found there if it was written after all.
 *
 * <p>Owned by one entity, which passes it what concerns it.
 */
final class Inbox<C, E, R> {

  /** Hears what becomes of a request. */
  interface Caller<R> {

    /** It was decided; not yet in the journal. */
    default void decided(Outcome<R> outcome) {}

    /** It is in the journal, or was refused. */
    void done(Outcome<R> outcome);

    /** It never came to be decided, or nobody knows. */
    void failed(Answer<R> why);
  }

  /** Hears of every batch that was written. */
  interface Written<E> {

    /** One that was written for this inbox. */
    void batch(Batch<E> batch);

    /** One that was in the journal and not heard of: another incarnation's, or given up. */
    void missed(Batch<E> batch);
  }

  /**
   * @param sinceMs when it came, if nobody waits for it; by the host's clock
   */
  private record Waiting<C, R>(
      Request<C> request, Caller<R> caller, boolean hurried, long sinceMs) {}

  private record Unconfirmed<C, R>(Waiting<C, R> waiting, Outcome<R> outcome) {}

  private final Host<C, E> host;
  private final Function<E, R> reply;
  private final Limits limits;
  private final Duration unhurriedWithin;
  private final Written<E> written;
  private final ArrayDeque<Waiting<C, R>> queue = new ArrayDeque<>();
  private boolean hasJournal;
  private @Nullable List<Waiting<C, R>> flight;
  private @Nullable BatchDecided<E, R> decided;

  /**
   * Are told that all is as they ask, or that there is nothing of what they ask about, once the
   * journal is seen to have nothing newer.
   */
  private List<Unconfirmed<C, R>> unconfirmed = new ArrayList<>();

  /** For how many it is looked at now. */
  private int confirming;

  private boolean isLooking;
  private long number;
  private int failures;

  /** How many in the queue somebody waits for. */
  private int hurried;

  /** What is in the queue goes now, whoever waits for it. */
  private boolean sendAll;

  private boolean reminded;

  /** The last row that is known to be written; before the first recovery, none is news. */
  private long sequence = Long.MAX_VALUE;

  /**
   * @param reply what an event answers to the command that led to it
   * @param unhurriedWithin how long what nobody waits for may wait for company
   */
  Inbox(
      Host<C, E> host,
      Function<E, R> reply,
      Limits limits,
      Duration unhurriedWithin,
      Written<E> written) {
    this.host = host;
    this.reply = reply;
    this.limits = limits;
    this.unhurriedWithin = unhurriedWithin;
    this.written = written;
    start();
  }

  private void start() {
    hasJournal = true;
    host.startJournal(sequence);
  }

  /** Whether nothing is waiting or under way. */
  boolean isIdle() {
    return flight == null && queue.isEmpty() && !isLooking;
  }

  /** The last row of the journal that is known here; 0 before any. */
  long row() {
    return sequence == Long.MAX_VALUE ? 0 : sequence;
  }

  /** Takes a request in that somebody waits for. */
  void add(Request<C> request, Caller<R> caller) {
    add(new Waiting<>(request, caller, true, 0));
  }

  /** Takes a request in that nobody waits for. */
  void addUnhurried(Request<C> request, Caller<R> caller) {
    add(new Waiting<>(request, caller, false, host.nowMs()));
  }

  private void add(Waiting<C, R> waiting) {
    if (queue.size() + unconfirmed.size() + confirming >= limits.waitingMax()) {
      waiting.caller.failed(new Answer.Busy<>());
      return;
    }
    queue.add(waiting);
    hurried += waiting.hurried ? 1 : 0;
    send();
  }

  /** Sends what nobody waits for, if the first of it has waited for long enough. */
  void onReminded() {
    reminded = false;
    Waiting<C, R> first = queue.peek();
    if (first == null) {
      return;
    }
    long rest = first.sinceMs + unhurriedWithin.toMillis() - host.nowMs();
    if (rest > 0 && hurried == 0) {
      remind(Duration.ofMillis(rest));
    } else {
      sendAll();
    }
  }

  /** Sends what nobody waits for, too. */
  void sendAll() {
    sendAll = true;
    send();
  }

  private void send() {
    if (flight != null || queue.isEmpty() || !hasJournal) {
      return;
    }
    int batchMax = limits.batchMax();
    if (hurried == 0 && !sendAll && queue.size() < batchMax) {
      remind(unhurriedWithin);
      return;
    }
    List<Waiting<C, R>> batch = new ArrayList<>(Math.min(queue.size(), batchMax));
    while (!queue.isEmpty() && batch.size() < batchMax) {
      batch.add(take());
    }
    sendAll = false;
    flight = batch;
    dispatch(batch);
  }

  private Waiting<C, R> take() {
    Waiting<C, R> next = queue.remove();
    hurried -= next.hurried ? 1 : 0;
    return next;
  }

  private void remind(Duration after) {
    if (!reminded) {
      reminded = true;
      host.later(after, new EntityMessage.Reminded());
    }
  }

  private void dispatch(List<Waiting<C, R>> batch) {
    number++;
    decided = null;
    List<Request<C>> requests = new ArrayList<>(batch.size());
    for (Waiting<C, R> each : batch) {
      requests.add(each.request);
    }
    host.decide(number, requests);
  }

  void onDecided(BatchDecided<E, R> message) {
    if (message.number() != number || flight == null) {
      return;
    }
    decided = message;
    for (int i = 0; i < message.outcomes().size(); i++) {
      flight.get(i).caller.decided(message.outcomes().get(i));
    }
  }

  void onWritten(BatchWritten message) {
    List<Waiting<C, R>> asked = flight;
    BatchDecided<E, R> outcome = decided;
    if (message.number() != number || asked == null || outcome == null) {
      return;
    }
    failures = 0;
    int decidedCount = outcome.outcomes().size();
    List<Waiting<C, R>> done = asked.subList(0, decidedCount);
    // The next batch is on its way before the answers to this one are.
    if (decidedCount < asked.size()) {
      flight = asked.subList(decidedCount, asked.size());
      dispatch(flight);
    } else {
      flight = null;
      send();
    }
    Batch<E> batch = outcome.batch();
    if (batch != null) {
      sequence = batch.sequence();
      written.batch(batch);
    }
    for (int i = 0; i < done.size(); i++) {
      Outcome<R> each = outcome.outcomes().get(i);
      // A row that was written says the same as a look at the journal.
      if (batch == null && isUnlessNewer(each)) {
        unconfirmed.add(new Unconfirmed<>(done.get(i), each));
      } else {
        done.get(i).caller.done(each);
      }
    }
    confirm();
  }

  /** Whether it is so only if the journal has nothing newer. */
  private static boolean isUnlessNewer(Outcome<?> outcome) {
    return outcome instanceof Outcome.Unchanged || outcome instanceof Outcome.Absent;
  }

  /**
   * Whoever does not know that another incarnation has gone on is stopped by the journal when it
   * writes. Here nothing is written: so it is read, once for all that came while it was read last.
   */
  private void confirm() {
    if (isLooking || unconfirmed.isEmpty()) {
      return;
    }
    List<Unconfirmed<C, R>> looked = unconfirmed;
    unconfirmed = new ArrayList<>();
    long known = sequence;
    isLooking = true;
    confirming = looked.size();
    host.hasNewer(
        known,
        hasNewer -> {
          looksNoMore();
          if (hasNewer) {
            if (sequence == known && !mayBeWriting()) {
              host.stopJournal();
            }
            looked.forEach(each -> add(each.waiting));
          } else {
            looked.forEach(each -> each.waiting.caller.done(each.outcome));
          }
          confirm();
        },
        fault -> {
          looksNoMore();
          looked.forEach(each -> each.waiting.caller.failed(new Answer.Unreachable<>()));
          confirm();
        });
  }

  private void looksNoMore() {
    isLooking = false;
    confirming = 0;
  }

  /** Whether a row that is newer than what is known may be one that is written for this inbox. */
  private boolean mayBeWriting() {
    return flight != null && decided != null && decided.batch() != null;
  }

  void onRecovered(EntityMessage.Recovered<E> message) {
    sequence = message.sequence();
    message.unheard().forEach(written::missed);
  }

  /** The journal has stopped: a write failed, or recovery did. */
  void onJournalStopped() {
    hasJournal = false;
    failures++;
    List<Waiting<C, R>> lost = flight;
    if (failures > limits.restartsMax()) {
      flight = null;
      if (lost != null) {
        lost.forEach(each -> each.caller.failed(new Answer.Unreachable<>()));
      }
      while (!queue.isEmpty()) {
        take().caller.failed(new Answer.Unreachable<>());
      }
    }
    long delayMs = Math.min(5_000L, 50L << Math.min(failures, 10));
    host.later(Duration.ofMillis(delayMs), new EntityMessage.Restart());
  }

  void onRestart() {
    if (hasJournal) {
      return;
    }
    start();
    if (flight != null) {
      dispatch(flight);
    } else {
      send();
    }
  }

  /** Reads the reply that stands in the journal at a place. */
  void stored(Outcome.Stored<R> outcome, Consumer<R> then, Consumer<Throwable> failed) {
    host.read(outcome.place(), event -> then.accept(reply.apply(event)), failed);
  }
}
