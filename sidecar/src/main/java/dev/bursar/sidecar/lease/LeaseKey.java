package dev.bursar.sidecar.lease;

import dev.bursar.domain.identity.Subject;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one lease is for: whoever and whatever fits it is decided from it.
 *
 * @param subject its org and team; its user, product, cost center and agent only where limits count
 *     those by themselves
 * @param feature the feature, where features count by themselves, and null for requests that name
 *     none; elsewhere null, for any
 * @param wallet the wallet that requests name, or null
 * @param creditType the credit type
 */
public record LeaseKey(
    Subject subject, @Nullable String feature, @Nullable String wallet, String creditType) {

  private static final Set<Part> NONE = EnumSet.noneOf(Part.class);

  /** What a request may name, and a lease names only where that counts by itself. */
  enum Part {
    USER,
    PRODUCT,
    COST_CENTER,
    AGENT,
    FEATURE
  }

  /** What a lease has to name, as the server says it; where it does not it is the user. */
  static Set<Part> named(@Nullable String field) {
    return switch (field == null ? "subject" : field) {
      case "subject", "subject.user" -> EnumSet.of(Part.USER);
      case "subject.product" -> EnumSet.of(Part.PRODUCT);
      case "subject.cost_center" -> EnumSet.of(Part.COST_CENTER);
      case "subject.agent" -> EnumSet.of(Part.AGENT);
      case "feature" -> EnumSet.of(Part.FEATURE);
      default -> NONE;
    };
  }

  /** The same for all users, products, cost centers, agents and features. */
  LeaseKey widest() {
    return naming(NONE);
  }

  /** The same, naming these and no others. */
  LeaseKey naming(Set<Part> parts) {
    return new LeaseKey(
        new Subject(
            subject.org(),
            subject.team(),
            parts.contains(Part.USER) ? subject.user() : null,
            parts.contains(Part.PRODUCT) ? subject.product() : null,
            parts.contains(Part.COST_CENTER) ? subject.costCenter() : null,
            parts.contains(Part.AGENT) ? subject.agent() : null),
        parts.contains(Part.FEATURE) ? feature : null,
        wallet,
        creditType);
  }

  /** The same of another feature. */
  LeaseKey of(@Nullable String another) {
    return new LeaseKey(subject, another, wallet, creditType);
  }

  /** The same for somebody else. */
  LeaseKey of(Subject another) {
    return new LeaseKey(another, feature, wallet, creditType);
  }

  /** Whether it is of the same wallet and credit type. */
  boolean isPaidAs(LeaseKey other) {
    return Objects.equals(wallet, other.wallet) && creditType.equals(other.creditType);
  }

  /** Whether it is of the same team, too. */
  boolean isAkinTo(LeaseKey other) {
    return Objects.equals(subject.team(), other.subject.team()) && isPaidAs(other);
  }

  /**
   * By hand, as is the hash: each decision looks two up, and what a record has of its own is slow
   * with one compiler.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LeaseKey it
        && subject.org().equals(it.subject.org())
        && Objects.equals(subject.team(), it.subject.team())
        && Objects.equals(subject.user(), it.subject.user())
        && Objects.equals(subject.product(), it.subject.product())
        && Objects.equals(subject.costCenter(), it.subject.costCenter())
        && Objects.equals(subject.agent(), it.subject.agent())
        && Objects.equals(feature, it.feature)
        && Objects.equals(wallet, it.wallet)
        && creditType.equals(it.creditType);
  }

  @Override
  public int hashCode() {
    int hash = subject.org().hashCode();
    hash = 31 * hash + Objects.hashCode(subject.team());
    hash = 31 * hash + Objects.hashCode(subject.user());
    hash = 31 * hash + Objects.hashCode(subject.product());
    hash = 31 * hash + Objects.hashCode(subject.costCenter());
    hash = 31 * hash + Objects.hashCode(subject.agent());
    hash = 31 * hash + Objects.hashCode(feature);
    hash = 31 * hash + Objects.hashCode(wallet);
    return 31 * hash + creditType.hashCode();
  }

  /** Whether a request names all of these. One without a feature is of none, and known to be. */
  boolean names(Set<Part> parts) {
    for (Part part : parts) {
      if (part != Part.FEATURE && !names(part)) {
        return false;
      }
    }
    return true;
  }

  private boolean names(Part part) {
    String name =
        switch (part) {
          case USER -> subject.user();
          case PRODUCT -> subject.product();
          case COST_CENTER -> subject.costCenter();
          case AGENT -> subject.agent();
          case FEATURE -> feature;
        };
    return name != null;
  }

  /** All that it names. */
  Set<Part> named() {
    Set<Part> named = EnumSet.allOf(Part.class);
    named.removeIf(part -> !names(part));
    return named;
  }
}
