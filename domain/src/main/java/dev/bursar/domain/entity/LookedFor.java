package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Origin;
import org.jspecify.annotations.Nullable;

/**
 * A command about something that may have been done so long ago that its entity has forgotten it:
 * then it is looked for in the entity's journal, before anything is done anew. So that it is known
 * how far back, nothing is done about it at an earlier time than that of its origin, whatever the
 * entity's clock shows. That is so of this command alone: whatever else is decided, before it or at
 * the same time, goes by the clock.
 *
 * @param <C> the entity's commands
 */
public interface LookedFor<C> {

  /** The reservation that it is about. */
  String reservation();

  /** Since when it may have been done; null where what is remembered is all that is asked for. */
  @Nullable Origin origin();

  /** Whether anything may be done about it; else it is only asked. */
  default boolean mayChange() {
    return true;
  }

  /** The same command, once more is known of where it is not. */
  C from(Origin later);
}
