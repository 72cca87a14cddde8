package dev.bursar.domain.enforcement;

import dev.bursar.domain.operation.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, and what makes the call happen once.
 *
 * @param actor the id of the access key
 * @param idempotencyKey the client's key, or null
 * @param key the client's key, or a random one where none was sent: retries within the process need
 *     one
 * @param fingerprint 64 bits of a hash of the request's content
 * @param lookedUpThrough of a report, the row of the org's journal up to which it was looked up and
 *     is not on record; 0 for no row
 */
public record Caller(
    String actor,
    @Nullable String idempotencyKey,
    String key,
    long fingerprint,
    long lookedUpThrough) {

  /** Of what was looked up nowhere. */
  public Caller(String actor, @Nullable String idempotencyKey, String key, long fingerprint) {
    this(actor, idempotencyKey, key, fingerprint, 0);
  }

  /** Whoever reports what was looked up before: source and id make it happen once. */
  public static Caller reporting(String actor, Reported event, long lookedUpThrough) {
    return new Caller(actor, null, event.id(), 0, lookedUpThrough);
  }

  /** This call as an operation of the given kind on the given thing. */
  public Operation operation(String kind) {
    return Operation.ofClient(kind, key, fingerprint);
  }

  /** What makes a request to reserve happen once; null for one that changes nothing. */
  public @Nullable Operation reserving(ReserveRequest request) {
    Reported reported = request.reported();
    if (reported != null) {
      return Operation.ofReport(reported);
    }
    return request.dryRun() ? null : operation(request.isLease() ? "lease" : "reserve");
  }

  /**
   * The same call's next step, or next try, which is decided by itself. Its key tells the time that
   * the call's tells: a copy that comes late is not taken for new.
   */
  public Caller next(String what) {
    return keyed(Operation.stepOf(key, what));
  }

  /**
   * The step that takes back what the same call has done. Its key tells no time: what is taken back
   * is not refused for that it is late, and a copy finds nothing left to take back.
   */
  public Caller takingBack() {
    return keyed(Operation.stepOf("back", key));
  }

  private Caller keyed(String step) {
    return new Caller(actor, idempotencyKey, step, fingerprint, lookedUpThrough);
  }
}
