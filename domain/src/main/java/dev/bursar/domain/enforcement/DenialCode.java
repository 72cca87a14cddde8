package dev.bursar.domain.enforcement;

import java.util.Locale;

/** Why a reservation was denied. */
public enum DenialCode {
  INSUFFICIENT_CREDITS,
  BUDGET_EXCEEDED,
  RATE_LIMITED,
  CONCURRENCY_EXCEEDED,
  NOT_ENTITLED,
  FROZEN,
  WALLET_IN_DEBT,
  UNKNOWN_ORG,
  UNKNOWN_WALLET,
  NO_RATE;

  /** The name in the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
