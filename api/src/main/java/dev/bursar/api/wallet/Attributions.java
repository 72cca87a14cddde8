package dev.bursar.api.wallet;

import dev.bursar.api.operation.Callers;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

/** Who is told to have caused entries that no reservation did. */
final class Attributions {

  private static final int ID_BYTES = 12;

  private Attributions() {}

  static Attribution of(String org, String trigger, Caller caller, Map<String, String> metadata) {
    return new Attribution(
        trigger,
        caller.actor(),
        Subject.ofOrg(org),
        null,
        null,
        null,
        caller.idempotencyKey(),
        metadata,
        Callers.salt());
  }

  /** The name of what the client did not name: a retry names the same one. */
  static String idFrom(String prefix, Caller caller) {
    byte[] hash = CanonicalEntry.sha256(caller.key().getBytes(StandardCharsets.UTF_8));
    return prefix + HexFormat.of().formatHex(hash, 0, ID_BYTES);
  }
}
