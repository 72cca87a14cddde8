package dev.bursar.entities;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What runs an entity: hands it messages, one at a time, and does what it can't do by itself.
 *
 * @param <C> what can be asked of it
 * @param <E> what happens to it
 */
public interface Host<C, E> {

  /** Sends a message to an entity of the same org; it may be lost, or come late, or twice. */
  void send(EntityId to, EntityMessage message);

  /** Where answers meant for this entity go. */
  ReplyTo<EntityMessage> self();

  /** Hands the entity a message after a while. */
  void later(Duration delay, EntityMessage message);

  /**
   * Starts the entity's journal, which recovers and then says {@link EntityMessage.Recovered}, or
   * stops, which is told by {@link RunningEntity#onJournalStopped}.
   *
   * @param heardOf the last row that the entity has heard of
   */
  void startJournal(long heardOf);

  /**
   * Has the journal that was started last decide a batch and write it: {@link
   * EntityMessage.BatchDecided}, and then {@link EntityMessage.BatchWritten}, or it stops.
   */
  void decide(long number, List<Request<C>> requests);

  /**
   * Reads an event back from the journal; fails if there is none, or it can't be read now. What
   * follows is done as when a message is handed to the entity: one thing at a time, and a fault in
   * it is one of the entity's.
   */
  void read(Place place, Consumer<E> then, Consumer<Throwable> failed);

  /**
   * Reads rows back from the journal, in their order; fails if that can't be done now. What follows
   * is done as after {@link #read}.
   *
   * @param after the number of the row before the first, 0 or more
   * @param through the number of the last
   */
  void readRows(
      long after, long through, Consumer<List<Batch<E>>> then, Consumer<Throwable> failed);

  /**
   * Looks whether the journal has rows that are newer than this one; fails if that can't be done
   * now. What follows is done as after {@link #read}.
   */
  void hasNewer(long known, Consumer<Boolean> then, Consumer<Throwable> failed);

  /** Stops the journal; what follows is as when it stops by itself. */
  void stopJournal();

  /** A monotonic time, in milliseconds. */
  long nowMs();
}
