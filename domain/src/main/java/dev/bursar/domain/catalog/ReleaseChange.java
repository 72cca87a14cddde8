package dev.bursar.domain.catalog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What somebody does with a version of the catalog. */
public sealed interface ReleaseChange {

  /** The version, from 1. */
  int version();

  /** What is done, in a word. */
  default String action() {
    return switch (this) {
      case Draft it -> "draft";
      case Stage it -> "stage";
      case Publish it -> "publish";
      case Schedule it -> "schedule";
      case RollBack it -> "rollback";
    };
  }

  /** A version is there, and counts for nobody. */
  record Draft(int version) implements ReleaseChange {}

  /** A version counts for some, while all others have what is published. */
  record Stage(int version, Audience audience) implements ReleaseChange {}

  /** A version counts for everybody from now on. */
  record Publish(int version) implements ReleaseChange {}

  /** A version counts for everybody from then on. */
  record Schedule(int version, Instant at) implements ReleaseChange {}

  /** A version that counted before counts again. */
  record RollBack(int version) implements ReleaseChange {}

  /**
   * A change that was made.
   *
   * @param sequence 1, 2, 3 … over all versions
   * @param madeAt when; never earlier than the change before it
   * @param actor the id of the access key, or what else made it
   * @param before the version that counted for everybody until then; null if none did
   */
  record Made(
      long sequence,
      Instant madeAt,
      String actor,
      ReleaseChange change,
      @Nullable Integer before) {}
}
