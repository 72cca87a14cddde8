package dev.bursar.node.entity;

import dev.bursar.entities.ReplyTo;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * An answer that goes to an actor.
 *
 * @param <T> the kind of answer
 */
record ActorReply<T>(ActorRef<T> actor) implements ReplyTo<T> {

  @Override
  public void tell(T answer) {
    actor.tell(answer);
  }
}
