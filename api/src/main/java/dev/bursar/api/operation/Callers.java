package dev.bursar.api.operation;

import dev.bursar.api.json.Json;
import dev.bursar.domain.enforcement.Caller;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells calls apart, and retries from new calls. */
public final class Callers {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KEY_BYTES = 16;
  private static final int SALT_BYTES = 16;

  private Callers() {}

  /**
   * This call. One without a key gets a key of its own.
   *
   * @param actor the id of the access key
   * @param idempotencyKey the client's key, or null
   * @param body what it asks
   */
  public static Caller caller(String actor, @Nullable String idempotencyKey, Json.Fields body) {
    String key =
        idempotencyKey != null
            ? idempotencyKey
            : Base64.getUrlEncoder().withoutPadding().encodeToString(random(KEY_BYTES));
    return new Caller(actor, idempotencyKey, key, Fingerprint.of(body));
  }

  /** The same of a call with a body that is no JSON object. */
  public static Caller caller(String actor, @Nullable String idempotencyKey, byte[] body) {
    return caller(
        actor,
        idempotencyKey,
        new Json.Fields(Map.of("body", new Json.Text(Base64.getEncoder().encodeToString(body)))));
  }

  /** The salt of an attribution. */
  public static byte[] salt() {
    return random(SALT_BYTES);
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
