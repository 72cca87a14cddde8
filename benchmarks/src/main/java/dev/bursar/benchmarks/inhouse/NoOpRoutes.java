package dev.bursar.benchmarks.inhouse;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/**
 * The routes of {@link InHouseRoutes} with nothing behind them: each request is parsed, and
 * answered with a constant as long as a real answer. What no server on this HTTP stack can exceed.
 */
final class NoOpRoutes extends AllDirectives {

  private static final HttpResponse ALLOWED = constant(sampleAllowed());
  private static final HttpResponse COMMITTED = constant(sampleCommitted());

  Route route() {
    return pathPrefix(
        "v1",
        () ->
            pathPrefix(
                "reservations",
                () ->
                    concat(
                        pathEnd(() -> post(this::reserve)),
                        path(PathMatchers.segment().slash("commit"), id -> post(this::commit)))));
  }

  private Route reserve() {
    return optionalHeaderValueByName(
        "Idempotency-Key",
        key ->
            entity(
                Unmarshaller.entityToByteArray(),
                json -> {
                  long amount = Bodies.reservation(json).price();
                  return complete(amount >= 0 ? ALLOWED : COMMITTED);
                }));
  }

  private Route commit() {
    return optionalHeaderValueByName(
        "Idempotency-Key",
        key ->
            entity(
                Unmarshaller.entityToByteArray(),
                json -> {
                  long amount = Bodies.commit(json).price("gpt-5");
                  return complete(amount >= 0 ? COMMITTED : ALLOWED);
                }));
  }

  private static HttpResponse constant(Object reply) {
    return HttpResponse.create()
        .withEntity(
            ContentTypes.APPLICATION_JSON, Replies.json(reply).getBytes(StandardCharsets.UTF_8));
  }

  private static Replies.Allowed sampleAllowed() {
    Instant now = Instant.EPOCH;
    List<Rows.Budget> budgets =
        List.of(
            budget(1, "org", "month"),
            budget(2, "department:engineering", "month"),
            budget(3, "team:platform", "month"),
            budget(4, "user:u-01", "day"));
    return Decision.allowed(sampleHold(now), sampleWallet(), budgets, List.of(), now);
  }

  private static Replies.Committed sampleCommitted() {
    Rows.Grant grant = new Rows.Grant(1, "promotional", true, 0, 0);
    List<Rows.Entry> entries =
        List.of(new Rows.Entry(123_456, "consume", grant, -325_000, 999_123_456_000L));
    return Decision.committed(sampleHold(Instant.EPOCH), sampleWallet(), 325_000, 0, entries);
  }

  private static Rows.Budget budget(long id, String scope, String period) {
    Instant start = Instant.EPOCH.atOffset(ZoneOffset.UTC).toInstant();
    return new Rows.Budget(id, scope, period, 1_000_000_000_000L, start, 12_345_678, 325_000);
  }

  private static Rows.Wallet sampleWallet() {
    return new Rows.Wallet(1, 999_123_456_000L, 325_000, 0, 123_456);
  }

  private static Rows.Hold sampleHold(Instant now) {
    return new Rows.Hold(
        "rsv_00000000-0000-0000-0000-000000000000",
        "bench",
        1,
        "open",
        325_000,
        new Rows.Attribution("platform", "u-01", "chat", "gpt-5", "s-1"),
        List.of(1L),
        List.of(325_000L),
        List.of(1L, 2L, 3L, 4L),
        now,
        now.plusSeconds(300));
  }
}
