package dev.bursar.projections.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.projections.TestServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The place where the journal ends, however long it is. */
class JournalHeadTest {

  @Test
  void isFoundAtTheEndOfTheIndex() {
    try (Database database = Database.open(TestServer.fresh())) {
      List<String> plan =
          database
              .jdbi()
              .withHandle(
                  handle -> {
                    // Of a table without rows, sorting all would be as cheap.
                    handle.execute("set enable_sort = off");
                    return handle
                        .createQuery("explain " + Progress.HEAD)
                        .mapTo(String.class)
                        .list();
                  });
      assertThat(String.join("\n", plan))
          .contains("Backward using event_journal_xid_ordering")
          .doesNotContain("Sort");
    }
  }
}
