package dev.bursar.api.wallet;

import dev.bursar.api.json.Body;
import dev.bursar.api.json.Words;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What requests about grants carry. */
final class GrantBodies {

  /** What the names of grants begin with that campaigns give. */
  static final String OF_CAMPAIGN = "campaign:";

  static final Set<String> POST =
      Set.of(
          "id",
          "credit_type",
          "amount",
          "campaign",
          "category",
          "code",
          "priority",
          "effective_at",
          "expires_at",
          "applies_to",
          "cost_basis",
          "currency",
          "pack",
          "recurrence",
          "rollover",
          "source",
          "metadata");

  private static final Set<String> APPLIES_TO = Set.of("features", "models");
  private static final Set<String> COST_BASIS = Set.of("amount", "currency");
  private static final Words<Grant.Category> CATEGORIES =
      Words.of(Grant.Category.PAID, Grant.Category.PROMOTIONAL, Grant.Category.PLAN);
  private static final Set<String> RECURRENCE = Set.of("interval", "anchor");
  private static final Set<String> ROLLOVER = Set.of("min", "max");
  private static final Words<Recurrence.Interval> INTERVALS =
      Words.of(Recurrence.Interval.values());
  private static final int PRIORITY_MAX = 100;
  private static final int ITEMS_MAX = 100;

  /** A grant is found by each of its features with each of its models. */
  private static final int PAIRS_MAX = 1_000;

  private static final int SOURCE_CHARS_MAX = 200;

  /** Stands for a time that the wallet sets: by another node's clock it might be yet to come. */
  private static final Instant BY_THE_WALLET = Instant.EPOCH;

  private GrantBodies() {}

  /** The name that the client has given it, or null; none that another's grant is to have. */
  static @Nullable String id(Body body) {
    return free("id", body.name("id"));
  }

  /** A name for a grant that somebody adds by hand. */
  static @Nullable String free(String field, @Nullable String name) {
    if (name != null && name.startsWith(OF_CAMPAIGN)) {
      throw Problem.invalid(
              field, "begins with %s, as only what campaigns give does".formatted(OF_CAMPAIGN))
          .fault();
    }
    if (name != null && name.startsWith(Grant.OF_PLANS)) {
      throw Problem.invalid(
              field,
              "begins with %s, as only what plans and add-ons grant does".formatted(Grant.OF_PLANS))
          .fault();
    }
    return name;
  }

  /**
   * A grant.
   *
   * @param id the name of one that the client did not name
   * @param source what caused one whose cause the client did not tell
   */
  static Grant grant(Body body, String id, String source) {
    if (body.has("currency")) {
      throw Problem.invalid("currency", "goes with a pack; cost_basis says it otherwise").fault();
    }
    String asked = id(body);
    Instant from = body.time("effective_at");
    // Whether it ends too soon is the wallet's to say, which knows first whether it was added
    // before.
    Instant effectiveAt = from == null ? BY_THE_WALLET : from;
    Instant expiresAt = body.time("expires_at");
    String cause = body.text("source", SOURCE_CHARS_MAX);
    Body appliesTo = body.object("applies_to", APPLIES_TO);
    return new Grant(
        asked == null ? id : asked,
        body.requiredName("credit_type"),
        body.requiredPositiveAmount("amount"),
        body.requiredWord("category", CATEGORIES),
        (int) body.integer("priority", 0, PRIORITY_MAX, Grant.PRIORITY_DEFAULT),
        effectiveAt,
        expiresAt,
        names(appliesTo, "features"),
        names(appliesTo, "models"),
        costBasis(body.object("cost_basis", COST_BASIS)),
        null,
        cause == null ? source : cause,
        BY_THE_WALLET);
  }

  /** Whether the grant names no start: it can be used at once, by the wallet's clock. */
  static boolean atOnce(Body body) {
    return body.time("effective_at") == null;
  }

  /** What is wrong with a grant whose fields are all as they should be by themselves, or null. */
  static @Nullable Problem fault(Grant grant) {
    int features = grant.features().size();
    int models = grant.models().size();
    if (features * models > PAIRS_MAX) {
      return Problem.invalid(
          "applies_to",
          "names %d features and %d models; up to %d pairs of the two are accepted, several grants can have more"
              .formatted(features, models, PAIRS_MAX));
    }
    Money cost = grant.costBasis();
    return cost == null || cost.isPayable()
        ? null
        : Problem.invalid(
            "cost_basis.currency",
            "is %s, which is no currency of ISO 4217 that anything is paid in"
                .formatted(cost.currency()));
  }

  /** How the grant recurs; null if it does not. */
  static Recurrence.@Nullable Terms recurrence(Body body) {
    Body recurrence = body.object("recurrence", RECURRENCE);
    Body rollover = body.object("rollover", ROLLOVER);
    if (recurrence == null) {
      if (rollover != null) {
        throw Problem.invalid("rollover", "needs a recurrence: only what recurs can roll over")
            .fault();
      }
      return null;
    }
    Credits min = rollover == null ? null : rollover.amount("min");
    Credits max = rollover == null ? null : rollover.amount("max");
    Credits least = min == null ? Credits.ZERO : min;
    Credits most = max == null ? least : max;
    if (most.compareTo(least) < 0) {
      throw Problem.invalid("rollover.max", "is below rollover.min, " + least).fault();
    }
    return new Recurrence.Terms(
        recurrence.requiredWord("interval", INTERVALS), recurrence.time("anchor"), least, most);
  }

  private static Set<String> names(@Nullable Body appliesTo, String name) {
    return appliesTo == null ? Set.of() : new LinkedHashSet<>(appliesTo.names(name, ITEMS_MAX));
  }

  private static @Nullable Money costBasis(@Nullable Body body) {
    if (body == null) {
      return null;
    }
    Credits amount = body.amount("amount");
    if (amount == null) {
      throw body.missing("amount");
    }
    String currency = body.requiredText("currency", 3);
    if (!currency.matches("[A-Z]{3}")) {
      throw Problem.invalid(body.path("currency"), "is no ISO 4217 code such as EUR, in capitals")
          .fault();
    }
    return new Money(amount, currency);
  }
}
