package dev.bursar.sidecar.decision;

import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Subscription.Status;
import dev.bursar.sidecar.lease.Features;
import dev.bursar.sidecar.lease.LeaseBook;
import dev.bursar.sidecar.lease.LeaseSettings;
import dev.bursar.sidecar.lease.LeasingServer;
import dev.bursar.sidecar.lease.Rooms;
import dev.bursar.sidecar.terms.Terms;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A decider and its server, with one clock, where every message arrives at once. */
final class Desk {

  static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  static final long SECOND = LeasingServer.SECOND;
  static final long CREDIT = 1_000_000;

  final LeasingServer server;
  final LocalDecider decider;
  long now;
  private int ids;

  Desk(long credits) {
    this(new LeasingServer(credits * CREDIT), "a");
  }

  Desk(LeasingServer server, String name) {
    this(server, name, new Features());
  }

  /** One that knows what others want. */
  Desk(LeasingServer server, String name, Features features) {
    this.server = server;
    this.decider =
        new LocalDecider(new LeaseBook(name, LeaseSettings.USUAL, Rooms.usual(), features));
    decider.terms(terms(null, Status.NONE), now);
  }

  static Terms terms(@Nullable String plan, Status status) {
    return terms(plan, status, 1, "0.5");
  }

  /** What is used is charged by this version. */
  static Terms terms(@Nullable String plan, Status status, int version, String ofToken) {
    return new Terms(
        new OrgReply.Entitled(
            new OrgSettings("Acme", ZoneOffset.UTC, plan, List.of()), status, null, List.of()),
        Set.of("platform"),
        OveragePolicy.RECORD,
        new PriceList(
            List.of(new Rate(null, "m", "platform", Map.of("tokens", new BigDecimal(ofToken))))),
        version);
  }

  static ReserveRequest request(
      @Nullable String user, @Nullable String amount, @Nullable Long tokens, boolean commit) {
    return request(new Subject("acme", "red", user, null, null, null), amount, tokens, commit);
  }

  static ReserveRequest ofTeam(String team, String user, String amount) {
    return request(new Subject("acme", team, user, null, null, null), amount, null, true);
  }

  static ReserveRequest ofProduct(@Nullable String product, String amount) {
    return request(new Subject("acme", "red", "ann", product, null, null), amount, null, true);
  }

  private static ReserveRequest request(
      Subject subject, @Nullable String amount, @Nullable Long tokens, boolean commit) {
    return new ReserveRequest(
        subject,
        "chat",
        "m",
        null,
        null,
        tokens == null ? null : Map.of("tokens", tokens),
        amount == null ? null : Credits.parse(amount),
        amount == null ? null : "platform",
        300,
        null,
        commit,
        false,
        Map.of());
  }

  /** Asks, and waits for what has to be waited for. */
  Decision ask(ReserveRequest request) {
    String id = "r" + ++ids;
    Decision decision = decider.reserve(request, id, now, NOON);
    for (int rounds = 0; decision instanceof Decision.Wait && rounds < 8; rounds++) {
      deliver();
      decision = decider.reserve(request, id, now, NOON);
    }
    return decision;
  }

  Decision reserve(String amount) {
    return ask(request("ann", amount, null, false));
  }

  Decision charge(String amount) {
    return ask(request("ann", amount, null, true));
  }

  /** Everything that is asked is answered. */
  void deliver() {
    for (var ask = decider.leases().nextAsk(); ask != null; ask = decider.leases().nextAsk()) {
      decider.leases().told(ask, server.answer(ask, List.of(), now), now, now);
    }
  }

  /** What was used is reported. */
  void report(String lease, LeasingServer.Item... items) {
    long sum = 0;
    for (LeasingServer.Item each : items) {
      sum += each.amount();
    }
    var ask = decider.leases().held().report(lease, sum, items.length, now);
    if (ask == null) {
      throw new IllegalStateException("it is being settled");
    }
    decider.leases().told(ask, server.answer(ask, List.of(items), now), now, now);
  }

  void pass(long seconds) {
    now += seconds * SECOND;
    decider.tick(now);
    deliver();
  }

  long held() {
    return server.leases.values().stream().mapToLong(each -> each.granted - each.reported).sum();
  }
}
