package dev.bursar.domain.ledger;

import dev.bursar.domain.identity.Subject;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who and what an entry is for. It is hashed with a random salt, so that nobody who sees the
 * entry's hash alone can confirm a guess.
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

  /** Where there is nothing that could be guessed: of what nobody asked for. */
  private static final byte[] NO_SALT = new byte[16];

  /**
   * Of what falls due by itself, for nobody but the org.
   *
   * @param asked whoever asked for what it follows from, and whose salt it has; null if nobody did
   */
  public static Attribution byItself(
      String trigger, String org, Map<String, String> metadata, @Nullable Attribution asked) {
    return new Attribution(
        trigger,
        SELF,
        Subject.ofOrg(org),
        null,
        null,
        null,
        null,
        metadata,
        asked == null ? NO_SALT : asked.salt());
  }

  /** Equal if all is, the salt's bytes too: it may have been stored and read again. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Attribution that
        && trigger.equals(that.trigger)
        && actor.equals(that.actor)
        && subject.equals(that.subject)
        && Objects.equals(feature, that.feature)
        && Objects.equals(model, that.model)
        && Objects.equals(session, that.session)
        && Objects.equals(idempotencyKey, that.idempotencyKey)
        && metadata.equals(that.metadata)
        && Arrays.equals(salt, that.salt);
  }

  @Override
  public int hashCode() {
    return Objects.hash(trigger, actor, subject, metadata, Arrays.hashCode(salt));
  }

  /** The same work, ended by another call. */
  public Attribution endedBy(String trigger, String actor, @Nullable String idempotencyKey) {
    return new Attribution(
        trigger, actor, subject, feature, model, session, idempotencyKey, metadata, salt);
  }
}
