package dev.bursar.sidecar;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.lease.LeaseSettings;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a sidecar goes about it.
 *
 * @param leases how it leases
 * @param waitMax how long a request waits for a lease, or for terms, before the server is to decide
 * @param termsEvery how often terms are asked for, of orgs that are asked about
 * @param reportEvery how long what was used may wait for more of it, to be reported together
 * @param patience how long a report that the server does not take is tried again before what was
 *     used is set aside, so that it holds up no other
 * @param failMode what is done while nobody can be asked, before what a plan says; null for that
 * @param failModes the same, by feature
 * @param denyWhenFull whether requests are denied when the usage file is full; otherwise the server
 *     is to decide
 */
public record SidecarSettings(
    LeaseSettings leases,
    Duration waitMax,
    Duration termsEvery,
    Duration reportEvery,
    Duration patience,
    @Nullable FailMode failMode,
    Map<String, FailMode> failModes,
    boolean denyWhenFull) {

  /** What fits most. */
  public static final SidecarSettings USUAL =
      new SidecarSettings(
          LeaseSettings.USUAL,
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofMillis(250),
          Duration.ofSeconds(30),
          null,
          Map.of(),
          false);

  /** The same with these fail modes. */
  public SidecarSettings failing(@Nullable FailMode any, Map<String, FailMode> byFeature) {
    return new SidecarSettings(
        leases,
        waitMax,
        termsEvery,
        reportEvery,
        patience,
        any,
        Map.copyOf(byFeature),
        denyWhenFull);
  }

  /** The same, denying or not when the usage file is full. */
  public SidecarSettings denyingWhenFull(boolean deny) {
    return new SidecarSettings(
        leases, waitMax, termsEvery, reportEvery, patience, failMode, failModes, deny);
  }

  /** The same, setting aside what can't be reported for so long. */
  public SidecarSettings patientFor(Duration atMost) {
    return new SidecarSettings(
        leases, waitMax, termsEvery, reportEvery, atMost, failMode, failModes, denyWhenFull);
  }

  /** What is done with a feature while nobody can be asked. */
  FailMode failMode(@Nullable String feature, @Nullable FailMode ofPlan) {
    FailMode own = feature == null ? null : failModes.get(feature);
    if (own != null) {
      return own;
    }
    if (failMode != null) {
      return failMode;
    }
    return ofPlan == null ? FailMode.DENY : ofPlan;
  }
}
