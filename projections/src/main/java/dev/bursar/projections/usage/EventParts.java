package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.projections.export.Parts;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** All events that pass a filter, the newest first. */
final class EventParts implements Parts<UsageEvent> {

  private final String org;
  private final EventFilter filter;
  private final Function<Handle, Kept> kept;
  private final int rowsMax;
  private UsageEvent.@Nullable Key after;
  private boolean ended;

  /**
   * @param kept what is kept of the org's usage
   * @param rowsMax rows of a part
   */
  EventParts(String org, EventFilter filter, Function<Handle, Kept> kept, int rowsMax) {
    this.org = org;
    this.filter = filter;
    this.kept = kept;
    this.rowsMax = rowsMax;
  }

  @Override
  public Optional<List<UsageEvent>> next(Handle handle) {
    if (ended) {
      return Optional.empty();
    }
    List<UsageEvent> rows =
        EventRows.of(handle, org, filter, after, kept.apply(handle), rowsMax);
    ended = rows.size() < rowsMax;
    after = ended ? after : rows.getLast().key();
    return Optional.of(rows);
  }
}
