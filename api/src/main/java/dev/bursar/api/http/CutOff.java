package dev.bursar.api.http;

import java.io.IOException;

/** An answer is cut off by whoever makes it: no fault whose place anybody would look for. */
public final class CutOff extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param why as the log is to have it
   */
  public CutOff(String why) {
    super(why);
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
