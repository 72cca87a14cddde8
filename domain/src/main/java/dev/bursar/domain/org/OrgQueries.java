package dev.bursar.domain.org;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the list of all orgs, from the read model. */
public interface OrgQueries {

  /** An org in the list. */
  record Row(String org, OrgSettings settings) {}

  /**
   * A page of orgs, by name.
   *
   * @param asOf when what is shown was last brought up to date
   * @param lagMs how far it is behind the journal, in milliseconds
   */
  record Page(List<Row> orgs, boolean hasMore, Instant asOf, long lagMs) {}

  /**
   * The orgs, by name.
   *
   * @param after the name to start after, or null
   * @param limit how many at most
   */
  CompletionStage<Page> page(@Nullable String after, int limit);
}
