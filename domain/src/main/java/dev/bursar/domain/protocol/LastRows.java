package dev.bursar.domain.protocol;

import dev.bursar.domain.enforcement.Plan;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far the journals of an org's teams and wallets are known to have come: nothing of what is
 * decided on later is in the rows up to there, whatever anybody's clock shows.
 */
final class LastRows {

  private final Map<String, long[]> teams = new HashMap<>();
  private final Map<String, long[]> wallets = new HashMap<>();

  /** The team of a plan knows of this row. */
  void ofTeam(Plan plan, long row) {
    String team = plan.request().subject().team();
    if (team != null) {
      know(teams, team, row);
    }
  }

  /** A wallet knows of this row. */
  void ofWallet(String wallet, long row) {
    know(wallets, wallet, row);
  }

  /** The last row of the team's that is known; 0 for none. */
  long ofTeam(Plan plan) {
    return known(teams.get(plan.request().subject().team()));
  }

  /** The last row of the wallet's that is known; 0 for none. */
  long ofWallet(Plan plan) {
    return known(wallets.get(plan.wallet()));
  }

  private static void know(Map<String, long[]> rows, String of, long row) {
    long[] last = rows.computeIfAbsent(of, name -> new long[1]);
    last[0] = Math.max(last[0], row);
  }

  private static long known(long @Nullable [] row) {
    return row == null ? 0 : row[0];
  }
}
