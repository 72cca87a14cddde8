package dev.bursar.sidecar.server;

/** The server can't be asked. Expected, and therefore cheap. */
public final class ServerAway extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ServerAway(String detail) {
    super(detail, null, false, false);
  }
}
