package dev.bursar.api.access;

import dev.bursar.domain.access.Role;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What a route asks of the key that calls it. */
public enum Access {
  /** No key at all. */
  PUBLIC,
  /** Running the service: orgs, what goes into wallets, keys of no org, the test clock. */
  OPERATE(Role.OPERATOR),
  /** Deciding and settling reservations. */
  ENFORCE(Role.OPERATOR, Role.SERVICE, Role.ORG_ADMIN),
  /** Telling of usage that has run already. */
  REPORT(Role.OPERATOR, Role.SERVICE),
  /** Reading what enforcement itself needs to know: reservations and balances. */
  READ_ENFORCEMENT(Role.values()),
  /** Changing an org's own affairs. */
  ADMINISTER(Role.OPERATOR, Role.ORG_ADMIN),
  /** Reading an org's own affairs. */
  READ(Role.OPERATOR, Role.ORG_ADMIN, Role.ORG_FINANCE, Role.ORG_VIEWER),
  /** Taking an org's books along. */
  EXPORT(Role.OPERATOR, Role.ORG_ADMIN, Role.ORG_FINANCE),
  /** Reading who holds keys. */
  READ_KEYS(Role.OPERATOR, Role.ORG_ADMIN, Role.ORG_FINANCE);

  @SuppressWarnings("ImmutableEnumChecker") // filled by the constructor alone
  private final Set<Role> roles = EnumSet.noneOf(Role.class);

  Access(Role... roles) {
    this.roles.addAll(Arrays.asList(roles));
  }

  /** Whether a key of this role will do. */
  public boolean allows(Role role) {
    return roles.contains(role);
  }
}
