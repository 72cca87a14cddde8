package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is done with one grant of the org's plan or of an add-on. */
public sealed interface PlanGrantStep {

  /** The number of the org's change, above those of all its changes before. */
  long number();

  /** The grant's name; of one that recurs, that of its first interval. */
  String grant();

  /**
   * It is added, or found to have been.
   *
   * @param terms as with {@link WalletCommand.AddGrant}
   * @param first how much the interval gives into which its {@code effectiveAt} falls, above 0
   */
  record Give(long number, Grant terms, Recurrence.@Nullable Terms recurrence, Credits first)
      implements PlanGrantStep {
    @Override
    public String grant() {
      return terms.id();
    }
  }

  /**
   * It, or its series, ends at another time.
   *
   * @param until exclusive; null means never
   */
  record MoveEnd(long number, String grant, @Nullable Instant until) implements PlanGrantStep {}

  /**
   * It is given no more. Of one that recurs, what the interval that runs grants for the rest of its
   * time is taken out, as far as it is there and not held; what is left of it then can be used
   * until the interval's end. Of any other all that is not held is taken out.
   *
   * @param from since when it is not to be given
   */
  record Leave(long number, String grant, Instant from) implements PlanGrantStep {}

  /**
   * All that is not held of it, and of its series, is taken out.
   *
   * @param from since when it is not to be there
   */
  record End(long number, String grant, Instant from) implements PlanGrantStep {}
}
