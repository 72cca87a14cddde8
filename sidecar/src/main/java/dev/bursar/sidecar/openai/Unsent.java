package dev.bursar.sidecar.openai;

import javax.net.ssl.SSLHandshakeException;
import org.apache.pekko.stream.BufferOverflowException;
import org.apache.pekko.stream.StreamTcpException;
import org.jspecify.annotations.Nullable;

/** Requests that were never sent: whoever was to be asked has done nothing for them. */
public final class Unsent {

  private Unsent() {}

  /**
   * Whether something failed before anything was sent, since there was no connection, or too many
   * waited for one.
   */
  public static boolean is(@Nullable Throwable cause) {
    return (cause instanceof StreamTcpException && isNoConnection(cause))
        || cause instanceof BufferOverflowException
        || cause instanceof SSLHandshakeException;
  }

  /** One that was there, and broke, is told of by the same class. */
  private static boolean isNoConnection(Throwable cause) {
    return String.valueOf(cause.getMessage()).startsWith("Tcp command");
  }
}
