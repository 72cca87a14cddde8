package dev.bursar.domain.identity;

import org.jspecify.annotations.Nullable;

/**
 * Who a request is for. Only the org is always known; the rest are names within that org, each null
 * when the request does not say.
 */
public record Subject(
    String org,
    @Nullable String team,
    @Nullable String user,
    @Nullable String product,
    @Nullable String costCenter,
    @Nullable String agent) {

  /** An org and nothing more. */
  public static Subject ofOrg(String org) {
    return new Subject(org, null, null, null, null, null);
  }
}
