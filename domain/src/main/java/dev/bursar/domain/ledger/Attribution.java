package dev.bursar.domain.ledger;

import dev.bursar.domain.identity.Subject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who and what an entry is for. It is hashed with a random salt, so that it can be erased without
 * breaking the chain of hashes.
 *
 * @param trigger what caused it: {@code reservation}, {@code grant}, {@code schedule}, …
 * @param actor the id of the key that asked, or {@code bursar} for what falls due by itself
 * @param subject who the work was for
 * @param feature the product feature, or null
 * @param model the model, or null
 * @param session the session, or null
 * @param idempotencyKey the client's key, or null
 * @param metadata the client's own words, as sent
 * @param salt 16 random bytes
 */
public record Attribution(
    String trigger,
    String actor,
    Subject subject,
    @Nullable String feature,
    @Nullable String model,
    @Nullable String session,
    @Nullable String idempotencyKey,
    Map<String, String> metadata,
    byte[] salt) {

  /** The actor of what falls due by itself. */
  public static final String SELF = "bursar";

  /** The same work, ended by another call. */
  public Attribution endedBy(String trigger, String actor, @Nullable String idempotencyKey) {
    return new Attribution(
        trigger, actor, subject, feature, model, session, idempotencyKey, metadata, salt);
  }
}
