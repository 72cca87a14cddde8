package dev.bursar.api.enforcement;

import dev.bursar.api.json.Body;
import dev.bursar.api.json.Words;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What requests about reservations carry. */
public final class ReservationBodies {

  public static final long TTL_SECONDS_DEFAULT = 300;
  public static final long TTL_SECONDS_MAX = 86_400;

  /** What a request to reserve carries. */
  public static final Set<String> RESERVE =
      Set.of(
          "subject",
          "feature",
          "model",
          "session",
          "wallet",
          "usage",
          "amount",
          "credit_type",
          "ttl_seconds",
          "overage_policy",
          "commit",
          "dry_run",
          "metadata");

  /** What a report of work that has run carries: what a request does that charges at once. */
  public static final Set<String> WORK =
      RESERVE.stream()
          .filter(name -> !Set.of("ttl_seconds", "commit", "dry_run").contains(name))
          .collect(Collectors.toUnmodifiableSet());

  /** What a commit carries. */
  public static final Set<String> COMMIT = Set.of("usage", "amount");

  /** What a request to prolong carries. */
  public static final Set<String> EXTEND = Set.of("ttl_seconds");

  private static final Set<String> SUBJECT =
      Set.of("org", "team", "user", "product", "cost_center", "agent");
  private static final Words<OveragePolicy> POLICIES = Words.of(OveragePolicy.values());

  private ReservationBodies() {}

  /** What a commit came to; one of the two is there. */
  public record Actual(@Nullable Credits amount, @Nullable Map<String, Long> usage) {}

  /**
   * Work that has run already.
   *
   * @param body its fields, of {@link #WORK}
   * @param traceId the trace that it belongs to, or null
   */
  public static ReserveRequest work(Body body, @Nullable String traceId) {
    return reserve(body, traceId);
  }

  /**
   * A wish to spend.
   *
   * @param traceId the trace that the call belongs to, or null
   */
  public static ReserveRequest reserve(Body body, @Nullable String traceId) {
    Subject subject = subject(body);
    Actual asked = actual(body);
    String creditType = body.name("credit_type");
    if (asked.amount() != null && creditType == null) {
      throw Problem.invalid(body.path("credit_type"), "is required with an amount").fault();
    }
    if (asked.usage() != null && creditType != null) {
      throw Problem.invalid(
              body.path("credit_type"), "goes with an amount; the catalog sets it for usage")
          .fault();
    }
    boolean commit = body.flag("commit");
    boolean dryRun = body.flag("dry_run");
    if (commit && dryRun) {
      throw Problem.invalid(body.path("dry_run"), "changes nothing, and so can't go with commit")
          .fault();
    }
    return new ReserveRequest(
        subject,
        body.name("feature"),
        body.name("model"),
        body.name("session"),
        body.name("wallet"),
        asked.usage(),
        asked.amount(),
        creditType,
        body.integer("ttl_seconds", 1, TTL_SECONDS_MAX, TTL_SECONDS_DEFAULT),
        body.word("overage_policy", POLICIES),
        commit,
        dryRun,
        body.pairs("metadata"),
        traceId,
        null);
  }

  /** Whom a request is for. */
  public static Subject subject(Body body) {
    Body subject = body.object("subject", SUBJECT);
    if (subject == null) {
      throw body.missing("subject");
    }
    return new Subject(
        subject.requiredName("org"),
        subject.name("team"),
        subject.name("user"),
        subject.name("product"),
        subject.name("cost_center"),
        subject.name("agent"));
  }

  /** What a commit came to. */
  public static Actual actual(Body body) {
    Map<String, Long> usage = body.usage("usage");
    Credits amount = body.amount("amount");
    if ((usage == null) == (amount == null)) {
      throw Problem.invalid(body.path("amount"), "either amount or usage is required, and not both")
          .fault();
    }
    return new Actual(amount, usage);
  }

  /** For how many seconds a reservation is to live. */
  public static long extend(Body body) {
    if (!body.has("ttl_seconds")) {
      throw body.missing("ttl_seconds");
    }
    return body.integer("ttl_seconds", 1, TTL_SECONDS_MAX, TTL_SECONDS_DEFAULT);
  }
}
