package dev.bursar.simulation.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What the clients of one history ask for. Half of the histories have calls of every kind. In each
 * of the others some kinds are left out, by lot: what is left then comes together more often than
 * it does among all the rest, and nobody undoes what another kind would.
 */
public final class Mix {

  /** A kind of call, and how many of about a hundred are of that kind. */
  enum Kind {
    RESERVE(24),
    CHARGE(18),
    DRY_RUN(3),
    COMMIT(18),
    RELEASE(5),
    EXTEND(3),
    REPORT(5),
    GRANT(5),
    VOID_GRANT(2),
    ADJUST(2),
    REFUND(3),
    TRANSFER(3),
    CHANGE_LIMIT(2),
    FREEZE(1),
    MOVE_TEAM(1),
    AGAIN(7),
    REUSE(3);

    private final int share;

    Kind(int share) {
      this.share = share;
    }
  }

  /** Where not all are there, so many of each kind are not: one in this number. */
  private static final int LEFT_OUT_ONE_IN = 3;

  private final List<Kind> kinds;
  private final int shares;

  private Mix(List<Kind> kinds) {
    this.kinds = kinds;
    this.shares = kinds.stream().mapToInt(kind -> kind.share).sum();
  }

  /** One that is drawn by lot; something can always be reserved. */
  public static Mix of(Random random) {
    boolean all = random.nextBoolean();
    List<Kind> kinds = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (all || kind == Kind.RESERVE || random.nextInt(LEFT_OUT_ONE_IN) > 0) {
        kinds.add(kind);
      }
    }
    return new Mix(kinds);
  }

  boolean hasAll() {
    return kinds.size() == Kind.values().length;
  }

  Kind draw(Random random) {
    int at = random.nextInt(shares);
    for (Kind kind : kinds) {
      at -= kind.share;
      if (at < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("more shares than there are");
  }

  @Override
  public String toString() {
    return kinds.toString();
  }
}
