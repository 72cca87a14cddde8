package dev.bursar.benchmarks.trace;

import java.util.List;

/**
 * The made-up customers: how many, how skewed, and what they are called. Every org has one
 * department, three teams in it and a dozen users, each in one team.
 */
public final class Population {

  /** The most orgs that a workload may have. */
  public static final int ORGS_MAX = 10_000;

  public static final String DEPARTMENT = "engineering";
  public static final int USERS_PER_ORG = 12;

  /** From the busiest to the least busy. */
  public static final List<String> TEAMS = List.of("platform", "analytics", "support");

  public static final List<String> PRODUCTS = List.of("assistant", "copilot", "search");

  public static final List<String> MODELS =
      List.of("gpt-5-mini", "gpt-5", "claude-sonnet-4-5", "gemini-2.5-flash", "claude-haiku-4-5");

  static final List<String> FEATURES = List.of("chat", "summarize", "complete");

  static final double ORG_SKEW = 1.0;
  static final double USER_SKEW = 0.8;
  static final double PRODUCT_SKEW = 1.0;
  static final double FEATURE_SKEW = 1.2;
  static final double MODEL_SKEW = 0.7;

  /** How likely a user's next call belongs to the session of the last. */
  static final double SESSION_GOES_ON = 0.7;

  private Population() {}

  /** The team of a user; teams get every third user, so the first holds the busiest. */
  public static String team(int user) {
    return TEAMS.get(user % TEAMS.size());
  }

  public static String user(int user) {
    return "u-" + twoDigits(user + 1);
  }

  /** For example {@code replay-1-07}: with the seed, so that another workload has other orgs. */
  public static String org(long seed, int org) {
    return "replay-" + seed + "-" + twoDigits(org + 1);
  }

  private static String twoDigits(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }
}
