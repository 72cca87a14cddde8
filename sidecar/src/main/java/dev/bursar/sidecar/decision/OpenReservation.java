package dev.bursar.sidecar.decision;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.lease.HeldLease;
import dev.bursar.sidecar.lease.Spending;
import dev.bursar.sidecar.usage.Weight;
import java.time.Instant;
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

  OpenReservation until(long later) {
    return new OpenReservation(
        id, request, price, creditType, lease, spending, madeAt, Math.max(expiresAt, later));
  }

  /** How much of the heap it takes, about; no less than of the usage file. */
  long bytes() {
    return Weight.ofOpen(id, lease.id(), request);
  }
}
