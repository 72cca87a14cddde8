package dev.bursar.sidecar.http;

import dev.bursar.api.http.PassedOn;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.operation.Answer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The one key that a sidecar knows: its own. Whoever has it is answered here; requests with any
 * other go to the server, which knows what they may do.
 */
final class OwnKey implements AccessKeys {

  private final byte[] secret;
  private final AccessKey key =
      new AccessKey("sidecar", Role.SERVICE, null, "sidecar", Instant.EPOCH, null, null);

  OwnKey(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  boolean is(String other) {
    return MessageDigest.isEqual(secret, other.getBytes(StandardCharsets.UTF_8));
  }

  /** What tells it from other keys, and tells nothing of it: 64 bits of SHA-256, in hex. */
  String fingerprint() {
    return HexFormat.of().formatHex(CanonicalEntry.sha256(secret), 0, Long.BYTES);
  }

  @Override
  public CompletionStage<@Nullable AccessKey> find(String other) {
    return is(other)
        ? CompletableFuture.completedFuture(key)
        : CompletableFuture.failedFuture(new PassedOn());
  }

  @Override
  public CompletionStage<Answer<Created>> create(
      Role role, @Nullable String org, String name, @Nullable Instant expiresAt, Caller caller) {
    throw new PassedOn();
  }

  @Override
  public CompletionStage<Page> page(@Nullable String org, @Nullable String after, int limit) {
    throw new PassedOn();
  }

  @Override
  public CompletionStage<Boolean> revoke(@Nullable String org, String id) {
    throw new PassedOn();
  }
}
