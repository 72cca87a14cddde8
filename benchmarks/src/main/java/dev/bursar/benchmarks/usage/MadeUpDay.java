package dev.bursar.benchmarks.usage;

import dev.bursar.benchmarks.trace.Seed;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.projections.journal.JournalRow;
import dev.bursar.simulation.history.Zipf;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * What one org used in one day, as its journal would tell it: each request's decision and its end.
 * The same seed, org and day make the same.
 */
final class MadeUpDay {

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final String ACTOR = "load";
  private static final int SALT_BYTES = 16;
  private static final byte[] NO_HASH = new byte[32];
  private static final Zipf USERS = new Zipf(UsagePopulation.USERS, UsagePopulation.USER_SKEW);
  private static final Zipf MODELS =
      new Zipf(UsagePopulation.MODELS.size(), UsagePopulation.MODEL_SKEW);

  private final String org;
  private final Instant start;
  private final long events;
  private final Catalog catalog;
  private final Random random;
  private long made;
  private long nextRow;

  /**
   * @param firstRow the number of its first row: no two days of an org may share one
   */
  MadeUpDay(long seed, String org, Instant start, long events, long firstRow, Catalog catalog) {
    this.org = org;
    this.start = start;
    this.events = events;
    this.catalog = catalog;
    this.random = Seed.random(seed, org + start);
    this.nextRow = firstRow;
  }

  /** The next so many requests at most; without any, the day is over. */
  List<JournalRow> next(int most) {
    List<Recorded<OrgEvent>> recorded = new ArrayList<>(2 * most);
    while (made < events && recorded.size() < 2 * most) {
      // Evenly over the day, in order.
      Instant at = start.plusMillis((long) (DAY.toMillis() * ((double) made / events)));
      request(at, recorded);
      made++;
    }
    if (recorded.isEmpty()) {
      return List.of();
    }
    return List.of(
        new JournalRow.OfOrg(
            EntityId.org(org), new Batch<>(nextRow++, NO_HASH, null, List.copyOf(recorded))));
  }

  private void request(Instant at, List<Recorded<OrgEvent>> recorded) {
    int user = USERS.draw(random);
    int team = UsagePopulation.teamOf(user);
    String model = UsagePopulation.MODELS.get(MODELS.draw(random));
    String feature = pick(UsagePopulation.FEATURES);
    Price price = Objects.requireNonNull(catalog.price(feature, model, at));
    Map<String, Long> asked = tokens();
    Plan plan = plan(at, user, team, feature, model, price, asked);
    if (random.nextDouble() < UsagePopulation.SHARE_DENIED) {
      Denial denial =
          new Denial(DenialCode.BUDGET_EXCEEDED, null, null, null, plan.amount(), "made up");
      recorded.add(
          new Recorded<>(new OrgEvent.ReservationDenied(at, plan, List.of(denial), null), null));
      return;
    }
    Map<String, Long> used = tokens();
    Closure closure = new Closure(plan.reservation(), price.of(used), Closure.Kind.COMMITTED, used);
    Instant end = at.plusMillis(random.nextLong(LONGEST.toMillis()));
    recorded.add(new Recorded<>(new OrgEvent.ReservationBegun(at, plan), null));
    recorded.add(new Recorded<>(new OrgEvent.ReservationSettled(end, closure, List.of()), null));
  }

  private Plan plan(
      Instant at,
      int user,
      int team,
      String feature,
      String model,
      Price price,
      Map<String, Long> asked) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    ReserveRequest request =
        new ReserveRequest(
            new Subject(
                org,
                UsagePopulation.team(team),
                UsagePopulation.user(user),
                UsagePopulation.PRODUCTS.get(team % UsagePopulation.PRODUCTS.size()),
                null,
                null),
            feature,
            model,
            "s-" + user + "-" + random.nextInt(100),
            null,
            asked,
            null,
            null,
            300,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of());
    Credits amount = price.of(asked);
    return new Plan(
        ReservationId.of(org, ReserveRequest.MAIN_WALLET, "load", salt).toString(),
        request,
        ReserveRequest.MAIN_WALLET,
        price.creditType(),
        amount,
        price,
        List.of(),
        List.of(),
        ACTOR,
        null,
        salt,
        UsagePopulation.departments(team),
        at,
        null);
  }

  /** Many small calls, few large ones. */
  private Map<String, Long> tokens() {
    long input = 1 + (long) Math.exp(6 + random.nextGaussian());
    long output = 1 + (long) Math.exp(5 + random.nextGaussian());
    return Map.of("input_tokens", input, "output_tokens", output);
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
