package dev.bursar.sidecar.gateway;

/** Denials as HTTP tells them. */
public final class Denials {

  /** The status of a failure that goes away by itself. */
  public static final int AWAY = 503;

  private Denials() {}

  /**
   * The HTTP status of a denial: 402 where there is nothing left to spend, 429 where there will be
   * soon, 503 where nobody could be asked, and else 403.
   */
  public static int status(String code) {
    return switch (code) {
      case "insufficient_credits", "wallet_in_debt", "budget_exceeded" -> 402;
      case "rate_limited", "concurrency_exceeded" -> 429;
      case "server_away", "busy", "usage_file_full", "usage_file_away" -> AWAY;
      default -> 403;
    };
  }
}
