package dev.bursar.sidecar.decision;

import dev.bursar.domain.operation.Refusal;

/**
 * A request that no org could be charged for as it is, by the terms that are known: the server
 * refuses it, too. Expected, and therefore cheap.
 */
public final class Unchargeable extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  Unchargeable(Refusal refusal) {
    super(refusal.detail());
    this.refusal = refusal;
  }

  /** As the server refuses it. */
  public Refusal refusal() {
    return refusal;
  }
}
