package dev.bursar.domain.usage;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work that a sidecar has let run: it knows the names of no units. What its org has no unit or
 * wallet of is left out, and kept in the metadata: to refuse it would lose what was used.
 */
final class LetThrough {

  private static final Map<String, Function<ReserveRequest, @Nullable String>> PARTS =
      Map.of(
          "subject.team", work -> work.subject().team(),
          "subject.product", work -> work.subject().product(),
          "subject.cost_center", work -> work.subject().costCenter(),
          "subject.agent", work -> work.subject().agent(),
          "wallet", ReserveRequest::wallet);

  private LetThrough() {}

  /**
   * The same without what is not known; null if it is refused for anything else.
   *
   * @param unchecked whether it was decided from no lease
   */
  static @Nullable ReserveRequest without(
      ReserveRequest work, boolean unchecked, UsageReports.Rejected refused) {
    String field = refused.field();
    var part = field == null ? null : PARTS.get(field);
    String name = part == null ? null : part.apply(work);
    if (field == null || name == null || !refused.code().startsWith("unknown_")) {
      return null;
    }
    // A lease is of a wallet that there is.
    if (field.equals("wallet") && !unchecked) {
      return null;
    }
    Subject of = work.subject();
    String word = field.substring(field.indexOf('.') + 1);
    return work.by(
            new Subject(
                of.org(),
                word.equals("team") ? null : of.team(),
                of.user(),
                word.equals("product") ? null : of.product(),
                word.equals("cost_center") ? null : of.costCenter(),
                word.equals("agent") ? null : of.agent()),
            word.equals("wallet") ? null : work.wallet())
        .remarked(Map.of("unknown_" + word, name));
  }
}
