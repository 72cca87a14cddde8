package dev.bursar.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The step from one version of a stored form to the next. Pure, total, and never changed again. */
@FunctionalInterface
interface Upcaster {

  /**
   * What the next version would have stored.
   *
   * @param stored a whole batch or snapshot as the earlier version stored it; may be changed
   */
  ObjectNode upcast(ObjectNode stored);
}
