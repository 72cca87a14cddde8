package dev.bursar.sidecar.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.terms.TermsReader;
import dev.bursar.sidecar.terms.TermsReader.Prices;
import dev.bursar.sidecar.terms.TermsRefused;
import dev.bursar.sidecar.terms.TermsSource;
import dev.bursar.sidecar.usage.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server over HTTP. */
public final class ServerOverHttp implements Server, TermsSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServerOverHttp.class);
  private static final Reported LOST = new Reported(new Told.Lost(), List.of());

  private static final Reported TOO_LARGE =
      new Reported(new Told.Refused("too_large", null), List.of());

  private static final Decision BUSY =
      new Decision.Denied(
          Decision.Denied.BUSY, "more waits for the server than can be asked; ask again");

  private static final String KEY = "Idempotency-Key";
  private static final int LISTS_MAX = 4;

  /** The most characters of a name. */
  public static final int NAME_MAX = 200;

  private static final int INSTANCE_BYTES = 6;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** How long an answer may take to begin, and once more so long to come whole. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** By these it says that something can't be set aside, or ended, so. */
  private static final Set<Integer> REFUSING = Set.of(400, 404, 409, 410, 413, 422);

  private final Map<String, Prices> lists = new LinkedHashMap<>();
  private final URI base;
  private final String key;
  private final String instance;
  private final Duration answerWithin;

  private final Silence silence = new Silence();
  private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
  private final DecisionTurns decisions =
      new DecisionTurns(this::isSilent, threads, DecisionTurns.WITHIN);
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .executor(threads)
          .build();

  /**
   * @param base where the server is, without a path
   * @param key the secret of a key that may enforce
   * @param sidecar what leases are to be called to be of, at most {@value #NAME_MAX} characters;
   *     followed by what differs from instance to instance, so that another of the same name
   *     acknowledges nothing for this one
   */
  public ServerOverHttp(URI base, String key, String sidecar) {
    this(base, key, sidecar, ANSWER);
  }

  ServerOverHttp(URI base, String key, String sidecar, Duration answerWithin) {
    if (sidecar.isEmpty() || sidecar.length() > NAME_MAX) {
      throw new IllegalArgumentException(
          "a sidecar's name has 1 to %d characters: %s".formatted(NAME_MAX, sidecar));
    }
    this.base = base;
    this.key = key;
    this.instance = sidecar + "#" + random();
    this.answerWithin = answerWithin;
  }

  private static String random() {
    byte[] random = new byte[INSTANCE_BYTES];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** The turns of decisions that it is asked for, for who asks for some besides. */
  public DecisionTurns decisions() {
    return decisions;
  }

  /** Where the server is, without a path. */
  URI base() {
    return base;
  }

  /** The secret of the key. */
  String key() {
    return key;
  }

  /** What leases are called to be of: no other instance calls its leases so. */
  String instance() {
    return instance;
  }

  private CompletableFuture<HttpResponse<byte[]>> send(HttpRequest.Builder request) {
    silence.asked(System.nanoTime());
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(
            request.header("Authorization", "Bearer " + key).timeout(answerWithin).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    // The client's own bound ends with the head: a body could stop for good on its way.
    return sent.copy()
        .orTimeout(2 * answerWithin.toNanos(), TimeUnit.NANOSECONDS)
        .exceptionallyCompose(
            error ->
                CompletableFuture.failedFuture(
                    error instanceof TimeoutException
                        ? new HttpTimeoutException("the answer has stopped on its way")
                        : error))
        .whenComplete(
            (answer, error) -> {
              if (answer != null) {
                silence.answered();
              } else {
                sent.cancel(true);
              }
            });
  }

  @Override
  public boolean isSilent() {
    return silence.isKnown(System.nanoTime());
  }

  private CompletableFuture<HttpResponse<byte[]>> post(
      String path, String type, byte[] body, String callId) {
    return send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", type)
            .header(KEY, callId)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private CompletableFuture<HttpResponse<byte[]>> get(String path, @Nullable String tag) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).GET();
    if (tag != null && !tag.isEmpty()) {
      request.header("If-None-Match", tag);
    }
    return send(request);
  }

  private static JsonNode json(HttpResponse<byte[]> answer) {
    try {
      return JsonTree.read(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  // ---- leases

  @Override
  public CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses) {
    CompletableFuture<HttpResponse<byte[]>> sent =
        switch (ask) {
          case Ask.Acquire it -> post("/v1/leases", it.callId(), json -> acquire(json, it));
          case Ask.Settle it ->
              post(path(it.lease(), "/report"), it.callId(), json -> settle(json, it, uses));
          case Ask.Close it ->
              post(path(it.lease(), "/close"), it.callId(), j -> j.field("epoch", it.epoch()));
          case Ask.Look it -> get(path(it.lease(), ""), null);
        };
    boolean adding = !(ask instanceof Ask.Settle it) || it.topUp() >= 0;
    return sent.handle(
        (answer, error) ->
            error != null ? LOST : read(answer, it -> ofReport(it, adding, uses.size())));
  }

  /**
   * A report can be made smaller, whoever on its way calls it too large; one use can't, and is too
   * large only if the server itself says so.
   */
  private static Reported ofReport(HttpResponse<byte[]> answer, boolean adding, int uses) {
    return answer.statusCode() == 413 && uses > 1 ? TOO_LARGE : reported(answer, adding);
  }

  /** What can't be read is not known. */
  private static Reported read(
      HttpResponse<byte[]> answer, Function<HttpResponse<byte[]>, Reported> reader) {
    try {
      return reader.apply(answer);
    } catch (RuntimeException e) {
      LOG.atError()
          .setMessage("an answer can't be read")
          .addKeyValue("uri", answer.uri())
          .addKeyValue("status", answer.statusCode())
          .setCause(e)
          .log();
      return LOST;
    }
  }

  private CompletableFuture<HttpResponse<byte[]>> post(
      String path, String callId, Consumer<JsonWriter> body) {
    return post(path, "application/json", JsonWriter.bytes(body), callId);
  }

  private static String path(String lease, String more) {
    return "/v1/leases/" + encoded(lease) + more;
  }

  private void acquire(JsonWriter json, Ask.Acquire it) {
    LeaseKey of = it.key();
    json.field("sidecar", instance);
    ReservationViews.subject(json, of.subject());
    json.field("feature", of.feature())
        .field("wallet", of.wallet())
        .field("credit_type", of.creditType())
        .field("amount", new Credits(it.amount()))
        .field("ttl_seconds", it.ttlSeconds());
    meters(json, "meters", it.meters());
    if (it.ofAnyFeature()) {
      json.texts("can_name", Set.of(LeaseTerms.FEATURE));
    }
  }

  private static void meters(JsonWriter json, String name, Map<String, Long> meters) {
    if (!meters.isEmpty()) {
      json.object(name, in -> meters.forEach(in::field));
    }
  }

  private static void settle(JsonWriter json, Ask.Settle it, List<Entry.Stored> uses) {
    json.field("epoch", it.epoch());
    if (it.topUp() >= 0) {
      json.field("top_up", new Credits(it.topUp())).field("ttl_seconds", it.ttlSeconds());
      meters(json, "top_up_meters", it.topUpMeters());
    } else if (it.handBack() > 0) {
      json.field("hand_back", new Credits(it.handBack()));
    }
    json.raw("usage", Reports.ofLease(uses));
  }

  private static Reported reported(HttpResponse<byte[]> answer, boolean adding) {
    int status = answer.statusCode();
    if (status != 200 && (status == 429 || status >= 500 || !isOurs(answer))) {
      return LOST;
    }
    JsonNode json = json(answer);
    if (status != 200) {
      return new Reported(
          new Told.Refused(
              json.path("code").asText(),
              json.has("field") ? json.path("field").asText() : null,
              subjects(json)),
          List.of());
    }
    if (json.path("decision").asText().equals("deny")) {
      return new Reported(new Told.Denied(), List.of());
    }
    return new Reported(lease(json, isOver(json, adding)), rejected(json));
  }

  private static List<Subject> subjects(JsonNode json) {
    List<Subject> all = new ArrayList<>();
    json.path("subjects")
        .forEach(
            each ->
                all.add(
                    new Subject(
                        each.path("org").asText(),
                        each.path("team").asText(null),
                        each.path("user").asText(null),
                        each.path("product").asText(null),
                        each.path("cost_center").asText(null),
                        each.path("agent").asText(null))));
    return all;
  }

  /** Whether something stands in the way of a lease. */
  private static boolean isOver(JsonNode json, boolean adding) {
    List<String> denials = new ArrayList<>();
    json.path("denials").forEach(denial -> denials.add(denial.path("code").asText()));
    return json.has("top_up_error") || Told.areInTheWay(denials, adding);
  }

  private static Told.Lease lease(JsonNode json, boolean over) {
    Instant expiresAt = Instant.parse(json.path("expires_at").asText());
    // One that is not open any more is not said to last.
    long lasts =
        json.has("expires_in_ms")
            ? Duration.ofMillis(json.path("expires_in_ms").asLong()).toNanos()
            : -1;
    long settles =
        json.has("settle_by")
            ? Duration.between(expiresAt, Instant.parse(json.path("settle_by").asText())).toNanos()
            : 0;
    Map<String, Long> meters = new HashMap<>();
    for (String field : List.of("meters", "top_up_meters")) {
      json.path(field)
          .properties()
          .forEach(each -> meters.put(each.getKey(), each.getValue().asLong()));
    }
    return new Told.Lease(
        json.path("lease_id").asText(),
        json.path("status").asText().equals("open"),
        json.path("epoch").asLong(),
        micros(json, "granted"),
        micros(json, "reported"),
        json.path("revoked").asBoolean(),
        meters,
        json.has("remaining") ? micros(json, "remaining") : -1,
        lasts,
        Math.max(0, settles),
        json.path("catalog_version").asInt(),
        over);
  }

  private static long micros(JsonNode json, String field) {
    return Credits.parse(json.path(field).asText("0")).micros();
  }

  @Override
  public CompletionStage<Reported> report(List<Entry.Stored> uses) {
    byte[] events = Reports.asEvents(uses);
    return post(
            "/v1/events",
            "application/cloudevents-batch+json",
            events,
            Owed.key("events", new String(events, StandardCharsets.UTF_8)))
        .handle(
            (answer, error) -> error == null ? read(answer, it -> events(it, uses.size())) : LOST);
  }

  private static Reported events(HttpResponse<byte[]> answer, int uses) {
    if (answer.statusCode() != 200) {
      return ofReport(answer, true, uses);
    }
    JsonNode json = json(answer);
    return new Reported(new Told.Denied(), rejected(json), notYet(json));
  }

  /** Of an event, its own time is at fault only where it is ahead of the server's. */
  private static Set<Integer> notYet(JsonNode json) {
    Set<Integer> notYet = new HashSet<>();
    JsonNode results = json.path("results");
    for (int i = 0; i < results.size(); i++) {
      if (results.path(i).at("/error/field").asText().equals("time")) {
        notYet.add(i);
      }
    }
    return notYet;
  }

  private static List<@Nullable String> rejected(JsonNode json) {
    List<@Nullable String> rejected = new ArrayList<>();
    json.path("results")
        .forEach(
            each ->
                rejected.add(
                    each.path("status").asText().equals("rejected")
                        ? each.path("error").toString()
                        : null));
    return rejected;
  }

  // ---- what it decides by itself

  @Override
  public CompletionStage<Decision> reserve(ReserveRequest request, String callId) {
    String org = request.subject().org();
    return decisions
        .next(org)
        .handle(
            (turn, none) ->
                none == null
                    ? CompletableFuture.completedFuture(request)
                        .thenCompose(it -> reserved(it, callId))
                        .whenComplete((it, error) -> decisions.over(org))
                    : unreserved(none))
        .thenCompose(decision -> decision);
  }

  /** It is not asked: it is away, or others had the turn. */
  private static CompletionStage<Decision> unreserved(Throwable none) {
    Throwable cause = none instanceof CompletionException ? none.getCause() : none;
    return cause instanceof RejectedExecutionException
        ? CompletableFuture.completedFuture(BUSY)
        : CompletableFuture.failedFuture(cause);
  }

  private CompletionStage<Decision> reserved(ReserveRequest request, String callId) {
    return post("/v1/reservations", callId, json -> Reports.reservation(json, request))
        .whenComplete(
            (answer, error) -> {
              String org = request.subject().org();
              if (answer != null) {
                int status = answer.statusCode();
                decisions.answered(org, status, status < 500 || isOurs(answer));
              } else {
                decisions.unanswered(org, !isUnsent(error));
              }
            })
        .handle(
            (answer, error) -> {
              if (error == null && isRefused(answer)) {
                return new Decision.Denied(
                    "key_refused", "the server answered " + answer.statusCode());
              }
              JsonNode json = known(answer, error);
              if (answer.statusCode() == 200) {
                return decided(json, request);
              }
              if (answer.statusCode() == 404) {
                return new Decision.Denied(
                    json.path("code").asText(), json.path("detail").asText());
              }
              throw new IllegalArgumentException(json.path("detail").asText());
            });
  }

  private static Decision decided(JsonNode json, ReserveRequest request) {
    return json.path("decision").asText().equals("allow")
        ? new Decision.Allowed(
            json.path("reservation_id").asText(null),
            micros(json, "amount"),
            json.path("credit_type").asText(),
            json.has("expires_at") ? request.ttlSeconds() * 1_000_000_000L : 0,
            null)
        : new Decision.Denied(
            json.path("denials").path(0).path("code").asText(),
            json.path("denials").path(0).path("detail").asText());
  }

  @Override
  public CompletionStage<Ended> end(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      String callId) {
    boolean release = amount == null && usage == null;
    return post(
            "/v1/reservations/" + encoded(reservation) + (release ? "/release" : "/commit"),
            callId,
            json -> {
              json.field("amount", amount);
              if (usage != null) {
                json.object("usage", in -> usage.forEach(in::field));
              }
            })
        .handle(
            (answer, error) -> {
              JsonNode json = known(answer, error);
              if (answer.statusCode() != 200) {
                if (json.path("field").asText().equals(KEY)) {
                  throw new ServerAway("the server does not take the key " + callId);
                }
                return new Ended.Refused(fault(json), json.path("detail").asText());
              }
              return new Ended.Done(
                  reservation,
                  json.path("status").asText(),
                  micros(json, "amount"),
                  micros(json, "released"),
                  json.path("credit_type").asText(),
                  json.path("late").asBoolean(),
                  null,
                  null);
            });
  }

  private static Ended.Fault fault(JsonNode problem) {
    return switch (problem.path("status").asInt()) {
      case 404 -> Ended.Fault.NOT_FOUND;
      case 409 -> conflict(problem.path("code").asText());
      case 410 -> Ended.Fault.EXPIRED;
      default -> Ended.Fault.INVALID;
    };
  }

  /** Of most that is in its way it may be rid later. */
  private static Ended.Fault conflict(String code) {
    return switch (code) {
      case Owed.FINALIZED -> Ended.Fault.FINALIZED;
      case "overage_rejected" -> Ended.Fault.OVERAGE;
      default -> throw new ServerAway("the server does not end it now: " + code, true);
    };
  }

  /**
   * What was answered; a refusal is one, too, where the server has made it. Whatever else is
   * answered says nothing of what was asked.
   */
  private static JsonNode known(@Nullable HttpResponse<byte[]> answer, @Nullable Throwable error) {
    if (error != null || answer == null) {
      throw new ServerAway(String.valueOf(error), isUnsent(error));
    }
    int status = answer.statusCode();
    if (status != 200 && !REFUSING.contains(status)) {
      throw new ServerAway("the server answered " + status);
    }
    if (status != 200 && !isOurs(answer)) {
      throw new ServerAway("somebody else answered " + status);
    }
    return json(answer);
  }

  /** Whether there was no connection by which anything could have been sent. */
  private static boolean isUnsent(@Nullable Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
  }

  // ---- terms

  @Override
  public CompletionStage<@Nullable Tagged> terms(String org, @Nullable Tagged known) {
    String path = "/v1/orgs/" + encoded(org);
    String[] tags = known == null ? new String[] {"", ""} : known.tag().split(" ", 2);
    return get(path + "/entitlements", tags[0])
        .thenCombine(
            get(path + "/prices", tags[1]),
            (entitlements, costs) -> read(known, tags, entitlements, costs))
        .thenCompose(
            read ->
                read.isComplete()
                    ? CompletableFuture.completedFuture(read.tagged)
                    : terms(org, null));
  }

  /** What was read; incomplete where one half has changed and the other was not sent. */
  private record Read(@Nullable Tagged tagged, boolean isComplete) {}

  private Read read(
      @Nullable Tagged known,
      String[] tags,
      HttpResponse<byte[]> entitlements,
      HttpResponse<byte[]> prices) {
    int first = entitlements.statusCode();
    int second = prices.statusCode();
    if (first == 304 && second == 304) {
      return new Read(Objects.requireNonNull(known), true);
    }
    if (first == 200 && second == 200) {
      return new Read(
          new Tagged(
              TermsReader.read(json(entitlements), prices(prices)),
              tag(entitlements) + " " + tag(prices)),
          true);
    }
    if (known != null && (first == 304 || second == 304)) {
      return new Read(null, false);
    }
    if (isRefused(entitlements) || isRefused(prices)) {
      throw new TermsRefused(
          "the server answered %d and %d".formatted(first, second), first == 401 || second == 401);
    }
    if (isNoOrg(entitlements) || isNoOrg(prices)) {
      return new Read(null, true);
    }
    throw new ServerAway(
        "the server, or somebody else, answered %d and %d".formatted(first, second));
  }

  private static boolean isNoOrg(HttpResponse<byte[]> answer) {
    return answer.statusCode() == 404 && isOurs(answer);
  }

  /** Most orgs have the same list: it is in memory once. */
  private Prices prices(HttpResponse<byte[]> answer) {
    String tag = tag(answer);
    synchronized (lists) {
      Prices known = tag.isEmpty() ? null : lists.get(tag);
      if (known == null) {
        known = TermsReader.prices(json(answer));
        lists.put(tag, known);
        if (lists.size() > LISTS_MAX) {
          lists.remove(lists.keySet().iterator().next());
        }
      }
      return known;
    }
  }

  private static boolean isRefused(HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    return (status == 401 || status == 403) && isOurs(answer);
  }

  /**
   * Whether a refusal is the server's: what a proxy before it says says nothing of what it knows.
   */
  private static boolean isOurs(HttpResponse<byte[]> refusal) {
    return isOurs(refusal.body());
  }

  /** The same of the body of one. */
  public static boolean isOurs(byte[] refusal) {
    try {
      return !JsonTree.read(refusal).path("code").asText().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static String tag(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("ETag").orElse("");
  }

  /** Nobody waits for what is under way: a server that is silent would hold it up. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
