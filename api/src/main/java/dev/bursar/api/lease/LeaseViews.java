package dev.bursar.api.lease;

import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.usage.UsageReports;
import java.util.Map;

/** Leases as answers show them. */
final class LeaseViews {

  private LeaseViews() {}

  static void outcome(JsonWriter json, Leases.Outcome outcome) {
    switch (outcome) {
      case Leases.Granted it -> {
        json.field("decision", "allow");
        lease(json, it.lease());
        meters(json, "meters", it.meters());
      }
      case Leases.Denied it ->
          json.field("decision", "deny").objects("denials", it.denials(), LimitViews::denial);
    }
  }

  static void settled(JsonWriter json, Leases.Settled settled) {
    lease(json, settled.lease());
    json.objects("results", settled.results(), LeaseViews::result);
    if (settled.more() != null) {
      meters(json, "top_up_meters", settled.more());
    }
    if (!settled.denials().isEmpty()) {
      json.objects("denials", settled.denials(), LimitViews::denial);
    }
  }

  static void lease(JsonWriter json, Leases.View view) {
    Lease terms = view.terms();
    json.field("lease_id", view.lease())
        .field("status", view.status())
        .field("sidecar", terms.sidecar())
        .field("epoch", terms.epoch())
        .field("credit_type", view.creditType())
        .field("granted", terms.granted())
        .field("reported", terms.reported())
        .field("revoked", terms.revoked())
        .field("expires_at", terms.expiresAt())
        .field("settle_by", view.settleBy());
  }

  private static void meters(JsonWriter json, String name, Map<String, Long> meters) {
    json.object(name, in -> meters.forEach(in::field));
  }

  /** A report sent again finds it there: that is no other result. */
  private static void result(JsonWriter json, UsageReports.Result result) {
    if (result instanceof UsageReports.Rejected rejected) {
      json.field("status", "rejected")
          .object(
              "error",
              error ->
                  error
                      .field("code", rejected.code())
                      .field("field", rejected.field())
                      .field("detail", rejected.detail()));
    } else {
      json.field("status", "recorded");
    }
  }
}
