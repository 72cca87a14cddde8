package dev.bursar.api.lease;

import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.usage.UsageReports;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Leases as answers show them. */
final class LeaseViews {

  private LeaseViews() {}

  static void outcome(JsonWriter json, Leases.Outcome outcome, Instant now) {
    switch (outcome) {
      case Leases.Granted it -> {
        json.field("decision", "allow");
        lease(json, it.lease(), now);
        meters(json, "meters", it.meters());
        json.field("remaining", it.remaining());
      }
      case Leases.Denied it ->
          json.field("decision", "deny").objects("denials", it.denials(), LimitViews::denial);
    }
  }

  static void settled(JsonWriter json, Leases.Settled settled, Instant now) {
    lease(json, settled.lease(), now);
    json.objects("results", settled.results(), LeaseViews::result);
    if (settled.more() != null) {
      meters(json, "top_up_meters", settled.more());
      json.field("remaining", settled.remaining());
    }
    if (!settled.denials().isEmpty()) {
      json.objects("denials", settled.denials(), LimitViews::denial);
    }
    Refusal notAdded = settled.notAdded();
    if (notAdded != null) {
      error(
          json,
          "top_up_error",
          notAdded.code().name().toLowerCase(Locale.ROOT),
          notAdded.field(),
          notAdded.detail());
    }
  }

  /**
   * A lease as it stands.
   *
   * @param now by the clock of this node
   */
  static void lease(JsonWriter json, Leases.View view, Instant now) {
    Lease terms = view.terms();
    Instant settleBy = view.settleBy();
    json.field("lease_id", view.lease())
        .field("status", view.status())
        .field("sidecar", terms.sidecar())
        .field("epoch", terms.epoch())
        .field("credit_type", view.creditType())
        .field("granted", terms.granted())
        .field("reported", terms.reported())
        .field("revoked", terms.revoked())
        .field("expires_at", terms.expiresAt())
        .field("settle_by", settleBy);
    if (settleBy != null) {
      json.field("expires_in_ms", Math.max(0, Duration.between(now, terms.expiresAt()).toMillis()));
    }
    meters(json, "granted_meters", terms.meters());
    if (!terms.canName().isEmpty()) {
      json.texts("can_name", terms.canName());
    }
    Integer version = terms.catalogVersion();
    if (version != null) {
      json.field("catalog_version", version);
    }
  }

  private static void meters(JsonWriter json, String name, Map<String, Long> meters) {
    json.object(name, in -> new TreeMap<>(meters).forEach(in::field));
  }

  /** A report sent again finds it there: that is no other result. */
  private static void result(JsonWriter json, UsageReports.Result result) {
    if (result instanceof UsageReports.Rejected rejected) {
      json.field("status", "rejected");
      error(json, "error", rejected.code(), rejected.field(), rejected.detail());
    } else {
      json.field("status", "recorded");
    }
  }

  private static void error(
      JsonWriter json, String name, String code, @Nullable String field, String detail) {
    json.object(
        name, error -> error.field("code", code).field("field", field).field("detail", detail));
  }
}
