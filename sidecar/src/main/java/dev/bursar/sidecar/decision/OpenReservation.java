package dev.bursar.sidecar.decision;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.lease.HeldLease;
import dev.bursar.sidecar.lease.Spending;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is set aside of a lease for one request.
 *
 * @param id its name
 * @param request what was asked
 * @param price what its usage costs; null if it was asked by amount
 * @param creditType what it is charged in
 * @param lease what it is set aside of
 * @param spending how much
 * @param madeAt when, by the wall clock
 * @param expiresAt when it is given back, on the clock that drives the decider
 */
public record OpenReservation(
    String id,
    ReserveRequest request,
    @Nullable Price price,
    String creditType,
    HeldLease lease,
    Spending spending,
    Instant madeAt,
    long expiresAt) {

  private static final long BYTES = 900;
  private static final long PAIR_BYTES = 160;

  OpenReservation until(long later) {
    return new OpenReservation(
        id, request, price, creditType, lease, spending, madeAt, Math.max(expiresAt, later));
  }

  /** How much of the heap it takes, about. */
  long bytes() {
    long bytes = BYTES + id.length();
    for (Map.Entry<String, String> each : request.metadata().entrySet()) {
      bytes += PAIR_BYTES + each.getKey().length() + each.getValue().length();
    }
    return bytes + PAIR_BYTES * spending.usage().size();
  }
}
