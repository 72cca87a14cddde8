package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import java.util.List;

/** How PostgreSQL means to answer questions about the journal, however long that is. */
public final class JournalPlans {

  private JournalPlans() {}

  /** It looks at the end of the index, and sorts nothing. */
  public static void assertFoundAtTheEndOfTheIndex(String query) {
    try (Database database = Database.open(TestServer.fresh())) {
      List<String> plan =
          database
              .jdbi()
              .withHandle(
                  handle -> {
                    // Of a table without rows, sorting all would be as cheap.
                    handle.execute("set enable_sort = off");
                    return handle.createQuery("explain " + query).mapTo(String.class).list();
                  });
      assertThat(String.join("\n", plan))
          .contains("Backward using event_journal_xid_ordering")
          .doesNotContain("Sort");
    }
  }
}
