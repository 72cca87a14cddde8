package dev.bursar.projections.progress;

import dev.bursar.projections.JournalPlans;
import org.junit.jupiter.api.Test;

/** The place where the journal ends, however long it is. */
class JournalHeadTest {

  @Test
  void isFoundAtTheEndOfTheIndex() {
    JournalPlans.assertFoundAtTheEndOfTheIndex(Progress.HEAD);
  }
}
