package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.wallet.WalletReply.GrantView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A wallet's grants in the order in which people read them: those in force in burn order, then
 * those to come, then those past. A page costs what is on it, however many grants there are.
 */
final class GrantLists {

  private static final Comparator<GrantState> BY_END =
      Comparator.comparing(GrantLists::end).thenComparing(state -> state.grant.id());

  private static final String ACTIVE = "active";
  private static final String SCHEDULED = "scheduled";

  private final TreeSet<GrantState> inForce = new TreeSet<>(GrantState.BURN_ORDER);
  private final TreeSet<GrantState> toCome = new TreeSet<>(GrantState.BURN_ORDER);
  private final TreeSet<GrantState> past = new TreeSet<>(GrantState.BURN_ORDER);

  /** Those in force that have an end and something left. */
  private final TreeSet<GrantState> ending = new TreeSet<>(BY_END);

  private static Instant end(GrantState state) {
    Instant end = state.grant.expiresAt();
    return end == null ? Instant.MAX : end;
  }

  void add(GrantState state) {
    (state.isEnded() ? past : inForce).add(state);
  }

  void schedule(GrantState state) {
    toCome.add(state);
  }

  void unschedule(GrantState state) {
    toCome.remove(state);
  }

  /** One that was in force has ended. */
  void ended(GrantState state) {
    inForce.remove(state);
    past.add(state);
    ending.remove(state);
  }

  /** One in force has other terms. */
  void replaced(GrantState before, GrantState after) {
    inForce.remove(before);
    ending.remove(before);
    inForce.add(after);
    changed(after);
  }

  /** One that has ended has other terms. */
  void endedReplaced(GrantState before, GrantState after) {
    past.remove(before);
    past.add(after);
  }

  /** One that had ended is in force again. */
  void reinstated(GrantState state) {
    past.remove(state);
    inForce.add(state);
  }

  /** There is more or less left of it. */
  void changed(GrantState state) {
    if (state.remaining.isZero() || state.isEnded()) {
      ending.remove(state);
    } else if (state.grant.expiresAt() != null) {
      ending.add(state);
    }
  }

  /** When the next grant with something left ends; null if none does. */
  @Nullable Instant nextExpiry() {
    return ending.isEmpty() ? null : ending.first().grant.expiresAt();
  }

  /**
   * Up to {@code limit} grants.
   *
   * @param after the grant to start after; null for the beginning
   * @param state which state it had then, and so in which list it was
   */
  WalletReply page(@Nullable GrantState after, String state, int limit) {
    List<GrantView> page = new ArrayList<>();
    boolean started = after == null;
    TreeSet<GrantState> from =
        state.equals(ACTIVE) ? inForce : state.equals(SCHEDULED) ? toCome : past;
    for (TreeSet<GrantState> each : List.of(inForce, toCome, past)) {
      boolean here = after != null && !started && each == from;
      if (started || here) {
        NavigableSet<GrantState> rest = here ? each.tailSet(after, false) : each;
        started = true;
        for (GrantState next : rest) {
          if (page.size() == limit) {
            return new WalletReply.Grants(List.copyOf(page), true);
          }
          page.add(each == toCome ? scheduled(next.grant) : view(next));
        }
      }
    }
    return new WalletReply.Grants(List.copyOf(page), false);
  }

  private static GrantView scheduled(Grant grant) {
    return new GrantView(grant, grant.amount(), Credits.ZERO, SCHEDULED);
  }

  private static GrantView view(GrantState of) {
    String state = of.isVoided() ? "voided" : of.isEnded() ? "expired" : ACTIVE;
    return new GrantView(of.grant, of.remaining, of.held, state, of.voidedAt);
  }
}
