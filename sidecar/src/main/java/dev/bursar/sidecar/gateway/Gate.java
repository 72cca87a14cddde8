package dev.bursar.sidecar.gateway;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.server.Owed;
import dev.bursar.sidecar.server.Server;
import dev.bursar.sidecar.server.ServerAway;
import dev.bursar.sidecar.terms.Terms;
import dev.bursar.sidecar.usage.Answer;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Recovery;
import dev.bursar.sidecar.usage.Use;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides for gateways: from leases, else by the server, else by the fail mode; and sees to it that
 * what was set aside ends. Safe for use by many threads.
 *
 * <p>A call with a key is decided once: repeated with the same content, it gets the same answer,
 * after a crash, too, and is charged once. The same key with other content is another call, since
 * what proxies send along as the id of a request, they send with all that comes of it. The last
 * 4,000 are remembered; what was denied is not, and is decided anew.
 */
public final class Gate implements AutoCloseable {

  /** How calls of gateways begin among those that the usage file has. */
  public static final String CALL = "gate ";

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
  private static final int KNOWN_MAX = 4_000;
  private static final int KEY_BYTES = 20;

  /**
   * For how long the server sets something aside that is ended here: as long as a lease can be
   * settled. Mostly that is at once, or when a model has answered; it may be after a crash.
   */
  private static final long SETTLED_WITHIN_SECONDS = 1_200;

  private static final Duration TRIED_FIRST_AFTER = Duration.ofSeconds(1);
  private static final Duration TRIED_AFTER_MAX = Duration.ofSeconds(30);
  private static final Duration TRIED_FOR = Duration.ofMinutes(10);

  /** The server is to answer it, however often it is asked. */
  private static final CompletableFuture<Decision> PASSED =
      CompletableFuture.completedFuture(Decision.Elsewhere.IT_IS);

  private static final Decision UNKNOWN =
      new Decision.Denied(
          "server_away", "the server may have charged it, and can't be asked; ask again");

  private final Sidecar sidecar;
  private final Server server;

  /** What waits to be tried again. */
  private final Set<Settling> unsettled = ConcurrentHashMap.newKeySet();

  private final Map<String, CompletableFuture<Decision>> known = new LinkedHashMap<>();
  private volatile boolean closed;

  /**
   * @param recovered what was answered in an earlier life
   */
  public Gate(Sidecar sidecar, Server server, Collection<Recovery.Answered> recovered) {
    this.sidecar = sidecar;
    this.server = server;
    recovered.stream()
        .filter(each -> each.key().name().startsWith(CALL))
        .forEach(
            each ->
                known.put(
                    each.key().name(),
                    CompletableFuture.completedFuture(
                        each.status() == null
                            ? Decision.Elsewhere.IT_IS
                            : new Decision.Allowed(
                                each.reservation(), each.amount(), each.creditType(), 0, null))));
    makeRoom();
  }

  /**
   * Decides.
   *
   * @param request by its flags to be charged at once, only looked at, or set aside
   * @param key what makes repetitions one call; null if each is its own
   * @return {@link Decision.Allowed} or {@link Decision.Denied}; failed if what was used could not
   *     be kept, or with an {@link IllegalArgumentException} if the server calls it malformed
   */
  public CompletionStage<Decision> decide(ReserveRequest request, @Nullable String key) {
    if (key == null || request.dryRun()) {
      return decided(request, null);
    }
    byte[] hash =
        CanonicalEntry.sha256((key + '\n' + content(request)).getBytes(StandardCharsets.UTF_8));
    CallKey call =
        new CallKey(
            CALL + HexFormat.of().formatHex(hash, 0, KEY_BYTES), ByteBuffer.wrap(hash).getLong());
    CompletableFuture<Decision> mine = new CompletableFuture<>();
    CompletableFuture<Decision> before;
    synchronized (known) {
      before = known.get(call.name());
      if (before == null || isPassed(before)) {
        known.put(call.name(), mine);
        makeRoom();
      }
    }
    if (before != null && !isPassed(before)) {
      return before;
    }
    begun(request, call, before == null)
        .whenComplete(
            (decision, error) -> {
              if (!(decision instanceof Decision.Allowed)) {
                // What the server may have charged stays the server's, however often it is asked.
                boolean isServers =
                    decision == UNKNOWN
                        || (before != null && (error != null || isPassing(decision)));
                synchronized (known) {
                  if (isServers) {
                    known.replace(call.name(), mine, PASSED);
                  } else {
                    known.remove(call.name(), mine);
                  }
                }
              }
              if (error == null) {
                mine.complete(decision);
              } else {
                mine.completeExceptionally(cause(error));
              }
            });
    return mine;
  }

  /**
   * Sets aside what {@link #settle} ends: where the server does it, for longer, so that it is there
   * yet if the sidecar has to be started again before. Each is a call of its own.
   *
   * @return as of {@link #decide}
   */
  public CompletionStage<Decision> hold(ReserveRequest request) {
    return sidecar
        .decide(request)
        .thenCompose(
            decision ->
                decision instanceof Decision.Elsewhere
                    // The org's terms are known by now, if they can be.
                    ? byServer(
                        request, lasting(request, policy(request.subject().org())), null, false)
                    : done(decision));
  }

  /** What has run can't be rejected when it ends; what a plan leaves uncharged stays so. */
  private @Nullable OveragePolicy policy(String org) {
    Terms terms = sidecar.knownTerms(org);
    return terms == null || terms.overagePolicy() == OveragePolicy.CAP
        ? null
        : OveragePolicy.RECORD;
  }

  /** As the server is asked for what is ended here. */
  private static ReserveRequest lasting(
      ReserveRequest request, @Nullable OveragePolicy overagePolicy) {
    return Wishes.held(request, SETTLED_WITHIN_SECONDS, overagePolicy);
  }

  /** What is charged at once is charged as it was set aside: no policy makes a difference. */
  private static ReserveRequest ofServer(ReserveRequest request) {
    return request.commit() ? lasting(request, null) : request;
  }

  private CompletionStage<Decision> begun(ReserveRequest request, CallKey call, boolean isNew) {
    try {
      return isNew ? decided(request, call) : byServer(request, ofServer(request), call, true);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static boolean isPassed(CompletableFuture<Decision> before) {
    return before.isDone()
        && !before.isCompletedExceptionally()
        && before.join() instanceof Decision.Elsewhere;
  }

  private static boolean isPassing(Decision decision) {
    return decision instanceof Decision.Denied denied && denied.isPassing();
  }

  private void makeRoom() {
    for (Iterator<CompletableFuture<Decision>> all = known.values().iterator();
        known.size() > KNOWN_MAX && all.hasNext(); ) {
      if (all.next().isDone()) {
        all.remove();
      }
    }
  }

  private CompletionStage<Decision> decided(ReserveRequest request, @Nullable CallKey call) {
    return sidecar
        .decide(request, call)
        .thenCompose(
            decision -> {
              if (!(decision instanceof Decision.Elsewhere)) {
                return done(decision);
              }
              // Where that can't be kept, the server is asked all the same.
              return call == null
                  ? byServer(request, ofServer(request), null, false)
                  : sidecar
                      .passedOn(call)
                      .handle((kept, error) -> call)
                      .thenCompose(noted -> byServer(request, ofServer(request), call, false));
            });
  }

  /**
   * What is to be charged at once is set aside, and then charged: so whoever gets no answer has
   * charged nothing, and the fail mode may decide; unless the server may have charged it before.
   *
   * @param asked the same as the server is asked for it
   * @param again whether it was passed on before
   */
  private CompletionStage<Decision> byServer(
      ReserveRequest request, ReserveRequest asked, @Nullable CallKey call, boolean again) {
    boolean mayBeCharged = again && request.commit();
    if (server.isSilent()) {
      return mayBeCharged ? done(UNKNOWN) : unasked(request, call);
    }
    String id = call == null ? UUID.randomUUID().toString() : call.name().replace(' ', '-');
    return server
        .reserve(asked, id)
        .thenCompose(
            decision ->
                request.commit()
                        && decision instanceof Decision.Allowed it
                        && it.reservation() != null
                    ? charged(it.reservation(), it, request, call)
                    : CompletableFuture.completedFuture(decision))
        .exceptionallyCompose(
            error ->
                cause(error) instanceof ServerAway
                    ? (mayBeCharged ? done(UNKNOWN) : unasked(request, call))
                    : CompletableFuture.failedFuture(cause(error)));
  }

  private static CompletionStage<Decision> done(Decision decision) {
    return CompletableFuture.completedFuture(decision);
  }

  /** It may pass once a crash does not lose that it is to be charged. */
  private CompletionStage<Decision> charged(
      String reservation, Decision.Allowed it, ReserveRequest request, @Nullable CallKey call) {
    Settling all =
        new Settling(reservation, request, request.amount(), request.usage(), List.of(), Map.of());
    return sidecar
        .owe(
            all.use(it.amount()),
            List.of(),
            call == null ? null : new Answer(call, it.creditType(), 0, false))
        .handle(
            (kept, error) ->
                error == null
                    ? new Decision.Allowed(reservation, it.amount(), it.creditType(), 0, null)
                    : UNKNOWN);
  }

  /** What is only looked at is allowed if it would be: nothing of it stays. */
  private CompletionStage<Decision> unasked(ReserveRequest request, @Nullable CallKey call) {
    if (!request.dryRun()) {
      return sidecar.unasked(request, call);
    }
    return sidecar
        .unasked(Wishes.held(request, request.ttlSeconds(), null))
        .thenCompose(
            decision ->
                decision instanceof Decision.Allowed it && it.reservation() != null
                    ? sidecar
                        .end(it.reservation(), null, null)
                        .thenApply(
                            ended ->
                                new Decision.Allowed(null, it.amount(), it.creditType(), 0, null))
                    : CompletableFuture.completedFuture(decision));
  }

  /**
   * Charges what work came to, or gives all back if neither is given. What the server is to charge
   * is kept until it has; what can't be kept, or given back, is tried again, for ten minutes; then
   * it is in the log.
   *
   * @param reservation whoever has made it
   * @param request what it was made for
   * @return done once a crash does not lose it, or it is refused, which is in the log; failed if
   *     that can't be done now, and is being tried again
   */
  public CompletionStage<Void> settle(
      String reservation,
      ReserveRequest request,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage) {
    return settle(new Settling(reservation, request, amount, usage, List.of(), Map.of()));
  }

  /**
   * The same for usage that may have no price: then it is charged as one of the others, the first
   * that can be, whenever that turns out.
   *
   * @param remarks what the metadata of the use is to have besides; only where the reservation was
   *     made here
   */
  public CompletionStage<Void> settleAsPriced(
      String reservation,
      ReserveRequest request,
      Map<String, Long> usage,
      List<Map<String, Long>> others,
      Map<String, String> remarks) {
    return settle(new Settling(reservation, request, null, usage, others, remarks));
  }

  /** How a reservation is to end. */
  private record Settling(
      String reservation,
      ReserveRequest request,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      List<Map<String, Long>> others,
      Map<String, String> remarks) {

    boolean isRelease() {
      return amount == null && usage == null;
    }

    /** The same with the next of the others. */
    Settling next() {
      return new Settling(
          reservation,
          request,
          amount,
          others.getFirst(),
          others.subList(1, others.size()),
          remarks);
    }

    /** As it is kept, if the server is to charge it; so many millionths are answered. */
    Use use(long micros) {
      return new Use(
          reservation,
          null,
          Instant.now(),
          request.remarked(remarks),
          usage,
          amount,
          amount == null ? null : request.creditType(),
          micros);
    }
  }

  private CompletionStage<Void> settle(Settling it) {
    CompletionStage<Void> first = settled(it);
    first.whenComplete(
        (done, error) -> {
          if (error != null) {
            again(it, TRIED_FIRST_AFTER, System.nanoTime());
          }
        });
    return first;
  }

  private CompletionStage<Void> settled(Settling it) {
    try {
      return it.reservation.startsWith(Sidecar.RESERVATION)
          ? endedHere(it)
          : it.isRelease()
              ? server
                  .end(it.reservation, null, null, Owed.key("release", it.reservation))
                  .thenAccept(ended -> tellRefused(it, ended))
              : sidecar.owe(it.use(0), it.others, null);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletionStage<Void> endedHere(Settling it) {
    return sidecar
        .end(it.reservation, it.amount, it.usage, null, it.remarks)
        .thenCompose(
            ended -> {
              if (!(ended instanceof Ended.Refused refused)
                  || refused.fault() != Ended.Fault.INVALID
                  || it.others.isEmpty()) {
                tellRefused(it, ended);
                return CompletableFuture.completedFuture(null);
              }
              Owed.logOtherwise(it.reservation, it.usage, it.others.getFirst(), refused.detail());
              return endedHere(it.next());
            });
  }

  /** What is being tried again is given up, and in the log. */
  @Override
  public void close() {
    closed = true;
    unsettled.forEach(this::giveUp);
  }

  private void giveUp(Settling it) {
    if (unsettled.remove(it)) {
      sidecar.givenUp(it.reservation);
      givenUp(it);
    }
  }

  private static void givenUp(Settling it) {
    LOG.atError()
        .setMessage(
            it.isRelease()
                ? "what was set aside could not be given back; it expires"
                : "what was used could not be committed; its hold expires")
        .addKeyValue("reservation", it.reservation)
        .addKeyValue("amount", it.amount)
        .addKeyValue("usage", it.usage)
        .log();
  }

  private void again(Settling it, Duration after, long since) {
    unsettled.add(it);
    if (closed || System.nanoTime() - since > TRIED_FOR.toNanos()) {
      giveUp(it);
      return;
    }
    Duration next = after.multipliedBy(2);
    CompletableFuture.delayedExecutor(after.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              // What is under way is not given up yet, and what is given up is not tried.
              if (!unsettled.remove(it)) {
                return;
              }
              settled(it)
                  .whenComplete(
                      (done, error) -> {
                        if (error != null) {
                          again(
                              it,
                              next.compareTo(TRIED_AFTER_MAX) < 0 ? next : TRIED_AFTER_MAX,
                              since);
                        }
                      });
            });
  }

  private static void tellRefused(Settling it, Ended ended) {
    if (ended instanceof Ended.Refused refused) {
      LOG.atError()
          .setMessage(
              it.isRelease()
                  ? "what was set aside is not given back: that was refused"
                  : "what was used is not charged: that was refused")
          .addKeyValue("reservation", it.reservation)
          .addKeyValue("amount", it.amount)
          .addKeyValue("usage", it.usage)
          .addKeyValue("reason", refused.detail())
          .log();
    }
  }

  /** Why something failed. */
  public static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? cause(error.getCause())
        : error;
  }

  /** What a request asks for, the same for the same; of which trace it is makes no difference. */
  private static String content(ReserveRequest request) {
    return Arrays.asList(
            request.subject(),
            request.feature(),
            request.model(),
            request.session(),
            request.wallet(),
            request.usage() == null ? null : new TreeMap<>(request.usage()),
            request.amount(),
            request.creditType(),
            request.ttlSeconds(),
            request.commit(),
            new TreeMap<>(request.metadata()))
        .toString();
  }
}
