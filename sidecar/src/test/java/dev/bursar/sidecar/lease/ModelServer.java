package dev.bursar.sidecar.lease;

import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Subscription.Status;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.LeasingServer.Item;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.Terms;
import dev.bursar.sidecar.terms.TermsRefused;
import dev.bursar.sidecar.terms.TermsSource;
import dev.bursar.sidecar.usage.Entry;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The server's rules for leases as a server that answers, unless it is away. Amounts in credits.
 */
public final class ModelServer implements Server, TermsSource {

  private static final long CREDIT = 1_000_000;

  /** So many credits at once are malformed. */
  public static final long UNFIT = 13;

  /** A model that has a price for tokens. */
  public static final String PRICED_MODEL = "gpt";

  private static OrgReply.Entitled entitled(@Nullable String plan, @Nullable String frozen) {
    return new OrgReply.Entitled(
        new OrgSettings("Acme", ZoneOffset.UTC, plan, List.of()),
        plan == null ? Status.NONE : Status.ACTIVE,
        null,
        frozen,
        List.of());
  }

  private static Tagged terms(OveragePolicy ofPlan, OrgReply.Entitled entitled) {
    return new Tagged(
        new Terms(
            entitled,
            Set.of("platform"),
            ofPlan,
            new PriceList(
                List.of(
                    new Rate(
                        null,
                        PRICED_MODEL,
                        "platform",
                        Map.of(
                            "input_tokens", new BigDecimal("0.001"),
                            "cached_input_tokens", new BigDecimal("0.0001"),
                            "output_tokens", new BigDecimal("0.01"))))),
            1),
        "1");
  }

  private final LeasingServer leasing;
  private boolean away;
  private boolean silent;
  private boolean behind;
  private long unchecked;
  private long asked;
  private String refused = "";
  private String refusedFeature = "";
  private final Set<String> refusedUses = new HashSet<>();
  private @Nullable CompletableFuture<Void> granting;
  private @Nullable CompletableFuture<Void> taking;
  private int reports;
  private int reportsUnderWay;
  private boolean termsRefused;
  private Tagged terms = terms(OveragePolicy.RECORD, entitled(null, null));
  private final List<String> reported = new ArrayList<>();

  public ModelServer(long credits) {
    leasing = new LeasingServer(credits * CREDIT);
  }

  /** So much, of the feature {@code chat}. */
  public static ReserveRequest request(String amount, boolean commit) {
    return new ReserveRequest(
        Subject.ofOrg("acme"),
        "chat",
        null,
        null,
        null,
        null,
        Credits.parse(amount),
        "platform",
        300,
        null,
        commit,
        false,
        Map.of());
  }

  /** The same of another feature. */
  public static ReserveRequest of(ReserveRequest request, @Nullable String feature) {
    return new ReserveRequest(
        request.subject(),
        feature,
        null,
        null,
        null,
        null,
        request.amount(),
        request.creditType(),
        300,
        null,
        request.commit(),
        false,
        Map.of());
  }

  /** Whether it is known not to answer. */
  public synchronized void silent(boolean isSilent) {
    silent = isSilent;
  }

  @Override
  public synchronized boolean isSilent() {
    return silent;
  }

  public synchronized void away(boolean isAway) {
    away = isAway;
  }

  /** All that is reported as events is ahead of its clock. */
  public synchronized void behind(boolean isBehind) {
    behind = isBehind;
  }

  /** All that was leased is long over. */
  public synchronized void forget() {
    leasing.forget();
  }

  /** No report on this lease is taken. */
  public synchronized void refuse(String lease) {
    refused = lease;
  }

  /** No report is taken of what used this feature. */
  public synchronized void refuseUsesOf(String feature) {
    refusedFeature = feature;
  }

  /** How many uses it was told of and did not take. */
  public synchronized int refusedUses() {
    return refusedUses.size();
  }

  /** What leases are granted from now on is told once this is done. */
  public synchronized void granting(CompletableFuture<Void> when) {
    granting = when;
  }

  /** That a report was taken from now on is told once this is done. */
  public synchronized void taking(CompletableFuture<Void> when) {
    taking = when;
  }

  /** How many reports on leases have come. */
  public synchronized int reports() {
    return reports;
  }

  /** How many of those are not answered. */
  public synchronized int reportsUnderWay() {
    return reportsUnderWay;
  }

  private synchronized void answered() {
    reportsUnderWay--;
  }

  /** Nobody is told terms. */
  public synchronized void refuseTerms(boolean isRefused) {
    termsRefused = isRefused;
  }

  /** What the org's plan says of what work comes to above what was held. */
  public synchronized void plan(OveragePolicy policy) {
    terms = terms(policy, entitled(null, null));
  }

  /** The org has a plan without any feature. */
  public synchronized void planWithoutFeatures(String plan) {
    terms = terms(OveragePolicy.RECORD, entitled(plan, null));
  }

  /** All of the org is frozen; in these words. */
  public synchronized void freezeOrg(String how) {
    terms = terms(OveragePolicy.RECORD, entitled(null, how));
  }

  /** Features count by themselves. */
  public synchronized void countByFeature() {
    leasing.byFeature = true;
  }

  /** Nothing more is to be spent. */
  public synchronized void freeze(boolean isFrozen) {
    leasing.frozen = isFrozen;
  }

  public synchronized void credit(long credits) {
    leasing.credit(credits * CREDIT);
  }

  public synchronized long charged() {
    return leasing.charged / CREDIT;
  }

  public synchronized long debt() {
    return leasing.debt;
  }

  public synchronized long held() {
    return leasing.leases.values().stream().mapToLong(LeasingServer.Lease::held).sum();
  }

  /** What was reported to have run, each as JSON. */
  public synchronized List<String> reported() {
    return List.copyOf(reported);
  }

  private void report(Entry.Stored use) {
    reported.add(new String(use.work(), StandardCharsets.UTF_8));
  }

  /** What was used though nobody could be asked. */
  public synchronized long unchecked() {
    return unchecked / CREDIT;
  }

  /** How often it was to decide by itself. */
  public synchronized long asked() {
    return asked;
  }

  @Override
  public synchronized CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses) {
    if (!away && ask instanceof Ask.Settle it && it.lease().equals(refused)) {
      return told(new Told.Refused("forbidden", "lease"));
    }
    if (!away && uses.stream().anyMatch(this::isRefused)) {
      uses.forEach(each -> refusedUses.add(each.id()));
      return told(new Told.Refused("forbidden", "lease"));
    }
    if (!away && uses.stream().anyMatch(each -> each.micros() == UNFIT * CREDIT)) {
      return told(new Told.Refused("invalid", "usage[0].amount"));
    }
    if (!away) {
      uses.forEach(this::report);
    }
    Told told =
        away
            ? new Told.Lost()
            : leasing.answer(
                ask,
                uses.stream().map(each -> new Item(each.id(), each.micros())).toList(),
                System.nanoTime());
    CompletableFuture<Void> taken = taking;
    if (taken != null && !uses.isEmpty()) {
      reports++;
      reportsUnderWay++;
      return taken.thenApplyAsync(
          done -> {
            answered();
            return new Reported(told, List.of());
          });
    }
    CompletableFuture<Void> when = granting;
    return when != null && ask instanceof Ask.Acquire
        ? when.thenApplyAsync(done -> new Reported(told, List.of()))
        : told(told);
  }

  private boolean isRefused(Entry.Stored use) {
    String feature = "\"feature\":\"%s\"".formatted(refusedFeature);
    return new String(use.work(), StandardCharsets.UTF_8).contains(feature);
  }

  private static CompletionStage<Reported> told(Told told) {
    return CompletableFuture.supplyAsync(() -> new Reported(told, List.of()));
  }

  @Override
  public synchronized CompletionStage<Reported> report(List<Entry.Stored> uses) {
    if (away) {
      return CompletableFuture.completedFuture(new Reported(new Told.Lost(), List.of()));
    }
    if (behind) {
      return CompletableFuture.completedFuture(
          new Reported(
              new Told.Denied(),
              uses.stream().<@Nullable String>map(each -> "time").toList(),
              IntStream.range(0, uses.size()).boxed().collect(Collectors.toSet())));
    }
    uses.forEach(this::report);
    unchecked += uses.stream().mapToLong(Entry.Stored::micros).sum();
    List<@Nullable String> none = new ArrayList<>(Collections.nCopies(uses.size(), null));
    return CompletableFuture.completedFuture(new Reported(new Told.Denied(), none));
  }

  @Override
  public synchronized CompletionStage<Decision> reserve(ReserveRequest request, String callId) {
    if (away) {
      return CompletableFuture.failedFuture(new ServerAway("away"));
    }
    asked++;
    Credits amount = request.amount();
    return CompletableFuture.completedFuture(
        amount != null && leasing.spend(amount.micros())
            ? new Decision.Allowed("rsv_1", amount.micros(), "platform", 0, null)
            : new Decision.Denied("insufficient_credits", ""));
  }

  @Override
  public CompletionStage<Ended> end(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      String callId) {
    return CompletableFuture.failedFuture(new ServerAway("nothing was reserved"));
  }

  @Override
  public synchronized CompletionStage<@Nullable Tagged> terms(String org, @Nullable Tagged known) {
    if (away || termsRefused) {
      return CompletableFuture.failedFuture(
          away ? new ServerAway("away") : new TermsRefused("401", true));
    }
    return CompletableFuture.completedFuture(terms);
  }
}
