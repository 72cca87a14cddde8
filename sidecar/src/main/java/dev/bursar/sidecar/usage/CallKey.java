package dev.bursar.sidecar.usage;

import dev.bursar.domain.operation.Operation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What makes repetitions of a call one.
 *
 * @param name what is to be done, and to what, as two words; then its idempotency key
 * @param fingerprint 64 bits of a hash of its content
 */
public record CallKey(String name, long fingerprint) {

  /** When the idempotency key was made, if it is one that tells (a UUIDv7, a ULID); else null. */
  public @Nullable Instant madeAt() {
    int end = end();
    return end < 0 ? null : Operation.ofClient("", name.substring(end + 1), 0).keyMadeAt();
  }

  /** What is to be done, without the key; all of the name, if there is none. */
  public String operation() {
    int end = end();
    return end < 0 ? name : name.substring(0, end);
  }

  /** An operation is two words; a key may have blanks. */
  private int end() {
    int first = name.indexOf(' ');
    return first < 0 ? -1 : name.indexOf(' ', first + 1);
  }
}
