package dev.bursar.benchmarks.bench;

import dev.bursar.benchmarks.load.Operation;
import dev.bursar.benchmarks.load.Outcome;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one shape: a typical call of a language model each, for an org and user drawn
 * evenly. Their bodies are made beforehand. An answer other than an allow counts as an error, since
 * the limits are set out of reach.
 */
final class Traffic {

  static final String PATH = "/v1/reservations";
  private static final byte[] COMMIT =
      "{\"usage\":{\"input_tokens\":1000,\"output_tokens\":180}}".getBytes(StandardCharsets.UTF_8);

  private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);

  /** What a language model has counted, for the server to price. */
  private static final String USAGE = "\"usage\":{\"input_tokens\":1000,\"output_tokens\":200}";

  /** What that costs, by the catalog that comes with the configuration. */
  private static final String AMOUNT = "\"amount\":\"0.325\",\"credit_type\":\"platform\"";

  private final List<byte[]> checks = new ArrayList<>();
  private final List<byte[]> oneShots = new ArrayList<>();
  private final List<byte[]> reserves = new ArrayList<>();
  private final String run;

  /**
   * @param run makes the idempotency keys unlike those of any other run
   */
  Traffic(Shape shape, String run) {
    this(shape, run, USAGE);
  }

  /** The same with the amounts that the usage costs, so that the server has nothing to price. */
  static Traffic byAmount(Shape shape, String run) {
    return new Traffic(shape, run, AMOUNT);
  }

  private Traffic(Shape shape, String run, String cost) {
    this.run = run;
    for (String org : shape.orgs()) {
      for (String user : shape.users()) {
        checks.add(body(org, user, cost, "\"dry_run\":true"));
        oneShots.add(body(org, user, cost, "\"commit\":true"));
        reserves.add(body(org, user, cost, "\"commit\":false"));
      }
    }
  }

  /** Decides and charges in one call. */
  Operation oneShot() {
    return (connection, number) -> {
      Response response =
          connection.call(Request.post(PATH, pick(oneShots, number), key("o", number)));
      return outcome(response);
    };
  }

  /** Sets aside, then charges: two calls. */
  Operation reserveAndCommit() {
    return reserveAnd("/commit", COMMIT, "r", "c");
  }

  /** Asks only. */
  Operation check() {
    return (connection, number) ->
        outcome(connection.call(Request.post(PATH, pick(checks, number), key("d", number))));
  }

  /** Sets aside, then gives back: two calls, of which nothing has to be told to anybody. */
  Operation reserveAndRelease() {
    return reserveAnd("/release", NOTHING, "h", "e");
  }

  private Operation reserveAnd(String end, byte[] body, String reserving, String ending) {
    return (connection, number) -> {
      Response reserved =
          connection.call(Request.post(PATH, pick(reserves, number), key(reserving, number)));
      Outcome outcome = outcome(reserved);
      if (outcome != Outcome.OK) {
        return outcome;
      }
      String id = JsonScan.string(reserved.body(), "reservation_id");
      return connection
          .call(Request.post(PATH + "/" + id + end, body, key(ending, number)))
          .outcome();
    };
  }

  private static Outcome outcome(Response response) {
    Outcome outcome = response.outcome();
    if (outcome == Outcome.OK && !JsonScan.contains(response.body(), "\"allow\"")) {
      return Outcome.DENIED;
    }
    return outcome;
  }

  private String key(String kind, long number) {
    return run + kind + number;
  }

  private static byte[] pick(List<byte[]> bodies, long number) {
    long mixed = (number + 1) * 0x9e3779b97f4a7c15L;
    return bodies.get((int) Math.floorMod(mixed ^ (mixed >>> 32), (long) bodies.size()));
  }

  /** A one-shot of a user of the org. */
  static byte[] oneShot(String org) {
    return body(org, Shape.SPREAD.users().getFirst(), USAGE, "\"commit\":true");
  }

  /** What sets aside for a user of the org. */
  static byte[] reserve(String org) {
    return body(org, Shape.SPREAD.users().getFirst(), USAGE, "\"commit\":false");
  }

  /** What charges for that. */
  static byte[] commit() {
    return COMMIT.clone();
  }

  private static byte[] body(String org, String user, String cost, String how) {
    return """
        {"subject":{"org":"%s","team":"%s","user":"%s","product":"%s","cost_center":"%s"},\
        "feature":"chat","model":"gpt-5","session":"s-%s","wallet":"main",%s,\
        %s}"""
        .formatted(org, Shape.TEAM, user, Shape.PRODUCT, Shape.COST_CENTER, user, cost, how)
        .getBytes(StandardCharsets.UTF_8);
  }
}
