package dev.bursar.benchmarks.usage;

import dev.bursar.benchmarks.trace.Population;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who uses what in a made-up org: forty teams in eight departments, two thousand users, each in one
 * team.
 */
final class UsagePopulation {

  static final int TEAMS = 40;
  static final int DEPARTMENTS = 8;
  static final int USERS = 2_000;
  static final double TEAM_SKEW = 0.8;
  static final double USER_SKEW = 0.8;
  static final double MODEL_SKEW = 0.7;
  static final double SHARE_DENIED = 0.03;

  static final List<String> FEATURES = List.of("chat", "summarize", "complete");
  static final List<String> MODELS = Population.MODELS;
  static final List<String> PRODUCTS = Population.PRODUCTS;

  private static final String ALL = "company";

  private UsagePopulation() {}

  static List<String> teams() {
    return IntStream.range(0, TEAMS).mapToObj(UsagePopulation::team).toList();
  }

  static String team(int team) {
    return "team-%02d".formatted(team + 1);
  }

  /** Those that a team lies in, the nearest first. */
  static List<String> departments(int team) {
    return List.of(department(team % DEPARTMENTS), ALL);
  }

  static String department(int department) {
    return "department-" + (department + 1);
  }

  /** The department above all others. */
  static String all() {
    return ALL;
  }

  static String user(int user) {
    return "u-%04d".formatted(user + 1);
  }

  /** The team of a user: the first users are spread over all teams. */
  static int teamOf(int user) {
    return user % TEAMS;
  }

  /** For example {@code load-1-01}: with the seed, so that another load has other orgs. */
  static String org(long seed, int org) {
    return "load-%d-%02d".formatted(seed, org + 1);
  }
}
