package dev.bursar.benchmarks.sidecar;

import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Feature;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.EntitlementView;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Subscription.Status;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.LocalDecider;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.LeaseBook;
import dev.bursar.sidecar.lease.LeaseSettings;
import dev.bursar.sidecar.lease.Rooms;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.terms.Terms;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a decision in memory costs, on one core: the feature is looked up in the plan, two meters
 * are priced from a list of 200 lines, and credits, requests and tokens are taken from a lease, of
 * 400 by team and user. More than a million a second, 99 % of them within 10 µs.
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.Throughput, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
// A heap that has been touched: what is measured is not how fast the system gives memory.
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch"})
public class LocalDecisions {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final int REQUESTS = 4_096;
  private static final int TEAMS = 20;
  private static final int USERS = 400;
  private static final int MODELS = 200;
  private static final long AMPLE = Long.MAX_VALUE / 4;

  private final LocalDecider decider =
      new LocalDecider(new LeaseBook("bench", LeaseSettings.USUAL, Rooms.usual()));
  private final ReserveRequest[] charged = new ReserveRequest[REQUESTS];
  private final ReserveRequest[] held = new ReserveRequest[REQUESTS];
  private final String[] ids = new String[REQUESTS];
  private int leases;
  private int next;

  /** The org's terms, and a lease of each team's. */
  @Setup
  public void lease() {
    decider.terms(terms(), 0);
    for (int i = 0; i < REQUESTS; i++) {
      ids[i] = "lrs_acme_" + i;
      charged[i] = request(i, true);
      held[i] = request(i, false);
      for (int round = 0; decided(held[i], "w") instanceof Decision.Wait && round < 8; round++) {
        answer();
      }
      decider.release("w", 0);
    }
  }

  private static Terms terms() {
    List<EntitlementView> features = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      features.add(
          new EntitlementView(
              i == 0 ? "chat" : "feature-" + i,
              Feature.Kind.METERED,
              new Entitlement.Access(true),
              null,
              FailMode.DENY,
              null));
    }
    List<Rate> rates = new ArrayList<>();
    for (int i = 0; i < MODELS; i++) {
      rates.add(
          new Rate(
              null,
              "model-" + i,
              "platform",
              Map.of(
                  "input_tokens", new BigDecimal("0.000125"),
                  "output_tokens", new BigDecimal("0.001"))));
    }
    return new Terms(
        new OrgReply.Entitled(
            new OrgSettings("Acme", ZoneOffset.UTC, "pro", List.of()),
            Status.ACTIVE,
            FailMode.DENY,
            features),
        Set.of("platform"),
        OveragePolicy.RECORD,
        new PriceList(rates),
        1);
  }

  private static ReserveRequest request(int i, boolean commit) {
    return new ReserveRequest(
        new Subject("acme", "team-" + i % TEAMS, "user-" + i % USERS, null, null, null),
        "chat",
        "model-" + i % MODELS,
        null,
        null,
        Map.of("input_tokens", 1_000L + i, "output_tokens", 100L + i),
        null,
        null,
        300,
        null,
        commit,
        false,
        Map.of());
  }

  /** The server has hard limits of users, in requests and in tokens, and ample of everything. */
  private void answer() {
    LeaseBook book = decider.leases();
    for (Ask ask = book.nextAsk(); ask != null; ask = book.nextAsk()) {
      if (ask instanceof Ask.Acquire it && it.key().subject().user() == null) {
        book.told(ask, new Told.Refused("lease_too_wide", "subject.user"), 0, 0);
      } else if (ask instanceof Ask.Acquire it && !it.meters().containsKey("requests")) {
        book.told(ask, new Told.Refused("invalid", "meters.requests"), 0, 0);
      } else if (ask instanceof Ask.Acquire it && !it.meters().containsKey("output_tokens")) {
        book.told(ask, new Told.Refused("invalid", "meters.output_tokens"), 0, 0);
      } else {
        Map<String, Long> meters = new HashMap<>();
        meters.put("requests", AMPLE);
        meters.put("output_tokens", AMPLE);
        book.told(
            ask,
            new Told.Lease(
                "L" + ++leases,
                true,
                1,
                AMPLE,
                0,
                false,
                meters,
                AMPLE,
                600_000_000_000L,
                0,
                1,
                false),
            0,
            0);
      }
    }
  }

  private Decision decided(ReserveRequest request, String id) {
    return decider.reserve(request, id, 1, NOON);
  }

  /** Decides and charges at once. */
  @Benchmark
  public Decision charge() {
    next = (next + 1) & (REQUESTS - 1);
    return decided(charged[next], ids[next]);
  }

  /** Sets aside, and charges less than that. */
  @Benchmark
  public Ended reserveAndCommit() {
    next = (next + 1) & (REQUESTS - 1);
    decided(held[next], ids[next]);
    return decider.commit(ids[next], null, held[next].usage(), 1);
  }

  /** Sets aside, and gives back. */
  @Benchmark
  public Ended reserveAndRelease() {
    next = (next + 1) & (REQUESTS - 1);
    decided(held[next], ids[next]);
    return decider.release(ids[next], 1);
  }
}
