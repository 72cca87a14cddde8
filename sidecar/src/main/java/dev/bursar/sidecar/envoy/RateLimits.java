package dev.bursar.sidecar.envoy;

import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.gateway.Wishes;
import dev.bursar.sidecar.gateway.Wishes.Mode;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code envoy.service.ratelimit.v3.RateLimitService}: each descriptor says who uses what,
 * and all of them are charged, or none. Whatever can't be decided is over the limit: Envoy lets
 * pass what ends with a status of gRPC, unless it is told otherwise.
 */
final class RateLimits extends RateLimitServiceGrpc.RateLimitServiceImplBase {

  private static final int DESCRIPTORS_MAX = 20;
  private static final long TTL_SECONDS = 60;
  private static final String AMOUNT = "[0-9]{1,12}([.][0-9]{1,6})?";

  /** What an entry may say; others are not looked at. */
  private static final Set<String> NAMES =
      Stream.concat(
              Stream.of("session", "meter", "request_id"),
              Wishes.DEFAULTS.stream().filter(name -> !name.equals("mode")))
          .collect(Collectors.toUnmodifiableSet());

  /** What a gateway may say otherwise, and that would mean nothing here. */
  private static final Set<String> NOT_HERE = Set.of("usage", "mode", "ttl_seconds");

  private final Gate gate;
  private final Said defaults;
  private final MeterRegistry registry;

  RateLimits(Gate gate, Said defaults, MeterRegistry registry) {
    this.gate = gate;
    this.defaults = defaults;
    this.registry = registry;
  }

  @Override
  public void shouldRateLimit(RateLimitRequest request, StreamObserver<RateLimitResponse> answer) {
    Problem shut = Guard.shut();
    decided(request, shut)
        .thenAccept(
            verdicts -> {
              RateLimitResponse response = response(verdicts);
              registry
                  .counter(
                      "bursar.sidecar.envoy.checks",
                      "protocol",
                      "rls",
                      "result",
                      response.getOverallCode() == Code.OK ? "allow" : "deny")
                  .increment();
              answer.onNext(response);
              answer.onCompleted();
            });
  }

  private CompletionStage<List<Verdict>> decided(RateLimitRequest request, @Nullable Problem shut) {
    List<RateLimitDescriptor> descriptors = request.getDescriptorsList();
    if (shut != null || descriptors.isEmpty() || descriptors.size() > DESCRIPTORS_MAX) {
      Problem problem =
          shut != null
              ? shut
              : Problem.invalid(
                  "descriptors", "are %d; 1 to %d".formatted(descriptors.size(), DESCRIPTORS_MAX));
      Verdict verdict = new Verdict(problem, null);
      return CompletableFuture.completedStage(
          descriptors.isEmpty()
              ? List.of(verdict)
              : descriptors.stream().map(each -> verdict).toList());
    }
    boolean isAlone = descriptors.size() == 1;
    List<CompletableFuture<Verdict>> all = new ArrayList<>();
    for (int i = 0; i < descriptors.size(); i++) {
      all.add(decided(request, descriptors.get(i), i, isAlone).toCompletableFuture());
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenCompose(
            done -> {
              List<Verdict> verdicts = all.stream().map(CompletableFuture::join).toList();
              return isAlone
                  ? CompletableFuture.completedFuture(verdicts)
                  : ended(request, verdicts);
            });
  }

  private CompletionStage<Verdict> decided(
      RateLimitRequest request, RateLimitDescriptor descriptor, int index, boolean isAlone) {
    try {
      Said said = said(descriptor);
      String id = said.get("request_id");
      ReserveRequest wish = wish(said, hits(request, descriptor), isAlone);
      // What is set aside for several may be given back: that is no answer to be repeated.
      String key = id == null || !isAlone ? null : id + '\n' + request.getDomain() + '\n' + index;
      return (isAlone || wish.dryRun() ? gate.decide(wish, key) : gate.hold(wish))
          .thenApply(Verdict::of)
          .exceptionally(Verdict::of);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(Verdict.of(e));
    }
  }

  /**
   * What was set aside for each is charged, or given back if one of them is denied. What can
   * neither be kept nor told now may not pass: nobody is sure yet that it will be charged.
   */
  private CompletionStage<List<Verdict>> ended(RateLimitRequest request, List<Verdict> verdicts) {
    boolean isAllowed = verdicts.stream().allMatch(Verdict::isAllowed);
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (int i = 0; i < verdicts.size(); i++) {
      Decision.Allowed it = verdicts.get(i).allowed();
      if (it == null || it.reservation() == null) {
        continue;
      }
      RateLimitDescriptor descriptor = request.getDescriptors(i);
      ReserveRequest wish = wish(said(descriptor), hits(request, descriptor), false);
      ends.add(
          gate.settle(
                  it.reservation(),
                  wish,
                  isAllowed ? wish.amount() : null,
                  isAllowed ? wish.usage() : null)
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .handle(
            (ended, error) ->
                error == null || !isAllowed
                    ? verdicts
                    : Collections.nCopies(verdicts.size(), Verdict.of(error)));
  }

  /**
   * What the entries say.
   *
   * @throws dev.bursar.api.problem.Fault if they say something twice, or what means nothing here:
   *     whoever did would be charged otherwise than it thinks
   */
  private Said said(RateLimitDescriptor descriptor) {
    Map<String, String> entries = new HashMap<>();
    for (RateLimitDescriptor.Entry each : descriptor.getEntriesList()) {
      String name = each.getKey().toLowerCase(Locale.ROOT);
      if (name.startsWith(Said.PREFIX)) {
        name = name.substring(Said.PREFIX.length());
      }
      name = name.replace('-', '_');
      if (NOT_HERE.contains(name)) {
        throw Problem.invalid(
                name, "is for no descriptor: hits_addend counts units of a meter, or an amount")
            .fault();
      }
      if (NAMES.contains(name) && entries.put(name, each.getValue()) != null) {
        throw Problem.invalid(name, "is there twice").fault();
      }
    }
    for (String each : List.of("amount", "credit_type")) {
      if (entries.containsKey("meter") && entries.containsKey(each)) {
        throw Problem.invalid(each, "is there beside a meter, which has a price").fault();
      }
    }
    return Said.of(entries).or(defaults);
  }

  private static long hits(RateLimitRequest request, RateLimitDescriptor descriptor) {
    if (descriptor.hasHitsAddend()) {
      return descriptor.getHitsAddend().getValue();
    }
    long hits = Integer.toUnsignedLong(request.getHitsAddend());
    return hits == 0 ? 1 : hits;
  }

  /** As many units of a meter as there are hits, or as many times an amount; or one request. */
  private static ReserveRequest wish(Said said, long hits, boolean isAlone) {
    Mode mode = hits == 0 ? Mode.CHECK : isAlone ? Mode.CHARGE : Mode.RESERVE;
    if (hits < 0) {
      throw Problem.invalid("hits_addend", "is more than can be counted").fault();
    }
    // Whoever only looks wants to know whether there is one left.
    long units = Math.max(1, hits);
    String meter = said.get("meter");
    if (meter != null) {
      return Wishes.of(said, mode, TTL_SECONDS, Map.of(meter, units), Map.of(), null);
    }
    String amount = said.get("amount");
    if (amount == null && hits > 1) {
      throw Problem.invalid("hits_addend", "counts units of a meter, or an amount: name one")
          .fault();
    }
    if (amount != null && !amount.matches(AMOUNT)) {
      throw Problem.invalid("amount", "is no plain decimal with at most 6 decimals").fault();
    }
    String total =
        amount == null
            ? null
            : new BigDecimal(amount).multiply(BigDecimal.valueOf(units)).toPlainString();
    Said of =
        name ->
            switch (name) {
              case "amount" -> total;
              case "usage" -> null;
              default -> said.get(name);
            };
    return Wishes.of(of, mode, TTL_SECONDS, null);
  }

  private static RateLimitResponse response(List<Verdict> verdicts) {
    boolean isAllowed = verdicts.stream().allMatch(Verdict::isAllowed);
    RateLimitResponse.Builder response =
        RateLimitResponse.newBuilder().setOverallCode(isAllowed ? Code.OK : Code.OVER_LIMIT);
    for (Verdict each : verdicts) {
      response.addStatuses(
          RateLimitResponse.DescriptorStatus.newBuilder()
              .setCode(each.isAllowed() ? Code.OK : Code.OVER_LIMIT));
    }
    verdicts.stream()
        .filter(each -> isAllowed || !each.isAllowed())
        .findFirst()
        .ifPresent(
            each ->
                each.headers()
                    .forEach(
                        (name, value) ->
                            response.addResponseHeadersToAdd(
                                HeaderValue.newBuilder().setKey(name).setValue(value))));
    return response.build();
  }
}
