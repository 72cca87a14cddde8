package dev.bursar.sidecar.server;

import java.util.concurrent.CompletionException;

/** The server can't be asked. Expected, and therefore cheap. */
public final class ServerAway extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean isUnsent;

  public ServerAway(String detail) {
    this(detail, false);
  }

  /**
   * @param isUnsent whether nothing has reached it, or it has said that it did nothing
   */
  public ServerAway(String detail, boolean isUnsent) {
    super(detail, null, false, false);
    this.isUnsent = isUnsent;
  }

  /** Whether what failed is sure not to have been done. */
  public static boolean isUnsent(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? isUnsent(error.getCause())
        : error instanceof ServerAway away && away.isUnsent;
  }
}
