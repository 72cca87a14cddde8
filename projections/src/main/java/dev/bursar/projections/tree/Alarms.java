package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orgs whose ledger contradicts its signed head, from when that was seen until it is seen to be
 * right again: whoever signs a head of theirs looks once more at what was wrong. Thread-safe.
 */
final class Alarms {

  /** A look at what was wrong; what it gives is of no interest, but that it does not throw. */
  interface Look {
    @Nullable Object again(Handle handle);
  }

  /** So many different things that are wrong with one ledger are looked at again. */
  private static final int LOOKS_MAX = 20;

  private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

  private final Counter contradictions;

  /** By org and reason. */
  private final Map<String, Map<String, Look>> raised = new TreeMap<>();

  Alarms(MeterRegistry metrics) {
    this.contradictions =
        Counter.builder("bursar.ledger.contradictions")
            .description(
                "How often a ledger contradicted its signed head, so that nothing was signed")
            .register(metrics);
    Gauge.builder("bursar.ledger.contradicted", this, alarms -> alarms.reasons().size())
        .description("Orgs whose ledger contradicts its signed head, as far as is known here")
        .register(metrics);
  }

  /** Raises the alarm. */
  synchronized Contradiction raise(String org, Contradiction contradiction, Look look) {
    String reason = String.valueOf(contradiction.getMessage());
    contradictions.increment();
    Map<String, Look> ofOrg = raised.computeIfAbsent(org, name -> new LinkedHashMap<>());
    if (ofOrg.size() < LOOKS_MAX) {
      ofOrg.putIfAbsent(reason, look);
    }
    LOG.error("The ledger contradicts its signed head: org={} reason={}", org, reason);
    return contradiction;
  }

  /** Whether something was wrong, and was not right again since. */
  synchronized boolean isRaised(String org) {
    return raised.containsKey(org);
  }

  /** Looks at what was wrong with an org's ledger, and takes back what is right again. */
  void lookAgain(Handle handle, String org) {
    looks(org).forEach((reason, look) -> lookAgain(handle, org, reason, look));
  }

  private synchronized Map<String, Look> looks(String org) {
    return Map.copyOf(raised.getOrDefault(org, Map.of()));
  }

  private void lookAgain(Handle handle, String org, String reason, Look look) {
    try {
      look.again(handle);
    } catch (Contradiction still) {
      return;
    }
    LOG.info("The ledger no longer contradicts its signed head: org={} reason={}", org, reason);
    synchronized (this) {
      raised.computeIfPresent(
          org,
          (name, ofOrg) -> {
            ofOrg.remove(reason, look);
            return ofOrg.isEmpty() ? null : ofOrg;
          });
    }
  }

  /** Of each of those orgs, what was found first. */
  synchronized Map<String, String> reasons() {
    Map<String, String> reasons = new TreeMap<>();
    raised.forEach((org, ofOrg) -> reasons.put(org, ofOrg.keySet().iterator().next()));
    return reasons;
  }
}
