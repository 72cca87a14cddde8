package dev.bursar.projections.journal;

import dev.bursar.projections.JournalPlans;
import org.junit.jupiter.api.Test;

/** The journal's last row, however long it is. */
class LastRowTest {

  @Test
  void isFoundAtTheEndOfTheIndex() {
    JournalPlans.assertFoundAtTheEndOfTheIndex(JournalTable.LAST);
  }
}
