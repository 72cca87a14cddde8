package dev.bursar.domain.catalog;

import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.credits.Credits;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** What a plan or an add-on says of one feature. */
public sealed interface Entitlement {

  /** Yes or no; of a metered feature, as much as there are credits and budget for. */
  record Access(boolean allowed) implements Entitlement {}

  /** How large something may be, or how many there may be. */
  record Quantity(BigDecimal value) implements Entitlement {}

  /** Which of something it is. */
  record Choice(String value) implements Entitlement {}

  /**
   * So much of a metered feature.
   *
   * @param measure a meter of the feature, a credit type, or {@code requests}
   * @param limit the most that may be used in a window, 0 or more, in the measure's unit
   * @param window how long it counts
   * @param failMode what a sidecar does while nobody can be asked; null means what the plan says
   */
  record Allowance(String measure, Credits limit, WindowKind window, @Nullable FailMode failMode)
      implements Entitlement {}
}
