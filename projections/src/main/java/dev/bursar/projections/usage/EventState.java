package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageEvent.Outcome;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request so far: the columns of {@code usage_event} that change.
 *
 * @param denials the codes of all that stood in the way; of a denial without any, the attempt was
 *     withdrawn
 * @param end how it ended; null while it is open
 */
public record EventState(boolean allowed, List<String> denials, @Nullable End end) {

  /** Allowed, and held. */
  public static final EventState OPEN = new EventState(true, List.of(), null);

  private static final String DENIED = "denied";

  /**
   * How a request ended.
   *
   * @param outcome committed, late, expired, ended (given back) or denied
   * @param place where the org's journal has it
   * @param charged what was charged, in micros
   * @param used units by meter, where the commit said them; else empty
   * @param cost what it came to, in micros, if a commit named that as an amount, or if less was
   *     charged; null if it is what its units were charged at, and in early rows
   */
  public record End(
      String outcome,
      Instant at,
      Place place,
      long charged,
      Map<String, Long> used,
      @Nullable Long cost) {

    /** Whether the work has run. */
    public boolean hasRun() {
      return outcome.equals(word(Closure.Kind.COMMITTED))
          || outcome.equals(word(Closure.Kind.LATE));
    }

    /** Whether nothing more can come of it: what has expired may still be charged late. */
    public boolean isFinal() {
      return !outcome.equals(word(Closure.Kind.EXPIRED));
    }
  }

  private static String word(Closure.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a denial is of the request of its name that counts at a time: a name may be used again
   * when all else has forgotten it, and a plan is made once. Early rows do not say when theirs was:
   * they are of the last of the name.
   */
  public static boolean isDenialOf(Instant countedAt, Plan denied) {
    return denied.madeAt() == null || countedAt.equals(denied.countedAt());
  }

  /** It was denied, be it at once or after the org had begun it. */
  public EventState denied(OrgEvent.ReservationDenied event, Place place) {
    return new EventState(
        false,
        event.denials().stream().map(Denial::code).map(code -> code.word()).distinct().toList(),
        new End(DENIED, event.at(), place, 0, Map.of(), null));
  }

  /** It ended. */
  public EventState settled(OrgEvent.ReservationSettled event, Place place) {
    Closure closure = event.closure();
    return new EventState(
        allowed,
        denials,
        new End(
            word(closure.kind()),
            event.at(),
            place,
            closure.charged().micros(),
            closure.usage(),
            closure.cost() == null ? null : closure.cost().micros()));
  }

  /** What was decided. */
  public UsageEvent.Decision decision() {
    return allowed ? UsageEvent.Decision.ALLOW : UsageEvent.Decision.DENY;
  }

  /** What became of it. Of early rows, what was charged has ended like what was given back. */
  public Outcome outcome() {
    if (end == null) {
      return Outcome.OPEN;
    }
    if (end.outcome().equals(word(Closure.Kind.ENDED))) {
      return end.charged() > 0 ? Outcome.COMMITTED : Outcome.RELEASED;
    }
    return Outcome.valueOf(end.outcome().toUpperCase(Locale.ROOT));
  }

  /**
   * Units by meter, of what has run; else empty.
   *
   * @param asked units by meter, as they were asked for
   */
  public Map<String, Long> used(Map<String, Long> asked) {
    if (end == null || !end.hasRun()) {
      return Map.of();
    }
    return end.used().isEmpty() ? asked : end.used();
  }

  /**
   * What counts of it. What was withdrawn before anybody was answered was never decided.
   *
   * @param asked units by meter, as they were asked for
   */
  Usage usage(Map<String, Long> asked) {
    if (!allowed && denials.isEmpty()) {
      return Usage.NONE;
    }
    Map<String, BigDecimal> meters = new TreeMap<>();
    used(asked).forEach((meter, units) -> meters.put(meter, BigDecimal.valueOf(units)));
    return new Usage(
        end == null ? BigDecimal.ZERO : BigDecimal.valueOf(end.charged()),
        allowed ? 1 : 0,
        allowed ? 0 : 1,
        meters);
  }
}
