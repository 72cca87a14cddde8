package dev.bursar.domain.usage;

import dev.bursar.domain.enforcement.Reported;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Which reported events are on record, back to the first: what no entity could remember. */
public interface ReportedEvents {

  /**
   * What is known of some events.
   *
   * @param onRecord whether each is on record, in their order
   * @param through the row of the org's journal, 0 for none, up to which that is complete. What
   *     came on record later may be missing: the org has to remember that itself
   */
  record Known(List<Boolean> onRecord, long through) {}

  /** Whether each of these events of an org is on record. */
  CompletionStage<Known> onRecord(String org, List<Reported> events);
}
