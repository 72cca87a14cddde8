package dev.bursar.domain.usage;

import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes in usage that was not reserved and has run already. Whatever the limits, it is priced,
 * charged and counted, once for each source and id, for good.
 */
public interface UsageReports {

  /**
   * What is reported.
   *
   * @param source where it happened, in the reporter's words
   * @param id the reporter's name for it, unique within the source
   * @param happenedAt when the work ran, by the reporter's clock
   * @param work what ran, and for whom
   * @param epoch of what was decided from a lease, which is the source, the epoch that its holder
   *     knows; else null
   * @param unchecked whether a sidecar has let it run while no server could be asked: what it names
   *     and its org does not know is left out then, as it is of what was decided from a lease
   */
  record Report(
      String source,
      String id,
      Instant happenedAt,
      ReserveRequest work,
      @Nullable Long epoch,
      boolean unchecked) {

    /** Of work that was decided from no lease. */
    public Report(String source, String id, Instant happenedAt, ReserveRequest work) {
      this(source, id, happenedAt, work, null, false);
    }

    /** Whether a sidecar has let it run, which knows the names of no units. */
    boolean wasLetThrough() {
      return unchecked || event().isOfLease();
    }

    /** What tells of it. */
    Reported event() {
      return new Reported(source, id, happenedAt, epoch);
    }
  }

  /** What became of a report. */
  sealed interface Result {}

  /** It is on record. */
  record Accepted() implements Result {}

  /** It was on record already, as it was sent first; nothing was changed. */
  record Duplicate() implements Result {}

  /**
   * It can't be accounted for as it is, and changed nothing. Sent again when the cause is mended,
   * it is accepted.
   *
   * @param code why, in the words of the API
   * @param field the field of the work that is at fault, or null
   * @param detail a sentence for a person
   */
  record Rejected(String code, @Nullable String field, String detail) implements Result {}

  /** Whoever decides has more to do than may wait; it changed nothing, and is to be sent again. */
  record Busy() implements Result {}

  /** Nobody can tell whether it is on record: it is to be sent again. */
  record Unreachable() implements Result {}

  /**
   * Reports one after the other, those of one org in their order, and orgs beside each other; each
   * by itself comes to its own result.
   *
   * @param reports any number; the same one may be among them twice
   * @param actor the id of the key that reports
   * @return a result for each, in their order, once what it says is in the journal
   */
  CompletionStage<List<Result>> report(List<Report> reports, String actor);
}
