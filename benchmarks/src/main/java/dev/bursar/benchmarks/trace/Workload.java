package dev.bursar.benchmarks.trace;

import dev.bursar.simulation.history.Zipf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A trace with each row attributed to somebody, by Zipf draws from a seed: the same rows, seed and
 * number of orgs give the same workload, row for row, and the first rows of a longer trace are
 * attributed as those of a shorter one.
 */
public record Workload(List<Item> items) {

  public Workload {
    items = List.copyOf(items);
  }

  /**
   * One call and who it is for.
   *
   * @param row from 0
   */
  public record Item(int row, TraceRow call, Attribution attribution) {}

  /**
   * The workload of a trace.
   *
   * @param orgs 1 to {@link Population#ORGS_MAX}
   */
  public static Workload attribute(List<TraceRow> rows, long seed, int orgs) {
    if (orgs < 1 || orgs > Population.ORGS_MAX) {
      throw new IllegalArgumentException(
          "orgs " + orgs + " is not between 1 and " + Population.ORGS_MAX);
    }
    Random random = Seed.random(seed, "attribution");
    Zipf org = new Zipf(orgs, Population.ORG_SKEW);
    Zipf user = new Zipf(Population.USERS_PER_ORG, Population.USER_SKEW);
    Zipf product = new Zipf(Population.PRODUCTS.size(), Population.PRODUCT_SKEW);
    Zipf feature = new Zipf(Population.FEATURES.size(), Population.FEATURE_SKEW);
    Zipf model = new Zipf(Population.MODELS.size(), Population.MODEL_SKEW);
    Sessions sessions = new Sessions(seed);
    List<Item> items = new ArrayList<>(rows.size());
    for (TraceRow row : rows) {
      int o = org.draw(random);
      int u = user.draw(random);
      String p = Population.PRODUCTS.get(product.draw(random));
      String f = Population.FEATURES.get(feature.draw(random));
      String m = Population.MODELS.get(model.draw(random));
      String session = sessions.next(o, u, random.nextDouble() < Population.SESSION_GOES_ON);
      items.add(
          new Item(items.size(), row, new Attribution(o, u, Population.team(u), p, f, m, session)));
    }
    return new Workload(items);
  }

  /** The session that each user is in. */
  private static final class Sessions {
    private final long seed;
    private final Map<Long, String> current = new HashMap<>();
    private int begun;

    Sessions(long seed) {
      this.seed = seed;
    }

    String next(int org, int user, boolean goesOn) {
      long who = (long) org * Population.USERS_PER_ORG + user;
      String session = current.get(who);
      if (session == null || !goesOn) {
        session = "s-" + seed + "-" + ++begun;
        current.put(who, session);
      }
      return session;
    }
  }
}
