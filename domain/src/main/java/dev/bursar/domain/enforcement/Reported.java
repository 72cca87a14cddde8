package dev.bursar.domain.enforcement;

import dev.bursar.domain.identity.ReservationId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event by which work was reported that had not been reserved. Source and id together name it,
 * once and for all.
 *
 * @param source where it happened, in the reporter's words
 * @param id the reporter's name for it, unique within the source
 * @param happenedAt when the work ran, by the reporter's clock, cut to microseconds
 * @param epoch of what was decided from a lease, which is the source, the epoch that its holder
 *     knows; else null
 */
public record Reported(String source, String id, Instant happenedAt, @Nullable Long epoch) {

  /** An event of any time; what is finer than a microsecond is not kept. */
  public Reported {
    happenedAt = happenedAt.truncatedTo(ChronoUnit.MICROS);
  }

  /** Of work that was decided from no lease. */
  public Reported(String source, String id, Instant happenedAt) {
    this(source, id, happenedAt, null);
  }

  /** The lease that it was decided from, or null. */
  public @Nullable String lease() {
    return epoch == null ? null : source;
  }

  /**
   * Whether it was decided from a lease, which may be one that the server does not know any more:
   * by the clock of its holder, which need not agree with any other.
   */
  public boolean isOfLease() {
    return epoch != null || ReservationId.parse(source) != null;
  }

  /** What stands for source and id: SHA-256 of both, each behind its length in bytes. */
  public byte[] key() {
    return key(source, id);
  }

  /** The key of an event with this source and id. */
  public static byte[] key(String source, String id) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {source, id}) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        sha.update(bytes);
      }
      return sha.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
