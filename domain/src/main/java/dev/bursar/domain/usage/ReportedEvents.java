package dev.bursar.domain.usage;

import dev.bursar.domain.enforcement.Reported;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Which reported events are on record, back to the first: what no entity could remember. */
public interface ReportedEvents {

  /**
   * Whether each of these is on record, in their order. One that was reported a moment ago may not
   * be known here yet: the org knows that one. Fails with a {@link
   * dev.bursar.domain.ledger.ReadModelsBehind} while an event might be missing that the org no
   * longer remembers.
   */
  CompletionStage<List<Boolean>> onRecord(String org, List<Reported> events);
}
