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

  /** A lease is to be closed as soon as what was decided from it is settled. */
  CompletionStage<Void> revoke(String org, String lease);
}
