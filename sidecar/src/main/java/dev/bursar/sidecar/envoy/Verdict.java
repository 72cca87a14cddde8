package dev.bursar.sidecar.envoy;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.gateway.Denials;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to become of a request on its way through a proxy.
 *
 * @param denial why it may not go on; null if it may
 * @param allowed what was charged or set aside; null if it may not go on
 */
record Verdict(@Nullable Problem denial, Decision.@Nullable Allowed allowed) {

  /** The headers that name the decision. */
  static final String DECISION = Said.PREFIX + "decision";

  static final String RESERVATION = Said.PREFIX + "reservation";
  static final String AMOUNT = Said.PREFIX + "amount";
  static final String CREDIT_TYPE = Said.PREFIX + "credit-type";
  static final String DENIAL = Said.PREFIX + "denial";

  private static final Logger LOG = LoggerFactory.getLogger(Verdict.class);

  static Verdict of(Decision decision) {
    return switch (decision) {
      case Decision.Allowed it -> new Verdict(null, it);
      case Decision.Denied it ->
          new Verdict(
              Problem.of(
                  Denials.status(it.code()),
                  it.code(),
                  it.detail().isEmpty() ? "denied" : it.detail()),
              null);
      default -> throw new IllegalStateException("nothing was decided");
    };
  }

  /** Whatever went wrong, nobody may go on for it. */
  static Verdict of(Throwable error) {
    Throwable cause = Gate.cause(error);
    if (cause instanceof Fault fault) {
      return new Verdict(fault.problem(), null);
    }
    if (cause instanceof IllegalArgumentException) {
      return new Verdict(Problem.of(400, "invalid", String.valueOf(cause.getMessage())), null);
    }
    LOG.atError().setMessage("a request could not be decided").setCause(cause).log();
    return new Verdict(
        Problem.of(Denials.AWAY, "undecided", "the request could not be decided; ask again"), null);
  }

  boolean isAllowed() {
    return denial == null;
  }

  /** The name of the decision, as headers tell it. */
  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(DECISION, isAllowed() ? "allow" : "deny");
    if (denial != null) {
      headers.put(DENIAL, denial.code());
    }
    if (allowed != null) {
      if (allowed.reservation() != null) {
        headers.put(RESERVATION, allowed.reservation());
      }
      headers.put(AMOUNT, new Credits(allowed.amount()).toString());
      headers.put(CREDIT_TYPE, allowed.creditType());
    }
    return headers;
  }
}
