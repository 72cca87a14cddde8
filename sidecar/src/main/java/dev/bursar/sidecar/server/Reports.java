package dev.bursar.sidecar.server;

import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.usage.Entry;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/** What is sent of work, out of what was stored of it. */
final class Reports {

  /** The source of what reservations of the server's came to: theirs are names of their own. */
  private static final String RESERVATIONS = "bursar/reservations";

  /**
   * The source of what was let pass unchecked. Of whichever sidecar: one that is started anew on
   * the same directory may have another name, and reports the same.
   */
  private static final String SIDECARS = "bursar/sidecars";

  private static final int ID_CHARS_MAX = 255;

  private Reports() {}

  /** Items of a lease's report. */
  static byte[] ofLease(List<Entry.Stored> uses) {
    return list(
        uses,
        (use, out) -> {
          byte[] head = JsonWriter.bytes(json -> json.field("id", id(use)).field("time", use.at()));
          // Two objects become one.
          out.write(head, 0, head.length - 1);
          out.write(',');
          out.write(use.work(), 1, use.work().length - 1);
        });
  }

  /** CloudEvents. */
  static byte[] asEvents(List<Entry.Stored> uses) {
    return list(
        uses,
        (use, out) -> {
          String lease = use.lease();
          boolean isUnchecked = lease == null && !use.isOwed();
          String source = lease != null ? lease : use.isOwed() ? RESERVATIONS : SIDECARS;
          out.writeBytes(
              JsonWriter.bytes(
                  json ->
                      json.field("specversion", "1.0")
                          .field("id", id(use))
                          .field("source", source)
                          .field("type", isUnchecked ? "dev.bursar.unchecked" : "dev.bursar.usage")
                          .field("time", use.at())
                          .raw("data", data(use))));
        });
  }

  /** A name has its org in it, encoded: it may be longer than a use's may be at the server. */
  private static String id(Entry.Stored use) {
    return use.id().length() <= ID_CHARS_MAX ? use.id() : Owed.key("reservation", use.id());
  }

  private static byte[] data(Entry.Stored use) {
    String wallet = use.wallet();
    if (wallet == null) {
      return use.work();
    }
    byte[] head = JsonWriter.bytes(json -> json.field("wallet", wallet));
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + use.work().length);
    out.write(head, 0, head.length - 1);
    out.write(',');
    out.write(use.work(), 1, use.work().length - 1);
    return out.toByteArray();
  }

  private interface Item {
    void write(Entry.Stored use, ByteArrayOutputStream out);
  }

  private static byte[] list(List<Entry.Stored> uses, Item item) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(uses.size() * 512 + 2);
    out.write('[');
    for (Entry.Stored use : uses) {
      if (out.size() > 1) {
        out.write(',');
      }
      item.write(use, out);
    }
    out.write(']');
    return out.toByteArray();
  }

  /** A request that the server is to decide. */
  static void reservation(JsonWriter json, ReserveRequest request) {
    ReservationViews.subject(json, request.subject());
    json.field("feature", request.feature())
        .field("model", request.model())
        .field("session", request.session())
        .field("wallet", request.wallet());
    Map<String, Long> usage = request.usage();
    if (usage != null) {
      json.object("usage", in -> usage.forEach(in::field));
    }
    json.field("amount", request.amount())
        .field("credit_type", request.creditType())
        .field("ttl_seconds", request.ttlSeconds())
        .field("commit", request.commit())
        .field("dry_run", request.dryRun())
        .field(
            "overage_policy", request.namesOveragePolicy() ? request.overagePolicy().word() : null)
        .pairs("metadata", request.metadata());
  }
}
