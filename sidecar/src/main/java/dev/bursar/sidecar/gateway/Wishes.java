package dev.bursar.sidecar.gateway;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.Json;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Requests to spend, out of what is said about a call. They are read as the API reads its own:
 * whatever is no name, no amount or no number of units is refused, by the name of its field.
 */
public final class Wishes {

  /** What an amount is counted in where nobody says it. */
  public static final String CREDIT_TYPE = "platform";

  private static final List<String> SUBJECT =
      List.of("org", "team", "user", "product", "cost_center", "agent");
  private static final List<String> WORK = List.of("feature", "model", "session", "wallet");

  /** What can be said about all calls beforehand. */
  public static final Set<String> DEFAULTS =
      Set.of(
          "org",
          "team",
          "user",
          "product",
          "cost_center",
          "agent",
          "feature",
          "model",
          "wallet",
          "credit_type",
          "amount",
          "mode");

  private Wishes() {}

  /** What is to be done with a request. */
  public enum Mode {
    /** It is decided and charged at once. */
    CHARGE,
    /** It is decided, and nothing is charged or set aside. */
    CHECK,
    /** What it may cost is set aside, for somebody to commit or release. */
    RESERVE
  }

  /**
   * A request for an amount, or for usage, as is said; for nothing if neither is: then features,
   * freezes, debt and limits that count requests decide.
   *
   * @param ttlSeconds how long a reservation lives
   * @param traceId the trace that the call belongs to, or null
   * @throws dev.bursar.api.problem.Fault if something said can't be read, or no org is named
   */
  public static ReserveRequest of(Said said, Mode mode, long ttlSeconds, @Nullable String traceId) {
    String usage = said.get("usage");
    if (usage != null && said.get("amount") != null) {
      throw Problem.invalid(
              Said.header("amount"),
              "is there beside %s; one of the two is accepted".formatted(Said.header("usage")))
          .fault();
    }
    if (usage != null) {
      return of(said, mode, ttlSeconds, usage(usage), Map.of(), traceId);
    }
    Map<String, Json> fields = fields(said, mode, ttlSeconds);
    text(fields, "amount", said.get("amount"));
    fields.putIfAbsent("amount", new Json.Text("0"));
    text(fields, "credit_type", said.get("credit_type"));
    fields.putIfAbsent("credit_type", new Json.Text(CREDIT_TYPE));
    return read(fields, traceId);
  }

  /**
   * A request for usage.
   *
   * @param usage units by meter
   * @param metadata what is to be recorded with it
   */
  public static ReserveRequest of(
      Said said,
      Mode mode,
      long ttlSeconds,
      Map<String, Long> usage,
      Map<String, String> metadata,
      @Nullable String traceId) {
    Map<String, Json> fields = fields(said, mode, ttlSeconds);
    Map<String, Json> units = new LinkedHashMap<>();
    usage.forEach((meter, count) -> units.put(meter, new Json.Numeral(Long.toString(count))));
    fields.put("usage", new Json.Fields(units));
    Map<String, Json> pairs = new LinkedHashMap<>();
    metadata.forEach((name, value) -> pairs.put(name, new Json.Text(value)));
    fields.put("metadata", new Json.Fields(pairs));
    return read(fields, traceId);
  }

  /**
   * Looks at what is said of all calls beforehand.
   *
   * @throws dev.bursar.api.problem.Fault if something of it is no name, or no amount; what is empty
   *     is not said
   */
  public static void check(Map<String, String> defaults) {
    Said said = Said.of(defaults).or(name -> name.equals("org") ? "any" : null);
    of(said, mode(said.get("mode")), ReservationBodies.TTL_SECONDS_DEFAULT, null);
  }

  private static ReserveRequest read(Map<String, Json> fields, @Nullable String traceId) {
    return ReservationBodies.reserve(
        Body.of(new Json.Fields(fields), ReservationBodies.RESERVE), traceId);
  }

  private static Map<String, Json> fields(Said said, Mode mode, long ttlSeconds) {
    Map<String, Json> subject = new LinkedHashMap<>();
    SUBJECT.forEach(name -> text(subject, name, said.get(name)));
    if (!subject.containsKey("org")) {
      throw Problem.invalid(Said.header("org"), "is required: it names the org that spends")
          .fault();
    }
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("subject", new Json.Fields(subject));
    WORK.forEach(name -> text(fields, name, said.get(name)));
    fields.put("ttl_seconds", new Json.Numeral(Long.toString(ttlSeconds)));
    fields.put("commit", new Json.Bool(mode == Mode.CHARGE));
    fields.put("dry_run", new Json.Bool(mode == Mode.CHECK));
    return fields;
  }

  private static void text(Map<String, Json> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, new Json.Text(value));
    }
  }

  /** Units by meter, as {@code input_tokens=1200,output_tokens=800}. */
  private static Map<String, Long> usage(String text) {
    Map<String, Long> usage = new TreeMap<>();
    for (String each : text.split(",", -1)) {
      int end = each.indexOf('=');
      String units = each.substring(end + 1).strip();
      String meter = each.substring(0, Math.max(0, end)).strip();
      if (meter.isEmpty() || !units.matches("[0-9]{1,15}")) {
        throw refused(text);
      }
      if (usage.put(meter, Long.parseLong(units)) != null) {
        throw refused(text);
      }
    }
    return usage;
  }

  private static RuntimeException refused(String text) {
    return Problem.invalid(
            Said.header("usage"),
            "is %s; units of each meter once, such as input_tokens=1200,output_tokens=800, are accepted"
                .formatted(text.length() > 80 ? text.substring(0, 80) + "…" : text))
        .fault();
  }

  /** What is to be done, in a word: {@code charge}, {@code check} or {@code reserve}. */
  public static Mode mode(@Nullable String word) {
    return switch (word) {
      case null -> Mode.CHARGE;
      case "charge" -> Mode.CHARGE;
      case "check" -> Mode.CHECK;
      case "reserve" -> Mode.RESERVE;
      default ->
          throw Problem.invalid(
                  Said.header("mode"), "is none of charge, check and reserve, which are accepted")
              .fault();
    };
  }

  /** For how many seconds a reservation is to live, in digits; the usual if nobody says it. */
  public static long ttlSeconds(@Nullable String text) {
    if (text == null) {
      return ReservationBodies.TTL_SECONDS_DEFAULT;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw Problem.invalid(Said.header("ttl_seconds"), "is no whole number of seconds").fault();
    }
    return Long.parseLong(text);
  }

  /**
   * The same request, to set aside what it may cost for so long.
   *
   * @param overagePolicy null for what the org's plan says
   */
  static ReserveRequest held(
      ReserveRequest request, long ttlSeconds, @Nullable OveragePolicy overagePolicy) {
    return new ReserveRequest(
        request.subject(),
        request.feature(),
        request.model(),
        request.session(),
        request.wallet(),
        request.usage(),
        request.amount(),
        request.creditType(),
        ttlSeconds,
        overagePolicy,
        false,
        false,
        request.metadata(),
        request.traceId(),
        null);
  }
}
