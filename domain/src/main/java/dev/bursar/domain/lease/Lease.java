package dev.bursar.domain.lease;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What makes a hold a lease: somebody else decides from it, and reports what was used. The hold has
 * what is left, {@code granted} less {@code reported}, until it is closed, or until its settle-by:
 * the instant at which the hold ends by itself.
 *
 * @param sidecar who decides from it, in its own words
 * @param epoch how often its terms were settled, 1 when it is granted; whoever reports says which
 *     it knows
 * @param expiresAt exclusive; from then on nothing may be decided from it
 * @param granted all that was granted, less what was handed back unused
 * @param reported how much of it was reported as used; at most what was granted
 * @param returned all that was handed back before its end
 * @param revoked whether its holder is to stop and to close it
 * @param meters all that was granted besides, units by meter; empty in early rows
 * @param holder the id of the key that it was granted to; null in early rows
 * @param catalogVersion the version of the catalog by which what is decided from it is priced; null
 *     where there is none, and in early rows
 * @param canName see {@link LeaseTerms}; empty in early rows
 */
public record Lease(
    String sidecar,
    long epoch,
    Instant expiresAt,
    Credits granted,
    Credits reported,
    Credits returned,
    boolean revoked,
    Map<String, Long> meters,
    @Nullable String holder,
    @Nullable Integer catalogVersion,
    Set<String> canName) {

  /** Of nothing but credits, and of nobody in particular. */
  public Lease(
      String sidecar,
      long epoch,
      Instant expiresAt,
      Credits granted,
      Credits reported,
      Credits returned,
      boolean revoked) {
    this(
        sidecar, epoch, expiresAt, granted, reported, returned, revoked, Map.of(), null, null,
        Set.of());
  }

  /** A lease of credits that was just granted. */
  public static Lease granted(String sidecar, Instant expiresAt, Credits granted) {
    return granted(sidecar, expiresAt, granted, Map.of(), null, null, Set.of());
  }

  /** A lease that was just granted to the holder of a key. */
  public static Lease granted(
      String sidecar,
      Instant expiresAt,
      Credits granted,
      Map<String, Long> meters,
      @Nullable String holder,
      @Nullable Integer catalogVersion,
      Set<String> canName) {
    return new Lease(
        sidecar,
        1,
        expiresAt,
        granted,
        Credits.ZERO,
        Credits.ZERO,
        false,
        meters,
        holder,
        catalogVersion,
        canName);
  }

  /** What may yet be used of it. */
  public Credits left() {
    return granted.minus(reported);
  }

  /** The same with so much more of it reported. */
  public Lease reporting(Credits more) {
    return with(
        epoch, expiresAt, granted, reported.plus(more), returned, revoked, meters, catalogVersion);
  }

  /**
   * The same in its next epoch, with so much more granted, until then.
   *
   * @param version of the catalog; the one that it has, unless it has none
   */
  public Lease toppedUp(
      Credits more, Map<String, Long> moreUnits, Instant until, @Nullable Integer version) {
    Map<String, Long> units = new TreeMap<>(meters);
    moreUnits.forEach(
        (meter, each) -> {
          if (each > 0) {
            units.merge(meter, each, Quantities::plusCapped);
          }
        });
    return with(epoch + 1, until, granted.plus(more), reported, returned, revoked, units, version);
  }

  /** The same in its next epoch, with so much of what is left handed back. */
  public Lease handingBack(Credits amount) {
    return with(
        epoch + 1,
        expiresAt,
        granted.minus(amount),
        reported,
        returned.plus(amount),
        revoked,
        meters,
        catalogVersion);
  }

  /** The same, whose holder is to stop. The epoch stays: it has still to report. */
  public Lease revoking() {
    return with(epoch, expiresAt, granted, reported, returned, true, meters, catalogVersion);
  }

  private Lease with(
      long nowEpoch,
      Instant until,
      Credits nowGranted,
      Credits nowReported,
      Credits nowReturned,
      boolean nowRevoked,
      Map<String, Long> units,
      @Nullable Integer version) {
    return new Lease(
        sidecar,
        nowEpoch,
        until,
        nowGranted,
        nowReported,
        nowReturned,
        nowRevoked,
        Map.copyOf(units),
        holder,
        version,
        canName);
  }

  /** Whoever says that it knows this epoch does not know this one. */
  public static Refusal unknownEpoch(long asked, long current) {
    return new Refusal(
        Refusal.Code.LEASE_EPOCH_STALE,
        "epoch",
        "is %d, and the lease is in its epoch %d: ask for it, and go on from that"
            .formatted(asked, current));
  }
}
