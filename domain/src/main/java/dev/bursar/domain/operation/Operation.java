package dev.bursar.domain.operation;

import dev.bursar.domain.enforcement.Reported;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What makes a command happen once: its name within the entity that decides it, and a fingerprint
 * of what was asked. The same key with the same fingerprint is a retry; with another, a mistake of
 * the client.
 *
 * @param key names the operation within its entity, for example {@code commit:rsv_…} and, on a line
 *     of its own, the client's key {@code K1}, which can have anything in it but a line's end; each
 *     further line names a step of what the client asks for
 * @param fingerprint 64 bits of a hash of the request's content
 */
public record Operation(String key, long fingerprint) {

  private static final String REPORT = "report\n";
  private static final long MICROS_PER_MILLI = 1_000;

  /** The fingerprint of a report that was rejected; of all others it is 0. */
  private static final long REJECTED = 1;

  /** A reservation's hold, at the team and at the wallet, whoever asks for it. */
  public static Operation holding(String reservation) {
    return new Operation("hold:" + reservation, 0);
  }

  /** What a client asks for under a key of its own. */
  public static Operation ofClient(String kind, String key, long fingerprint) {
    return new Operation(kind + '\n' + key, fingerprint);
  }

  /** The key of a step of what a client asks for under this key. */
  public static String stepOf(String key, String step) {
    return key + '\n' + step;
  }

  /** What a report asks for, whatever else it says: source and id name it. */
  public static Operation ofReport(Reported reported) {
    return new Operation(REPORT + Base64.getUrlEncoder().encodeToString(reported.key()), 0);
  }

  /** The same of a report that came to nothing. */
  public static Operation ofRejected(Reported reported) {
    return new Operation(ofReport(reported).key(), REJECTED);
  }

  /** Whether it is of a report: done before only if it was not rejected. */
  public boolean isReport() {
    return key.startsWith(REPORT);
  }

  /** When the client's key was made, to the millisecond, if it is one that tells; else null. */
  public @Nullable Instant keyMadeAt() {
    long micros = keyMicros();
    return micros == KeyTime.NONE ? null : Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** The same in microseconds since 1970; {@link KeyTime#NONE} if the key does not tell. */
  long keyMicros() {
    int from = key.indexOf('\n') + 1;
    int to = key.indexOf('\n', from);
    long millis = from == 0 ? KeyTime.NONE : KeyTime.millis(key, from, to < 0 ? key.length() : to);
    return millis == KeyTime.NONE ? KeyTime.NONE : millis * MICROS_PER_MILLI;
  }
}
