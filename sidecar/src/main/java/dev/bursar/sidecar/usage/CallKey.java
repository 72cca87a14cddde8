package dev.bursar.sidecar.usage;

import dev.bursar.domain.operation.Operation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What makes repetitions of a call one.
 *
 * @param name what is to be done, and its idempotency key
 * @param fingerprint 64 bits of a hash of its content
 */
public record CallKey(String name, long fingerprint) {

  /** When the idempotency key was made, if it is one that tells (a UUIDv7, a ULID); else null. */
  public @Nullable Instant madeAt() {
    String key = name.substring(name.lastIndexOf(' ') + 1);
    return Operation.ofClient("", key, 0).keyMadeAt();
  }
}
