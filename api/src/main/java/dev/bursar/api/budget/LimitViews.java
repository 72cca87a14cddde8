package dev.bursar.api.budget;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.enforcement.Denial;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Limits and what stands in a request's way, as answers show them. */
public final class LimitViews {

  private LimitViews() {}

  /** A limit that applies, with its figures. */
  public static void limit(JsonWriter json, LimitState limit) {
    scope(json, limit.scope());
    json.field("budget", limit.budget())
        .field("measure", limit.measure())
        .field("window", limit.window().word())
        .field("mode", Words.word(limit.mode()));
    figures(json, limit);
    source(json, limit);
  }

  /** The limit as it counts now, and what it comes from. */
  static void effective(JsonWriter json, LimitState limit) {
    json.field("limit", limit.limit()).field("mode", Words.word(limit.mode()));
    source(json, limit);
  }

  private static void source(JsonWriter json, LimitState limit) {
    String override = limit.override();
    json.field("source", override == null ? limit.source() : "override")
        .field("override", override);
  }

  /** What is used and left. */
  static void figures(JsonWriter json, LimitState limit) {
    json.field("limit", limit.limit())
        .field("used", limit.used())
        .field("held", limit.held())
        .field("remaining", limit.remaining())
        .field("resets_at", ifEver(limit.window(), limit.resetsAt()));
  }

  /** A time that a window without end does not have. */
  static @Nullable Instant ifEver(WindowKind window, Instant at) {
    return window == WindowKind.LIFETIME ? null : at;
  }

  /** One thing that stands in the way. */
  public static void denial(JsonWriter json, Denial denial) {
    json.field("code", denial.code().word());
    LimitState limit = denial.limit();
    if (limit != null) {
      scope(json, limit.scope());
      json.field("budget", limit.budget())
          .field("measure", limit.measure())
          .field("window", limit.window().word())
          .field("limit", limit.limit())
          .field("used", limit.used())
          .field("held", limit.held());
    }
    Scope frozen = denial.scope();
    if (frozen != null) {
      scope(json, frozen);
    }
    json.field("available", denial.available()).field("requested", denial.requested());
    if (limit != null) {
      json.field("resets_at", ifEver(limit.window(), limit.resetsAt()));
      source(json, limit);
    }
    json.field("detail", denial.detail());
  }

  /** Whom a limit caps. */
  public static void scope(JsonWriter json, Scope scope) {
    json.object(
        "scope",
        in ->
            in.field("type", Words.word(scope.type()))
                .field("id", scope.id())
                .field("team", scope.team()));
  }

  /** An exact decimal, without trailing zeros. */
  public static String plain(BigDecimal amount) {
    return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
  }
}
