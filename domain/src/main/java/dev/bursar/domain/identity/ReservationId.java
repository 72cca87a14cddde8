package dev.bursar.domain.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The name of a reservation. It carries the org and the wallet, so that whoever holds it can be
 * routed to the wallet that decides how the reservation ends. It follows from the idempotency key
 * and the salt of the attempt: a retry of what is on record gets the recorded name, while an
 * attempt that never came on record shares nothing with the next one. Written {@code
 * rsv_acme_main_Hk3…}, with names percent-encoded.
 *
 * @param org the org
 * @param wallet the wallet that holds the credits
 * @param token 24 characters of base64url without underscores
 */
public record ReservationId(String org, String wallet, String token) {

  private static final int TOKEN_BYTES = 18;
  private static final int TEXT_MAX = 2_000;

  /** The reservation of an attempt. */
  public static ReservationId of(String org, String wallet, String operationKey, byte[] salt) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(org.getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(salt);
      byte[] hash = sha.digest(operationKey.getBytes(StandardCharsets.UTF_8));
      byte[] head = java.util.Arrays.copyOf(hash, TOKEN_BYTES);
      String token = Base64.getUrlEncoder().withoutPadding().encodeToString(head).replace('_', '.');
      return new ReservationId(org, wallet, token);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads what {@link #toString} writes; null for any other text. */
  public static @Nullable ReservationId parse(String text) {
    if (text.length() > TEXT_MAX || !text.startsWith("rsv_")) {
      return null;
    }
    String[] parts = text.split("_", -1);
    if (parts.length != 4 || parts[1].isEmpty() || parts[2].isEmpty() || parts[3].isEmpty()) {
      return null;
    }
    try {
      ReservationId id =
          new ReservationId(EntityId.decoded(parts[1]), EntityId.decoded(parts[2]), parts[3]);
      return id.toString().equals(text) ? id : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return "rsv_" + EntityId.encoded(org) + '_' + EntityId.encoded(wallet) + '_' + token;
  }
}
