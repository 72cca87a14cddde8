package dev.bursar.projections.usage;

import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageQueries.EventFilter;
import dev.bursar.projections.export.Parts;
import java.time.Duration;
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
  private final Duration looksFor;
  private UsageEvent.@Nullable Key after;
  private boolean ended;

  /**
   * @param kept what is kept of the org's usage
   * @param rowsMax rows of a part
   * @param looksFor for how long a part looks for them, about
   */
  EventParts(
      String org, EventFilter filter, Function<Handle, Kept> kept, int rowsMax, Duration looksFor) {
    this.org = org;
    this.filter = filter;
    this.kept = kept;
    this.rowsMax = rowsMax;
    this.looksFor = looksFor;
  }

  @Override
  public Optional<List<UsageEvent>> next(Handle handle) {
    if (ended) {
      return Optional.empty();
    }
    EventPages.Page page =
        new EventPages(handle, org, filter, rowsMax, looksFor).page(after, kept.apply(handle));
    after = page.next();
    ended = after == null;
    return Optional.of(page.events());
  }
}
