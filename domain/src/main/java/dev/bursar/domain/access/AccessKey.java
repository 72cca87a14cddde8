package dev.bursar.domain.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key to the API, without its secret.
 *
 * @param id names the key
 * @param role what its holder may do
 * @param org the org it is confined to; null for keys of no org
 * @param name for people
 * @param createdAt when it was made
 * @param expiresAt from when it is no longer valid; null means never
 * @param revokedAt when it was revoked; null if it was not
 */
public record AccessKey(
    String id,
    Role role,
    @Nullable String org,
    String name,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {

  /** Whether it opens anything at this time. */
  public boolean isValidAt(Instant now) {
    return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }

  /** Whether it may touch this org at all. */
  public boolean covers(String anyOrg) {
    return org == null || org.equals(anyOrg);
  }
}
