package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import dev.bursar.journal.BatchCodec;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An org whose journal holds, at random, every way in which a request may go, in every order and
 * with everything that it may be attributed to; and beside it, naively, what that comes to. The
 * same seed does the same.
 */
final class UsageWorld {

  private static final Duration LATE_AT_MOST = Duration.ofHours(30);

  /** A request, as it should come out. */
  static final class Made {
    final Plan plan;
    final Instant countedAt;
    boolean allowed = true;
    boolean withdrawn;
    boolean ran;
    @Nullable String outcome;
    BigDecimal credits = BigDecimal.ZERO;
    Map<String, Long> used = Map.of();

    private Made(Plan plan, Instant countedAt) {
      this.plan = plan;
      this.countedAt = countedAt;
    }

    @Nullable String of(Dimension dimension) {
      Subject subject = plan.request().subject();
      return switch (dimension) {
        case DEPARTMENT -> plan.departments().isEmpty() ? null : plan.departments().getFirst();
        case TEAM -> subject.team();
        case USER -> subject.user();
        case PRODUCT -> subject.product();
        case COST_CENTER -> subject.costCenter();
        case AGENT -> subject.agent();
        case FEATURE -> plan.request().feature();
        case MODEL -> plan.request().model();
        case SESSION -> plan.request().session();
        case WALLET -> plan.wallet();
      };
    }

    boolean has(Dimension dimension, String value) {
      return dimension == Dimension.DEPARTMENT
          ? plan.departments().contains(value)
          : value.equals(of(dimension));
    }
  }

  final EntityId id;
  final List<Made> made = new ArrayList<>();
  final List<Reported> charged = new ArrayList<>();
  private final JournalWriter journal;
  private final Random random;

  /** By itself, so that what else happens does not depend on it. */
  private final Random costs;

  private final List<Made> open = new ArrayList<>();

  /** What may still be charged late, and until when. */
  private final Map<Made, Instant> expired = new LinkedHashMap<>();

  private final List<Recorded<OrgEvent>> batch = new ArrayList<>();
  private byte[] previousHash = new byte[32];
  private long sequence;
  private int count;
  private Instant now;

  UsageWorld(String org, JournalWriter journal, long seed, Instant start) {
    this.id = EntityId.org(org);
    this.journal = journal;
    this.random = new Random(seed);
    this.costs = new Random(~seed);
    this.now = start;
    record(
        new OrgEvent.OrgPut(
            now, org, new OrgSettings("The org", ZoneOffset.UTC, null, List.of()), "k"));
    seal();
  }

  Instant now() {
    return now;
  }

  /** So many things happen, with this much time between them at the most. */
  UsageWorld live(int steps, Duration apart) {
    for (int i = 0; i < steps; i++) {
      now =
          now.plus(
              (long) (random.nextDouble() * ChronoUnit.MICROS.between(now, now.plus(apart))),
              ChronoUnit.MICROS);
      switch (random.nextInt(12)) {
        case 0 -> denyAtOnce();
        case 1 -> denyAfterwards();
        case 2 -> expire();
        case 3 -> chargeLate();
        case 4 -> report();
        case 5, 6, 7 -> end();
        case 8 -> {
          begin(null, null);
          end();
        }
        default -> begin(null, null);
      }
      if (random.nextInt(3) == 0) {
        seal();
      }
    }
    seal();
    return this;
  }

  /**
   * The same request once more, reported and charged in two batches.
   *
   * @param at when it is put on record
   * @param countsAt the time for which it counts
   */
  void again(Made like, Instant at, Instant countsAt) {
    now = at;
    Plan was = like.plan;
    Plan plan =
        new Plan(
            "rsv_" + id.org() + "_" + count++,
            was.request().as(new Reported("/again", "e" + count, countsAt)),
            was.wallet(),
            was.creditType(),
            was.amount(),
            null,
            List.of(),
            List.of(),
            "k",
            null,
            new byte[16],
            was.departments(),
            now,
            countsAt);
    record(new OrgEvent.ReservationBegun(now, plan));
    seal();
    commit(new Made(plan, countsAt), Closure.Kind.COMMITTED);
    seal();
  }

  /** The same name, for the same time, is decided on anew, and denied. */
  void deniedAnew(Made like, Instant at) {
    now = at;
    Plan was = like.plan;
    Plan plan =
        new Plan(
            was.reservation(),
            was.request(),
            was.wallet(),
            was.creditType(),
            was.amount(),
            was.price(),
            was.limits(),
            was.teamLimits(),
            was.actor(),
            was.idempotencyKey(),
            new byte[16],
            was.departments(),
            now,
            like.countedAt);
    open.remove(like);
    deny(new Made(plan, like.countedAt), List.of(DenialCode.FROZEN));
    seal();
  }

  private @Nullable String any(String name, int of) {
    return random.nextInt(4) == 0 ? null : name + random.nextInt(of);
  }

  private Plan plan(@Nullable Reported reported, @Nullable Instant countsAt) {
    String team = any("team|", 3);
    Map<String, Long> usage = new TreeMap<>();
    if (random.nextInt(3) > 0) {
      usage.put("input_tokens", (long) random.nextInt(5_000));
    }
    if (random.nextInt(3) > 0) {
      usage.put("output_tokens", random.nextInt(9) == 0 ? 0L : random.nextLong(1L << 55));
    }
    String wallet = random.nextBoolean() ? "main" : "second";
    ReserveRequest request =
        new ReserveRequest(
            new Subject(
                id.org(), team, any("user", 4), any("product", 2), any("cc", 2), any("agent", 2)),
            any("feature", 2),
            any("model é", 3),
            any("session", 5),
            null,
            usage,
            null,
            null,
            300,
            OveragePolicy.RECORD,
            false,
            false,
            count % 3 == 0 ? Map.of("job", "é \"" + count, "run", "") : Map.of(),
            random.nextBoolean() ? "4bf92f3577b34da6a3ce929d0e0e4736" : null,
            null);
    return new Plan(
        "rsv_" + id.org() + "_" + count++,
        reported == null ? request : request.as(reported),
        wallet,
        random.nextInt(5) == 0 ? "image" : "platform",
        credits(),
        null,
        List.of(),
        List.of(),
        "k",
        null,
        new byte[16],
        team == null ? List.of() : random.nextBoolean() ? List.of("d1") : List.of("d2", "d1"),
        now,
        countsAt);
  }

  /** Sums of these are beyond what a bigint holds. */
  private Credits credits() {
    return new Credits(
        random.nextInt(3) == 0 ? Long.MAX_VALUE - random.nextInt(5) : random.nextInt(90_000_000));
  }

  private Made begin(@Nullable Reported reported, @Nullable Instant countsAt) {
    Plan plan = plan(reported, countsAt);
    Made it = new Made(plan, countsAt == null ? now : countsAt);
    record(new OrgEvent.ReservationBegun(now, plan));
    made.add(it);
    open.add(it);
    return it;
  }

  private void denyAtOnce() {
    Plan plan = plan(null, null);
    Made it = new Made(plan, now);
    made.add(it);
    deny(it, List.of(DenialCode.BUDGET_EXCEEDED, DenialCode.FROZEN));
  }

  private void denyAfterwards() {
    if (!open.isEmpty()) {
      Made it = open.remove(random.nextInt(open.size()));
      if (it.plan.request().reported() == null) {
        deny(it, random.nextBoolean() ? List.of() : List.of(DenialCode.INSUFFICIENT_CREDITS));
      } else {
        open.add(it);
      }
    }
  }

  private void deny(Made it, List<DenialCode> codes) {
    it.allowed = false;
    it.withdrawn = codes.isEmpty();
    it.outcome = "denied";
    record(
        new OrgEvent.ReservationDenied(
            now,
            it.plan,
            codes.stream().map(code -> new Denial(code, null, null, null, null, "")).toList(),
            null));
  }

  private void end() {
    if (open.isEmpty()) {
      return;
    }
    Made it = open.remove(random.nextInt(open.size()));
    if (random.nextInt(5) == 0 && it.plan.request().reported() == null) {
      settle(it, Closure.givenBack(it.plan.reservation()));
    } else {
      commit(it, Closure.Kind.COMMITTED);
    }
  }

  private void commit(Made it, Closure.Kind kind) {
    Map<String, Long> said =
        random.nextBoolean() ? Map.of() : Map.of("output_tokens", (long) random.nextInt(900));
    settle(
        it,
        new Closure(it.plan.reservation(), credits(), kind, said)
            .costing(costs.nextBoolean() ? null : new Credits(costs.nextInt(1_000_000))));
  }

  private void settle(Made it, Closure closure) {
    it.outcome = closure.kind().name().toLowerCase(Locale.ROOT);
    it.ran = closure.kind().hasRun();
    it.credits = new BigDecimal(closure.charged().toString());
    it.used =
        !it.ran
            ? Map.of()
            : closure.usage().isEmpty() ? it.plan.quantities().usage() : closure.usage();
    Reported reported = it.plan.request().reported();
    if (it.ran && reported != null) {
      charged.add(reported);
    }
    record(new OrgEvent.ReservationSettled(now, closure, List.of()));
  }

  private void expire() {
    if (!open.isEmpty()) {
      Made it = open.removeFirst();
      if (it.plan.request().reported() != null) {
        commit(it, Closure.Kind.COMMITTED);
        return;
      }
      settle(it, Closure.of(it.plan.reservation(), Credits.ZERO, Closure.Kind.EXPIRED));
      expired.put(it, now.plus(LATE_AT_MOST));
    }
  }

  private void chargeLate() {
    expired.values().removeIf(until -> until.isBefore(now));
    if (!expired.isEmpty()) {
      Made it = expired.keySet().iterator().next();
      expired.remove(it);
      commit(it, Closure.Kind.LATE);
    }
  }

  private void report() {
    Instant happened = now.minusSeconds(random.nextInt(72 * 3_600));
    Made it =
        begin(
            new Reported("/gateway|" + random.nextInt(2), "e" + count, happened),
            random.nextInt(4) == 0 ? null : happened);
    if (random.nextBoolean()) {
      open.remove(it);
      commit(it, random.nextBoolean() ? Closure.Kind.LATE : Closure.Kind.COMMITTED);
    }
  }

  private void record(OrgEvent event) {
    batch.add(new Recorded<>(event, null));
  }

  private void seal() {
    if (batch.isEmpty()) {
      return;
    }
    BatchCodec.Packed packed =
        BatchCodec.orgs().pack(new Batch<>(++sequence, previousHash, null, List.copyOf(batch)));
    previousHash = CanonicalEntry.sha256(packed.bytes());
    journal.add(id, sequence, packed);
    batch.clear();
  }

  /** What was used in a span of time, by what it is grouped by; by hand. */
  Map<List<@Nullable String>, Sum> sums(
      Instant from,
      Instant to,
      Map<Dimension, String> filter,
      List<Dimension> groupBy,
      Function<Instant, String> stretch) {
    Map<List<@Nullable String>, Sum> sums = new LinkedHashMap<>();
    for (Made it : made) {
      if (!it.withdrawn
          && !it.countedAt.isBefore(from)
          && it.countedAt.isBefore(to)
          && filter.entrySet().stream().allMatch(f -> it.has(f.getKey(), f.getValue()))) {
        List<@Nullable String> key = new ArrayList<>();
        key.add(stretch.apply(it.countedAt));
        groupBy.forEach(dimension -> key.add(it.of(dimension)));
        key.add(it.plan.creditType());
        sums.computeIfAbsent(key, k -> new Sum()).add(it);
      }
    }
    return sums;
  }

  /** What requests come to. */
  static final class Sum {
    BigDecimal credits = BigDecimal.ZERO;
    long requests;
    long denied;
    final Map<String, BigDecimal> meters = new TreeMap<>();

    void add(Made it) {
      credits = credits.add(it.credits);
      requests += it.allowed ? 1 : 0;
      denied += it.allowed ? 0 : 1;
      it.used.forEach(
          (meter, units) -> meters.merge(meter, BigDecimal.valueOf(units), BigDecimal::add));
    }

    @Override
    public String toString() {
      return words(credits, requests, denied, meters);
    }

    static String words(
        BigDecimal credits, long requests, long denied, Map<String, BigDecimal> meters) {
      return "%s, %d, %d, %s"
          .formatted(credits.stripTrailingZeros().toPlainString(), requests, denied, meters);
    }
  }

  /** What is answered, by time, group and credit type, in words; each once. */
  Map<String, String> answered(UsageQueries usage, Question question) {
    Map<String, String> answered = new TreeMap<>();
    List<Row> rows = ReadSide.await(usage.usage(id.org(), question, false)).rows();
    for (Row row : rows) {
      List<@Nullable String> key = new ArrayList<>();
      key.add(row.start() == null ? "" : row.start().toString());
      key.addAll(row.group().values());
      key.add(row.creditType());
      answered.put(
          key.toString(), Sum.words(row.credits(), row.requests(), row.denied(), row.meters()));
    }
    assertThat(answered).as(question.toString()).hasSameSizeAs(rows);
    return answered;
  }

  /** The whole org. */
  static Scope ofOrg() {
    return new Scope(Scope.Type.ORG, null, null);
  }

  /** Of credits, for good. */
  static Budget budget(Scope scope, Set<String> models) {
    return new Budget(
        "b",
        scope,
        OrgWorld.TYPE,
        WindowKind.LIFETIME,
        Credits.of(1),
        Budget.Mode.HARD,
        Set.of(),
        models,
        List.of(),
        ZoneOffset.UTC,
        1);
  }
}
