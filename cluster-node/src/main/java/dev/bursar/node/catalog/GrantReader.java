package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.node.yaml.YamlPart;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the credits that come with plans and add-ons, in the words of any other grant. */
final class GrantReader {

  private static final int PRIORITY_MAX = 100;

  private final Declared declared;

  GrantReader(Declared declared) {
    this.declared = declared;
  }

  /** By name; none if nothing is there. */
  Map<String, PlanGrant> read(@Nullable YamlPart part) {
    return part == null
        ? Map.of()
        : Map.copyOf(Declared.byId(part.items(), this::grant, PlanGrant::id));
  }

  private PlanGrant grant(YamlPart part, Set<String> inUse) {
    YamlPart.Fields grant =
        part.fields(
            Set.of(
                "id", "credit_type", "amount", "recurrence", "rollover", "priority", "applies_to"));
    String creditType = declared.creditType(grant);
    Declared.Only only = declared.only(grant.find("applies_to"));
    return new PlanGrant(
        Declared.id(inUse, grant),
        creditType,
        declared.amount(grant, creditType),
        recurrence(grant, creditType),
        Scalars.whole(grant.find("priority"), 0, PRIORITY_MAX, Grant.PRIORITY_DEFAULT),
        only.features(),
        only.models());
  }

  private Recurrence.@Nullable Terms recurrence(YamlPart.Fields grant, String creditType) {
    YamlPart recurrence = grant.find("recurrence");
    YamlPart rollover = grant.find("rollover");
    if (recurrence == null) {
      if (rollover != null) {
        rollover.fault("needs a recurrence: only what recurs can roll over");
      }
      return null;
    }
    Credits least = Credits.ZERO;
    Credits most = Credits.ZERO;
    if (rollover != null) {
      YamlPart.Fields fields = rollover.fields(Set.of("min", "max"));
      YamlPart min = fields.find("min");
      YamlPart max = fields.find("max");
      least = min == null ? least : declared.credits(min, creditType);
      most = max == null ? least : declared.credits(max, creditType);
      if (most.compareTo(least) < 0) {
        rollover.fault("max is below min, " + least);
      }
    }
    return new Recurrence.Terms(
        recurrence
            .fields(Set.of("interval"))
            .required("interval")
            .map(word -> Scalars.word(word, Recurrence.Interval.values()))
            .orElse(Recurrence.Interval.MONTH),
        null,
        least,
        most);
  }
}
