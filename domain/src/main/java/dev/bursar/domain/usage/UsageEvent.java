package dev.bursar.domain.usage;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Place;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request of an org that was decided on, or reported after the fact, with what became of it.
 *
 * @param key which one it is, and its place in lists
 * @param recordedAt when the org put the decision on record
 * @param reservation the reservation's name
 * @param decision what was decided; a request that was denied after the org had begun it is denied
 * @param denials all that stood in the way; empty if it was allowed
 * @param outcome what became of it so far
 * @param endedAt when it ended; null while it is open
 * @param attribution whose it is, and what for
 * @param creditType the credit type; empty when there was no rate
 * @param amount how much was asked for, 0 or more
 * @param charged how much was charged, 0 or more; null while it is open
 * @param asked units by meter, as they were asked for
 * @param used units by meter, as they were used; empty of what has not run
 * @param metadata the client's own words
 * @param traceId the trace that the request belonged to, or null
 * @param reported who reported it; null of what was decided beforehand
 */
public record UsageEvent(
    Key key,
    Instant recordedAt,
    String reservation,
    Decision decision,
    List<DenialCode> denials,
    Outcome outcome,
    @Nullable Instant endedAt,
    Attribution attribution,
    String creditType,
    Credits amount,
    @Nullable Credits charged,
    Map<String, Long> asked,
    Map<String, Long> used,
    Map<String, String> metadata,
    @Nullable String traceId,
    @Nullable Report reported) {

  /** What was decided. */
  public enum Decision {
    ALLOW,
    DENY;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What became of a request. */
  public enum Outcome {
    /** It is still held. */
    OPEN,
    /** The work has run, and was charged. */
    COMMITTED,
    /** It was charged after it had expired. */
    LATE,
    /** It was given back. */
    RELEASED,
    /** Its time to live passed. */
    EXPIRED,
    /** It was denied. */
    DENIED;

    /** The name in the API. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Which event of an org it is. Keys of one org order its events by the time for which they count.
   *
   * @param countedAt the time for which it counts, to the microsecond
   * @param place where the org's journal has the decision
   */
  public record Key(Instant countedAt, Place place) implements Comparable<Key> {

    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::countedAt)
            .thenComparingLong(key -> key.place().sequence())
            .thenComparingInt(key -> key.place().index());

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    private static final Pattern TEXT =
        Pattern.compile("(-?[0-9]{1,17}|[0-9]{18})\\.([0-9]{1,18})\\.([0-9]{1,9})");

    /** The key as a text, for cursors. */
    public String text() {
      return "%d.%d.%d"
          .formatted(
              ChronoUnit.MICROS.between(Instant.EPOCH, countedAt), place.sequence(), place.index());
    }

    /** The key of such a text; empty if it is none. */
    public static Optional<Key> parse(String text) {
      Matcher parts = TEXT.matcher(text);
      return parts.matches()
          ? Optional.of(
              new Key(
                  Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS),
                  new Place(Long.parseLong(parts.group(2)), Integer.parseInt(parts.group(3)))))
          : Optional.empty();
    }
  }

  /**
   * Whose a request is, and what for.
   *
   * @param subject who it was for
   * @param departments those that the team lay in when it was decided, the nearest first
   * @param wallet the wallet that it drew on
   * @param actor the id of the key that asked
   */
  public record Attribution(
      Subject subject,
      List<String> departments,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session,
      String wallet,
      String actor) {}

  /**
   * Who reported usage that was not reserved.
   *
   * @param source who it is known by; its id is unique there
   * @param happenedAt when the work ran, by the reporter's clock. What was reported longer after it
   *     than is open to correction counts when it was reported
   * @param late whether it was reported longer after that than the grace period, and charged as
   *     late usage
   */
  public record Report(String source, String id, Instant happenedAt, boolean late) {}
}
