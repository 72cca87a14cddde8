package dev.bursar.sidecar.server;

import java.util.concurrent.CompletionStage;

/**
 * Who is to take in what the server changes. Each is done once it has been: from then on nothing is
 * decided but by what the server said after the call.
 */
public interface Changes {

  /** What an org may use, what it costs, or what its leases may be used for may have changed. */
  CompletionStage<Void> changed(String org);

  /** The same of every org. */
  CompletionStage<Void> changedAll();

  /**
   * Takes in what the server tells; done once it may be acknowledged.
   *
   * @param event what it calls it; what is not known here is looked at all the more
   */
  default CompletionStage<Void> told(String event, String org, String lease) {
    return switch (event) {
      case "revoke" -> revoke(org, lease);
      case "entitlements_changed" -> changed(org);
      default -> changedAll();
    };
  }

  /** A lease is to be closed as soon as what was decided from it is settled. */
  CompletionStage<Void> revoke(String org, String lease);
}
