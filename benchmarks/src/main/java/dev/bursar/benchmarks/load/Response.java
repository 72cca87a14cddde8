package dev.bursar.benchmarks.load;

import java.nio.charset.StandardCharsets;

/** One HTTP response: its status, the few headers that a client of ours reads, and its body. */
public final class Response {

  /** What {@link #retryAfterSeconds()} says when the server named no time. */
  public static final int NO_RETRY_AFTER = -1;

  private final int status;
  private final int retryAfterSeconds;
  private final boolean replayed;
  private final boolean keepAlive;
  private final byte[] body;

  Response(int status, int retryAfterSeconds, boolean replayed, boolean keepAlive, byte[] body) {
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.replayed = replayed;
    this.keepAlive = keepAlive;
    this.body = body;
  }

  public int status() {
    return status;
  }

  /** {@code Retry-After} in seconds, or {@link #NO_RETRY_AFTER}. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }

  /** Whether the server says that it answered this idempotency key before. */
  public boolean replayed() {
    return replayed;
  }

  /** Whether the connection may be used again. */
  boolean keepAlive() {
    return keepAlive;
  }

  /** The bytes as received, not a copy. */
  public byte[] body() {
    return body;
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** What a load loop counts this as; says nothing of the body. */
  public Outcome outcome() {
    if (status >= 200 && status < 300) {
      return Outcome.OK;
    }
    return switch (status) {
      case 429 -> Outcome.OVERLOADED;
      case 503 -> Outcome.UNAVAILABLE;
      default -> status >= 500 ? Outcome.SERVER_ERROR : Outcome.REJECTED;
    };
  }
}
