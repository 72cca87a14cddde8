package dev.bursar.sidecar.lease;

import dev.bursar.domain.identity.Subject;
import org.jspecify.annotations.Nullable;

/**
 * What one lease is for: whoever and whatever fits it is decided from it.
 *
 * @param subject its org and every unit; its user only where limits count users by themselves
 * @param feature the feature, or null for requests that name none
 * @param wallet the wallet that requests name, or null
 * @param creditType the credit type
 */
public record LeaseKey(
    Subject subject, @Nullable String feature, @Nullable String wallet, String creditType) {

  /** The same for all users. */
  LeaseKey ofAnyUser() {
    return ofUser(null);
  }

  /** The same for one user. */
  LeaseKey ofUser(@Nullable String user) {
    return new LeaseKey(
        new Subject(
            subject.org(),
            subject.team(),
            user,
            subject.product(),
            subject.costCenter(),
            subject.agent()),
        feature,
        wallet,
        creditType);
  }
}
