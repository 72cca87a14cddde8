package dev.bursar.api.lease;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.json.Body;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.lease.Leases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What requests about leases carry. */
final class LeaseBodies {

  static final int SIDECAR_CHARS_MAX = 255;
  private static final int ID_CHARS_MAX = 255;
  private static final int USES_MAX = 1_000;

  static final Set<String> LEASE =
      Set.of(
          "sidecar",
          "subject",
          "feature",
          "model",
          "wallet",
          "credit_type",
          "amount",
          "meters",
          "ttl_seconds",
          "can_name");

  /** What a lease may leave out that its holder can name. */
  private static final Set<String> NAMEABLE = Set.of(LeaseTerms.FEATURE);

  static final Set<String> CLOSE = Set.of("epoch", "usage");

  static final Set<String> REPORT =
      Set.of("epoch", "usage", "top_up", "top_up_meters", "ttl_seconds", "hand_back");

  private static final Set<String> USE =
      Stream.concat(
              Stream.of("id", "time"),
              ReservationBodies.WORK.stream()
                  .filter(name -> !Set.of("wallet", "overage_policy").contains(name)))
          .collect(Collectors.toUnmodifiableSet());

  private LeaseBodies() {}

  static Leases.Wanted wanted(Body body) {
    String creditType = body.requiredName("credit_type");
    return new Leases.Wanted(
        body.requiredText("sidecar", SIDECAR_CHARS_MAX),
        ReservationBodies.subject(body),
        body.name("feature"),
        body.name("model"),
        body.name("wallet"),
        creditType,
        body.requiredPositiveAmount("amount"),
        meters(body, "meters"),
        ttlSeconds(body),
        canName(body));
  }

  private static Set<String> canName(Body body) {
    Set<String> names = Set.copyOf(body.names("can_name", NAMEABLE.size()));
    for (String name : names) {
      if (!NAMEABLE.contains(name)) {
        throw Problem.invalid(
                body.path("can_name"), "has %s; accepted is %s".formatted(name, NAMEABLE))
            .fault();
      }
    }
    return names;
  }

  private static Map<String, Long> meters(Body body, String name) {
    Map<String, Long> meters = body.usage(name);
    if (meters == null) {
      return Map.of();
    }
    meters.forEach(
        (meter, units) -> {
          if (units == 0) {
            throw Problem.invalid(
                    body.path(name) + "." + meter, "is 0; leave out what is not needed")
                .fault();
          }
        });
    return meters;
  }

  private static long ttlSeconds(Body body) {
    return body.integer(
        "ttl_seconds", 1, ReservationBodies.TTL_SECONDS_MAX, ReservationBodies.TTL_SECONDS_DEFAULT);
  }

  static long epoch(Body body) {
    if (!body.has("epoch")) {
      throw body.missing("epoch");
    }
    return body.integer("epoch", 1, Long.MAX_VALUE, 1);
  }

  /** What is to be added, or null. */
  static Leases.@Nullable More more(Body body) {
    Credits amount = body.amount("top_up");
    Map<String, Long> meters = meters(body, "top_up_meters");
    if (amount == null) {
      for (String name : List.of("top_up_meters", "ttl_seconds")) {
        if (body.has(name)) {
          throw Problem.invalid(body.path(name), "goes with top_up").fault();
        }
      }
      return null;
    }
    if (body.has("hand_back")) {
      throw Problem.invalid(body.path("hand_back"), "can't go with top_up").fault();
    }
    return new Leases.More(amount, meters, ttlSeconds(body));
  }

  static Credits handBack(Body body) {
    Credits amount = body.amount("hand_back");
    return amount == null ? Credits.ZERO : amount;
  }

  /**
   * What was used.
   *
   * @param lease whose org and wallet it is charged to
   */
  static List<Leases.Use> uses(Body body, ReservationId lease, @Nullable String traceId) {
    List<Leases.Use> uses = new ArrayList<>();
    for (Body use : body.objects("usage", USE, USES_MAX)) {
      String id = use.requiredText("id", ID_CHARS_MAX);
      Instant time = use.time("time");
      if (time == null) {
        throw use.missing("time");
      }
      ReserveRequest work = ReservationBodies.work(use, traceId);
      if (!work.subject().org().equals(lease.org())) {
        throw Problem.invalid(
                use.path("subject.org"),
                "is %s; the lease is of %s".formatted(work.subject().org(), lease.org()))
            .fault();
      }
      uses.add(new Leases.Use(id, time, of(work, lease.wallet())));
    }
    return uses;
  }

  /** All of it is recorded, in the lease's wallet: it has run. */
  private static ReserveRequest of(ReserveRequest work, String wallet) {
    return new ReserveRequest(
        work.subject(),
        work.feature(),
        work.model(),
        work.session(),
        wallet,
        work.usage(),
        work.amount(),
        work.creditType(),
        work.ttlSeconds(),
        OveragePolicy.RECORD,
        false,
        false,
        work.metadata(),
        work.traceId(),
        null);
  }
}
