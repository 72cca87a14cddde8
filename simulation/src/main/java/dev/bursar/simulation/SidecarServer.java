package dev.bursar.simulation;

import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.lease.Leasing;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.usage.UsageReporting;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.Terms;
import dev.bursar.sidecar.terms.TermsRefused;
import dev.bursar.sidecar.terms.TermsSource;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Use;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server, from one life of a sidecar: the real leasing over the nodes, behind a network that
 * loses, repeats and delays what is asked and answered, or is cut off.
 */
final class SidecarServer implements Server, TermsSource {

  private static final long TIMEOUT_MICROS = 6_000_000;
  private static final int FEW_USES_ONE_IN = 4;
  private static final int FEW_USES_MAX = 2;

  private static final Refusal NOT_ITS_KEY =
      Refusal.of(Refusal.Code.ORG_NOT_FOUND, "the key is of another org");

  private static final Reported LOST = new Reported(new Told.Lost(), List.of());

  private static final Set<String> CREDIT_TYPES = Set.copyOf(OrgShape.TYPES);
  private static final PriceList NO_PRICES = new PriceList(List.of());

  private final World world;
  private final String sidecar;
  private final SidecarHost host;
  private final SidecarDisk disk;
  private final SidecarChecks checks;
  private final Supplier<Boolean> cut;
  private final Supplier<Boolean> isFull;
  private final ServedCluster served;
  private final Leasing leasing;
  private final UsageReports reports;

  /** What it has decided by itself. */
  private final Set<Decision> decided = Collections.newSetFromMap(new IdentityHashMap<>());

  /** What it could not be asked about, as it was when that was known. */
  private final IdentityHashMap<ReserveRequest, Unasked> unasked = new IdentityHashMap<>();

  /** Under which key it is asked for what its sidecar passes on, by that one's name of the call. */
  private final Map<String, String> keys = new HashMap<>();

  /**
   * @param told whether it had told of the org
   * @param full whether there was no room to keep what is used
   */
  record Unasked(boolean told, boolean full) {}

  /** How many uses a report may have. */
  private final int usesMax;

  /**
   * @param cut whether nothing comes to the server, or back
   * @param isFull whether the sidecar has no room to keep what is used
   */
  SidecarServer(
      World world,
      String sidecar,
      SidecarHost host,
      SidecarDisk disk,
      SidecarChecks checks,
      ServedCluster served,
      Supplier<Boolean> cut,
      Supplier<Boolean> isFull) {
    this.world = world;
    this.sidecar = sidecar;
    this.host = host;
    this.disk = disk;
    this.checks = checks;
    this.cut = cut;
    this.isFull = isFull;
    this.served = served;
    this.reports = new UsageReporting(served, served, 4, 1);
    SplittableRandom lots = new SplittableRandom(world.scenario.seed() * 19);
    this.usesMax =
        lots.nextInt(FEW_USES_ONE_IN) == 0 ? 1 + lots.nextInt(FEW_USES_MAX) : Integer.MAX_VALUE;
    this.leasing = new Leasing(served, served, reports, World.LEASE_SETTLE);
  }

  /** Asks its holder to give a lease back; done once that is on record. */
  CompletionStage<Answer<Leases.View>> revoke(String lease) {
    return leasing.revoke(lease, caller("revoke-" + lease, 0));
  }

  private static Caller caller(String key, int content) {
    return new Caller(Asker.ACTOR, key, key, content);
  }

  // ---- the network

  /**
   * @param heard looks at what is told, before it is: the answer, or that it is lost
   */
  private <T> CompletableFuture<T> sent(
      Supplier<CompletionStage<T>> asked, T lost, Consumer<T> heard) {
    CompletableFuture<T> told = new CompletableFuture<>();
    boolean arrives = !cut.get() && !world.happens(Fault.MESSAGE_LOST, 0.05);
    if (arrives) {
      int times = world.happens(Fault.MESSAGE_REPEATED, 0.05) ? 2 : 1;
      for (int i = 0; i < times; i++) {
        world.time.after(
            delay() + i * world.between(0, 2_000_000),
            () -> world.heard(asked.get(), answer -> back(told, answer, heard)));
      }
    }
    host.run(TIMEOUT_MICROS, () -> hear(told, lost, heard));
    return told;
  }

  private <T> void back(CompletableFuture<T> told, T answer, Consumer<T> heard) {
    if (!cut.get() && !world.happens(Fault.MESSAGE_LOST, 0.05)) {
      host.run(delay(), () -> hear(told, answer, heard));
    }
  }

  private static <T> void hear(CompletableFuture<T> told, T answer, Consumer<T> heard) {
    if (!told.isDone()) {
      heard.accept(answer);
      told.complete(answer);
    }
  }

  private long delay() {
    return world.happens(Fault.MESSAGE_LATE, 0.03)
        ? world.between(500_000, 8_000_000)
        : world.between(50, 500);
  }

  // ---- leases

  @Override
  public CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses) {
    Since sent = world.since();
    checks.asks(ask);
    List<Use> known = known(world.tampering.reported(uses));
    world.log(() -> "%s asks: %s, with %s".formatted(sidecar, ask, known));
    if (ask instanceof Ask.Close it) {
      checks.closes(it.lease(), host.nanos());
    }
    if (uses.isEmpty()) {
      host.mayCrash(0.01, Rarity.SIDECAR_CRASHED_WHILE_IT_ASKED);
    } else {
      host.mayCrash(0.05, Rarity.SIDECAR_CRASHED_WHILE_IT_REPORTED);
    }
    return sent(
        () -> isTooLarge(uses) ? tooLarge(uses) : answered(ask, known),
        LOST,
        told -> {
          world.log(() -> "%s is told: %s: %s".formatted(sidecar, ask.callId(), told));
          checks.told(ask, told.told(), sent, host.nanos());
          host.mayCrash(0.01, Rarity.SIDECAR_CRASHED_AFTER_IT_WAS_TOLD);
        });
  }

  /** Whether something on the way takes no bodies of so many uses. */
  private boolean isTooLarge(List<Entry.Stored> uses) {
    return uses.size() > usesMax;
  }

  private CompletionStage<Reported> tooLarge(List<Entry.Stored> uses) {
    world.log(() -> "%s: a report of %d uses is too large".formatted(sidecar, uses.size()));
    world.tampering.tooLarge(uses);
    world.watch.saw(Rarity.SIDECAR_REPORT_WAS_TOO_LARGE);
    if (uses.size() % 2 > 0) {
      world.watch.saw(Rarity.SIDECAR_REPORT_OF_AN_ODD_NUMBER_WAS_TOO_LARGE);
    }
    return CompletableFuture.completedFuture(
        new Reported(new Told.Refused("too_large", null), List.of()));
  }

  private List<Use> known(List<Entry.Stored> uses) {
    List<Use> known = new ArrayList<>(uses.size());
    for (Entry.Stored each : uses) {
      Use use = disk.use(each.id());
      if (use == null) {
        world.watch.violated("I9", "%s reports %s, which it never used", sidecar, each.id());
      } else {
        known.add(use);
      }
    }
    return known;
  }

  private CompletionStage<Reported> answered(Ask ask, List<Use> uses) {
    return switch (ask) {
      case Ask.Acquire it ->
          leasing
              .acquire(
                  new Leases.Wanted(
                      sidecar,
                      it.key().subject(),
                      it.key().feature(),
                      null,
                      it.key().wallet(),
                      it.key().creditType(),
                      new Credits(it.amount()),
                      it.meters(),
                      it.ttlSeconds(),
                      it.ofAnyFeature() ? Set.of(LeaseTerms.FEATURE) : Set.of()),
                  caller(key(it.callId()), it.hashCode()))
              .thenApply(
                  answer ->
                      reported(
                          answer,
                          outcome ->
                              switch (outcome) {
                                case Leases.Granted granted ->
                                    lease(
                                        granted.lease(),
                                        granted.meters(),
                                        granted.remaining().micros(),
                                        false);
                                case Leases.Denied denied -> new Told.Denied();
                              },
                          outcome -> List.of()));
      case Ask.Settle it ->
          leasing
              .report(
                  it.lease(),
                  it.epoch(),
                  uses.stream()
                      .map(use -> new Leases.Use(name(use), use.at(), work(use, it.lease())))
                      .toList(),
                  it.topUp() < 0
                      ? null
                      : new Leases.More(new Credits(it.topUp()), it.topUpMeters(), it.ttlSeconds()),
                  new Credits(it.handBack()),
                  caller(key(it.callId()), it.hashCode()))
              .thenApply(answer -> settled(answer, it.topUp() >= 0));
      case Ask.Close it ->
          leasing
              .close(it.lease(), it.epoch(), List.of(), caller(key(it.callId()), it.hashCode()))
              .thenApply(answer -> settled(answer, false));
      case Ask.Look it ->
          leasing
              .find(it.lease())
              .thenApply(
                  answer ->
                      reported(
                          answer, view -> lease(view, Map.of(), -1, false), view -> List.of()));
    };
  }

  private String name(Use use) {
    return world.tampering.useName(use.id());
  }

  private static ReserveRequest work(Use use, String lease) {
    ReserveRequest request = use.request();
    ReservationId id = ReservationId.parse(lease);
    return new ReserveRequest(
        request.subject(),
        request.feature(),
        request.model(),
        request.session(),
        id == null ? request.wallet() : id.wallet(),
        null,
        use.amount(),
        use.creditType(),
        1,
        OveragePolicy.RECORD,
        true,
        false,
        Map.of());
  }

  private Reported settled(Answer<Leases.Settled> answer, boolean adding) {
    return reported(
        answer,
        it ->
            lease(
                it.lease(),
                it.more() == null ? Map.of() : it.more(),
                it.more() == null || it.remaining() == null ? -1 : it.remaining().micros(),
                it.notAdded() != null || Told.areInTheWay(codes(it.denials()), adding)),
        it -> rejected(it.results()));
  }

  private static List<String> codes(List<Denial> denials) {
    return denials.stream().map(each -> each.code().name().toLowerCase(Locale.ROOT)).toList();
  }

  private List<@Nullable String> rejected(List<UsageReports.Result> results) {
    List<@Nullable String> all = new ArrayList<>();
    for (UsageReports.Result each : results) {
      all.add(each instanceof UsageReports.Rejected it ? it.toString() : null);
    }
    return all;
  }

  private interface Reading<T, R> {
    R of(T value);
  }

  private static <T> Reported reported(
      Answer<T> answer, Reading<T, Told> told, Reading<T, List<@Nullable String>> rejected) {
    return switch (answer) {
      case Answer.Done<T> done -> new Reported(told.of(done.value()), rejected.of(done.value()));
      case Answer.Refused<T>(Refusal no) when no.code() == Refusal.Code.CATALOG_UNKNOWN -> LOST;
      case Answer.Refused<T>(Refusal no) ->
          new Reported(
              new Told.Refused(
                  no.code().name().toLowerCase(Locale.ROOT), no.field(), no.subjects()),
              List.of());
      case Answer.Busy<T> busy -> LOST;
      case Answer.Unreachable<T> away -> LOST;
    };
  }

  /** As it is shown: how long it lasts, by the clock of the node that answers. */
  private Told.Lease lease(
      Leases.View view, Map<String, Long> meters, long remaining, boolean over) {
    Lease terms = view.terms();
    Instant settleBy = view.settleBy();
    Instant now = world.cluster.owner(SimulatedClient.ORG).now();
    return world.tampering.standing(
        new Told.Lease(
            view.lease(),
            settleBy != null,
            terms.epoch(),
            terms.granted().micros(),
            terms.reported().micros(),
            terms.revoked(),
            world.tampering.units(meters),
            remaining,
            settleBy == null
                ? -1
                : Math.max(0, Duration.between(now, terms.expiresAt()).toMillis()) * 1_000_000,
            settleBy == null
                ? 0
                : world.tampering.settlesNanos(
                    Duration.between(terms.expiresAt(), settleBy).toNanos()),
            0,
            over));
  }

  // ---- the rest

  @Override
  public CompletionStage<Reported> report(List<Entry.Stored> uses) {
    List<Use> known = known(world.tampering.reported(uses));
    world.watch.saw(Rarity.SIDECAR_REPORTED_AS_EVENTS);
    host.mayCrash(0.05, Rarity.SIDECAR_CRASHED_WHILE_IT_REPORTED);
    return sent(
        () -> isTooLarge(uses) ? tooLarge(uses) : events(known),
        LOST,
        told -> checks.atHand.mayChange());
  }

  private CompletionStage<Reported> events(List<Use> uses) {
    Since since = world.since();
    List<UsageReports.Report> all =
        uses.stream()
            .map(
                use -> {
                  String lease = checks.source(use);
                  return new UsageReports.Report(lease, name(use), use.at(), work(use, lease));
                })
            .toList();
    return reports
        .report(all, Asker.ACTOR)
        .thenApply(
            results -> {
              // What ran in the future, by a clock that is behind, is rejected for now.
              Set<Integer> ahead = notYet(results);
              ahead.forEach(which -> checks.isRejectedAsAhead(uses.get(which), since));
              return results.stream().anyMatch(SidecarServer::isUnknown)
                  ? LOST
                  : new Reported(new Told.Denied(), rejected(results), ahead);
            });
  }

  private static Set<Integer> notYet(List<UsageReports.Result> results) {
    Set<Integer> ahead = new HashSet<>();
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof UsageReports.Rejected no && "time".equals(no.field())) {
        ahead.add(i);
      }
    }
    return ahead;
  }

  private static boolean isUnknown(UsageReports.Result result) {
    return result instanceof UsageReports.Busy || result instanceof UsageReports.Unreachable;
  }

  @Override
  public CompletionStage<Tagged> terms(String org, @Nullable Tagged known) {
    checks.atHand.mayChange();
    if (!org.equals(SimulatedClient.ORG)) {
      return sent(
              SidecarServer::<OrgReply>notItsKey, new Answer.Unreachable<OrgReply>(), answer -> {})
          .thenApply(this::terms);
    }
    Since since = world.since();
    Instant earliest = world.cluster.earliestNow();
    return sent(
            () ->
                served.org(
                    org, new Request<>(new OrgCommand.ViewEntitlements(OrgShape.FEATURES), null)),
            new Answer.Unreachable<>(),
            answer -> {
              checks.atHand.mayChange();
              if (entitled(answer) instanceof OrgReply.Entitled told) {
                world.log(() -> "%s is told that it may use: %s".formatted(sidecar, told));
                checks.knows(since, earliest);
              }
            })
        .thenApply(this::terms);
  }

  private static OrgReply.@Nullable Entitled entitled(Answer<OrgReply> answer) {
    return answer instanceof Answer.Done<OrgReply> done
            && done.value() instanceof OrgReply.Entitled told
        ? told
        : null;
  }

  private Tagged terms(Answer<OrgReply> answer) {
    if (entitled(answer) instanceof OrgReply.Entitled told) {
      OrgReply.Entitled entitled = world.tampering.entitled(told);
      return new Tagged(new Terms(entitled, CREDIT_TYPES, OveragePolicy.RECORD, NO_PRICES, 0), "");
    }
    if (answer instanceof Answer.Refused<OrgReply>(Refusal no) && no.equals(NOT_ITS_KEY)) {
      world.watch.saw(Rarity.SIDECAR_IS_TOLD_NOTHING_OF_AN_ORG);
      throw new CompletionException(new TermsRefused(no.detail(), false));
    }
    throw new CompletionException(new ServerAway("what it may use can't be asked for: " + answer));
  }

  /** The key of a sidecar is of one org. */
  private static <T> CompletionStage<Answer<T>> notItsKey() {
    return CompletableFuture.completedFuture(new Answer.Refused<>(NOT_ITS_KEY));
  }

  // ---- what it decides by itself

  /**
   * It says when it was made, as keys of clients do: a copy of it that comes late is told from new
   * ones.
   */
  private String key(String callId) {
    return keys.computeIfAbsent(
        callId,
        call -> {
          long millis = world.cluster.earliestNow().toEpochMilli();
          long names = ((long) call.hashCode() & 0x7fff) << 32 | keys.size() + 1;
          return "%08x-%04x-7000-9%03x-%012x"
              .formatted(millis >>> 16, millis & 0xffff, sidecar.hashCode() & 0xfff, names);
        });
  }

  @Override
  public CompletionStage<Decision> reserve(ReserveRequest request, String callId) {
    world.log(() -> "%s asks: %s: %s".formatted(sidecar, callId, request));
    String org = request.subject().org();
    return sent(
            () ->
                org.equals(SimulatedClient.ORG)
                    ? served.reserve(request, caller(key(callId), callId.hashCode()))
                    : SidecarServer.<Decided>notItsKey(),
            new Answer.Unreachable<Decided>(),
            answer -> {
              if (isAway(answer)) {
                unasked.put(request, new Unasked(checks.isToldOf(org), isFull.get()));
              }
            })
        .thenApply(answer -> decided(answer, request));
  }

  private static boolean isAway(Answer<?> answer) {
    return answer instanceof Answer.Busy
        || answer instanceof Answer.Unreachable
        || (answer instanceof Answer.Refused<?>(Refusal no)
            && no.code() == Refusal.Code.CATALOG_UNKNOWN);
  }

  private Decision decided(Answer<Decided> answer, ReserveRequest request) {
    if (isAway(answer)) {
      throw new CompletionException(new ServerAway("it is not decided: " + answer));
    }
    Decision decision =
        switch (answer) {
          case Answer.Done<Decided> done ->
              switch (done.value()) {
                case Decided.Allowed it ->
                    new Decision.Allowed(
                        it.plan().reservation(),
                        it.plan().amount().micros(),
                        it.plan().creditType(),
                        request.commit() ? 0 : Duration.ofSeconds(request.ttlSeconds()).toNanos(),
                        null);
                case Decided.Denied it -> {
                  Denial first = it.denials().getFirst();
                  yield new Decision.Denied(first.code().word(), String.valueOf(first));
                }
              };
          case Answer.Refused<Decided>(Refusal no) when no.equals(NOT_ITS_KEY) ->
              new Decision.Denied("key_refused", no.detail());
          case Answer<Decided> other -> throw new CompletionException(new NotDecided(other));
        };
    decided.add(decision);
    return decision;
  }

  /** Whether it has decided this by itself. */
  boolean hasDecided(Decision decision) {
    return decided.contains(decision);
  }

  /** How things stood when it could not be asked about this; null if it was not found to be so. */
  @Nullable Unasked unasked(ReserveRequest request) {
    return unasked.get(request);
  }

  /** It has refused to decide: that it may is looked at where it does. */
  static final class NotDecided extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    NotDecided(Answer<Decided> answer) {
      super(answer.toString());
    }
  }

  @Override
  public CompletionStage<Ended> end(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      String callId) {
    world.log(() -> "%s asks: %s: %s ends with %s".formatted(sidecar, callId, reservation, amount));
    Caller caller = caller(callId, Objects.hash(amount, usage));
    return sent(
            () ->
                amount == null && usage == null
                    ? served.release(reservation, caller)
                    : served.commit(reservation, amount, usage, caller),
            new Answer.Unreachable<WalletReply.Ended>(),
            answer -> {
              if (answer instanceof Answer.Refused<WalletReply.Ended>(Refusal no)
                  && fault(no) == null
                  && !isAway(answer)) {
                world.watch.violated("model", "%s can't be ended: %s", reservation, no);
              }
              if (answer instanceof Answer.Done<WalletReply.Ended> done) {
                checks.isTold(reservation, done.value());
              }
            })
        .thenApply(answer -> ended(reservation, answer));
  }

  private static Ended ended(String reservation, Answer<WalletReply.Ended> answer) {
    if (answer instanceof Answer.Done<WalletReply.Ended> done) {
      WalletReply.Ended it = done.value();
      return new Ended.Done(
          reservation,
          it.status(),
          it.amount().micros(),
          it.released().micros(),
          it.transaction().creditType(),
          it.late(),
          null,
          null);
    }
    Ended.Fault fault =
        answer instanceof Answer.Refused<WalletReply.Ended>(Refusal no) ? fault(no) : null;
    if (fault == null) {
      throw new CompletionException(new ServerAway("it is not known to have ended: " + answer));
    }
    return new Ended.Refused(fault, answer.toString());
  }

  private static Ended.@Nullable Fault fault(Refusal no) {
    return switch (no.code()) {
      case RESERVATION_NOT_FOUND -> Ended.Fault.NOT_FOUND;
      case RESERVATION_FINALIZED -> Ended.Fault.FINALIZED;
      case RESERVATION_EXPIRED -> Ended.Fault.EXPIRED;
      case OVERAGE_REJECTED -> Ended.Fault.OVERAGE;
      default -> null;
    };
  }
}
