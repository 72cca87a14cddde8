package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import org.jdbi.v3.core.Handle;

/**
 * The key that signs, and the one before, if it was changed. Two keys that both sign a ledger make
 * two histories of it that nobody compares; so a key goes on only after itself, or after the one
 * that it replaces.
 *
 * @param key signs the heads
 * @param replaced the verifier key of the one before; empty if there was none
 */
public record SigningKeys(SigningKey key, String replaced) {

  /**
   * Sees to it that the last head was signed with one of the two.
   *
   * @throws Contradiction if it was signed with another
   */
  void demandMayFollow(Handle handle, String org) {
    Heads.lastVerifier(handle, org)
        .filter(last -> !last.equals(key.verifier()) && !last.equals(replaced))
        .ifPresent(
            last -> {
              throw new Contradiction(
                  ("the newest head of the ledger of %s was signed with the key %s, and this node has"
                          + " %s: give it that key, or name it as replaced-signing-key")
                      .formatted(org, last, key.verifier()));
            });
  }
}
