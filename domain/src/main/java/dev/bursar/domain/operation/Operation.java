package dev.bursar.domain.operation;

/**
 * What makes a command happen once: its name within the entity that decides it, and a fingerprint
 * of what was asked. The same key with the same fingerprint is a retry; with another, a mistake of
 * the client.
 *
 * @param key names the operation within its entity, for example {@code commit:rsv_…:K1}
 * @param fingerprint 64 bits of a hash of the request's content
 */
public record Operation(String key, long fingerprint) {

  /** A reservation's hold, at the team and at the wallet, whoever asks for it. */
  public static Operation holding(String reservation) {
    return new Operation("hold:" + reservation, 0);
  }
}
