package dev.bursar.domain.access;

import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The keys to the API. Secrets are stored as SHA-256 only, and shown once. */
public interface AccessKeys {

  /** A new key and its secret. */
  record Created(AccessKey key, String secret) {}

  /** A page of keys, the oldest first. */
  record Page(List<AccessKey> keys, boolean hasMore) {}

  /** The key with this secret, valid or not; null if there is none. */
  CompletionStage<@Nullable AccessKey> find(String secret);

  /**
   * Makes a key. Asked again with the same idempotency key, it gives the same one.
   *
   * @param org the org it is confined to, or null
   */
  CompletionStage<Answer<Created>> create(
      Role role, @Nullable String org, String name, @Nullable Instant expiresAt, Caller caller);

  /**
   * The keys of an org, or those of no org.
   *
   * @param after the id to start after, or null
   */
  CompletionStage<Page> page(@Nullable String org, @Nullable String after, int limit);

  /**
   * Revokes a key; when this is done, no node accepts it.
   *
   * @return whether the org (or none, for null) has such a key
   */
  CompletionStage<Boolean> revoke(@Nullable String org, String id);
}
