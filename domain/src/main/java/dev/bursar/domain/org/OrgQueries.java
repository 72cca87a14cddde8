package dev.bursar.domain.org;

import dev.bursar.domain.operation.Place;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the list of all orgs, and who changed what in one, from the read model. */
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

  /**
   * What somebody changed in an org.
   *
   * @param place where the change stands in the org's journal
   * @param at when
   * @param actor the id of the access key that did it
   * @param action what was done, such as {@code put_budget}
   * @param type the kind of what was changed, such as {@code budget}
   * @param target its id
   * @param before what it was, as JSON; null if it was not there
   * @param after what it is, as JSON; null if it is no more
   */
  record Change(
      Place place,
      Instant at,
      String actor,
      String action,
      String type,
      String target,
      @Nullable String before,
      @Nullable String after) {}

  /** A page of changes, the last first. */
  record Changes(List<Change> changes, boolean hasMore, Instant asOf, long lagMs) {}

  /**
   * Who changed what in an org, the last first.
   *
   * @param before the place before which to start, or null
   * @param limit how many at most
   * @param fresh whether to wait until all that was in the journal when it was asked can be seen
   */
  CompletionStage<Changes> changes(String org, @Nullable Place before, int limit, boolean fresh);
}
