package dev.bursar.domain.catalog;

import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.Rerating;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The versions of the catalog, none of which ever changes, and what is done with them. */
public interface CatalogVersions {

  /** How large a catalog may be as text, in bytes. */
  int DOCUMENT_BYTES_MAX = 10_000_000;

  /**
   * A version.
   *
   * @param number from 1, in the order in which they were drafted
   * @param draftedAt when it was drafted
   * @param actor who drafted it
   * @param digest the SHA-256 of its text, in hexadecimal digits
   * @param status what it is
   */
  record Version(
      int number, Instant draftedAt, String actor, String digest, Releases.Status status) {}

  /** What came of a draft. */
  sealed interface Drafted {

    /** It is a version now. */
    record Kept(Version version) implements Drafted {}

    /**
     * It is refused whole.
     *
     * @param faults what is wrong; of very many the first, and how many more there are
     * @param count how many faults there are
     */
    record Faulty(List<CatalogFault> faults, int count) implements Drafted {}
  }

  /** Some versions, the newest first. */
  record Page(List<Version> versions, boolean hasMore) {}

  /** Some changes, the newest first. */
  record Log(List<Made> changes, boolean hasMore) {}

  /** A version with its text. */
  record Document(Version version, String text) {}

  /** Usage of a period that is rated under a version, some of it at a time. */
  interface Trial {

    /** How many requests there are, about. */
    long expected();

    /** How many have been rated. */
    long events();

    /** Rates some more; whether there may be others. One at a time. */
    CompletionStage<Boolean> more();

    /** What has come of each org's usage so far. */
    List<Rerating.OfOrg> orgs();
  }

  /** Which versions count for whom now. */
  CompletionStage<Releases> releases();

  /**
   * Makes a version of a text, which counts for nobody yet. A text that is a version already stays
   * that one.
   *
   * @param document the text as it was sent: what is not UTF-8 is a fault, too
   */
  CompletionStage<Answer<Drafted>> draft(byte[] document, Caller caller);

  /** A version, or a refusal. */
  CompletionStage<Answer<Document>> version(int number);

  /** The number of a version that can be decided by, or a refusal. */
  CompletionStage<Answer<Integer>> readable(int number);

  /**
   * Versions, the newest first.
   *
   * @param before the number below which to start, or null
   */
  CompletionStage<Page> versions(@Nullable Integer before, int limit);

  /**
   * Who did what, the last first.
   *
   * @param before the sequence below which to start, or null
   */
  CompletionStage<Log> log(@Nullable Long before, int limit);

  /**
   * What one version has otherwise than another.
   *
   * @param number the version
   * @param against what it is compared with; null for what is published
   */
  CompletionStage<Answer<CatalogDiff>> diff(int number, @Nullable Integer against);

  /**
   * Begins to rate usage that has run under a version; nothing is changed.
   *
   * @param org whose; null for everybody's
   * @param from from when on it counted
   * @param to until when, exclusive
   * @param pricedAt at which time's rates; null for those of when it counted
   */
  CompletionStage<Answer<Trial>> simulate(
      int number, @Nullable String org, Instant from, Instant to, @Nullable Instant pricedAt);

  /**
   * Stages, publishes, schedules or rolls back. Answers once every node decides by it, or no longer
   * decides: from then on nobody decides by what was before.
   */
  CompletionStage<Answer<Made>> change(ReleaseChange change, Caller caller);
}
