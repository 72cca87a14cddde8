package dev.bursar.domain.catalog;

import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which version of the catalog counts for whom, and from when on. What is published or rolled back
 * to counts for everybody: nothing is staged or scheduled any more then.
 *
 * @param published the version that counts for everybody else; null before the first
 * @param scheduled what is to be published; null if nothing is
 * @param staged what counts for some only; null if nothing does
 * @param everPublished all that counted for everybody once
 */
public record Releases(
    @Nullable Integer published,
    @Nullable Scheduled scheduled,
    @Nullable Staged staged,
    Set<Integer> everPublished) {

  /** Nothing is published yet. */
  public static final Releases NONE = new Releases(null, null, null, Set.of());

  /** A version that counts for everybody from then on. */
  public record Scheduled(int version, Instant at) {}

  /** A version that counts for some. */
  public record Staged(int version, Audience audience) {}

  /** What a version is. */
  public enum Status {
    /** It counts for nobody, and never did for everybody. */
    DRAFT,
    /** It counts for some. */
    STAGED,
    /** It will count for everybody. */
    SCHEDULED,
    /** It counts for everybody. */
    PUBLISHED,
    /** It counted for everybody once. */
    SUPERSEDED
  }

  private static Releases of(int published, Set<Integer> before) {
    Set<Integer> ever = new TreeSet<>(before);
    ever.add(published);
    return new Releases(published, null, null, Set.copyOf(ever));
  }

  /** As they are at a time: what was scheduled until then is published. */
  public Releases at(Instant time) {
    return scheduled != null && !time.isBefore(scheduled.at)
        ? of(scheduled.version, everPublished)
        : this;
  }

  /** The version that counts for an org at a time; null before the first. */
  public @Nullable Integer versionFor(String org, Instant time) {
    if (scheduled != null && !time.isBefore(scheduled.at)) {
      return scheduled.version;
    }
    return staged != null && staged.audience.includes(staged.version, org)
        ? (Integer) staged.version
        : published;
  }

  /** All versions that count for somebody, or will. */
  public Set<Integer> versions() {
    Set<Integer> versions = new TreeSet<>();
    if (published != null) {
      versions.add(published);
    }
    if (staged != null) {
      versions.add(staged.version);
    }
    if (scheduled != null) {
      versions.add(scheduled.version);
    }
    return versions;
  }

  /** What a version is at a time. */
  public Status status(int version, Instant time) {
    Releases now = at(time);
    if (now.published != null && now.published == version) {
      return Status.PUBLISHED;
    }
    if (now.scheduled != null && now.scheduled.version == version) {
      return Status.SCHEDULED;
    }
    if (now.staged != null && now.staged.version == version) {
      return Status.STAGED;
    }
    return now.everPublished.contains(version) ? Status.SUPERSEDED : Status.DRAFT;
  }

  /**
   * Why a change can't be made, or null if it can.
   *
   * @param drafted how many versions there are
   */
  public @Nullable Refusal fault(ReleaseChange change, int drafted, Instant now) {
    int version = change.version();
    if (version < 1 || version > drafted) {
      return new Refusal(
          Code.VERSION_NOT_FOUND,
          change instanceof ReleaseChange.RollBack ? "to" : "version",
          drafted == 0
              ? "there is no version yet"
              : "there is no version %d; versions 1 to %d are there".formatted(version, drafted));
    }
    return switch (change) {
      case ReleaseChange.Schedule it when !it.at().isAfter(now) ->
          new Refusal(
              Code.INVALID,
              "at",
              "is %s, which is not after %s; leave it out to publish at once"
                  .formatted(it.at(), now));
      case ReleaseChange.RollBack it when !at(now).everPublished.contains(version) ->
          new Refusal(
              Code.VERSION_NOT_PUBLISHED,
              "to",
              "version %d was never published; %s were, and others are published, not rolled back to"
                  .formatted(version, new TreeSet<>(at(now).everPublished)));
      case ReleaseChange other -> null;
    };
  }

  /** As they are after a change. */
  public Releases after(ReleaseChange.Made made) {
    Releases now = at(made.madeAt());
    return switch (made.change()) {
      case ReleaseChange.Draft it -> now;
      case ReleaseChange.Publish it -> of(it.version(), now.everPublished);
      case ReleaseChange.RollBack it -> of(it.version(), now.everPublished);
      case ReleaseChange.Schedule it ->
          new Releases(
              now.published, new Scheduled(it.version(), it.at()), now.staged, now.everPublished);
      case ReleaseChange.Stage it ->
          new Releases(
              now.published,
              now.scheduled,
              new Staged(it.version(), it.audience()),
              now.everPublished);
    };
  }
}
