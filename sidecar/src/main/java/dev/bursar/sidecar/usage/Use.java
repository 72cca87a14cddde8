package dev.bursar.sidecar.usage;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that has run, as it is to be reported.
 *
 * @param id its name, for good; of a reservation, the reservation's
 * @param lease the lease that it was decided from; null if it was decided from none
 * @param at when it was decided
 * @param request whom and what it was for
 * @param usage units by meter; null where an amount is known alone
 * @param amount credits; null where the usage says it
 * @param creditType the credit type of the amount
 * @param micros millionths that it counts here
 */
public record Use(
    String id,
    @Nullable String lease,
    Instant at,
    ReserveRequest request,
    @Nullable Map<String, Long> usage,
    @Nullable Credits amount,
    @Nullable String creditType,
    long micros) {

  /** In the metadata of what was decided by nobody, since nobody could be asked. */
  public static final String UNCHECKED = "bursar.unchecked";

  /** The same, saying so much more in its metadata. */
  public Use remarked(Map<String, String> remarks) {
    return remarks.isEmpty()
        ? this
        : new Use(id, lease, at, request.remarked(remarks), usage, amount, creditType, micros);
  }
}
