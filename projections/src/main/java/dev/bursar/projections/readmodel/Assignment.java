package dev.bursar.projections.readmodel;

import dev.bursar.projections.progress.RangeProgress;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorSignalInterceptor;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;

/**
 * Tells a range's progress whether this node is to project it: for as long as the projection's
 * actor lives, also between its tries. The stream alone ends for a new try as it does for another
 * node.
 */
final class Assignment<T> extends BehaviorSignalInterceptor<T> {

  private final RangeProgress progress;

  Assignment(RangeProgress progress) {
    this.progress = progress;
  }

  @Override
  public Behavior<T> aroundStart(TypedActorContext<T> context, PreStartTarget<T> target) {
    progress.arrived();
    return target.start(context);
  }

  @Override
  public Behavior<T> aroundSignal(
      TypedActorContext<T> context, Signal signal, SignalTarget<T> target) {
    if (signal instanceof PostStop) {
      progress.left();
    }
    return target.apply(context, signal);
  }
}
