package dev.bursar.sidecar.openai;

import java.util.Locale;

/** How an answer came to its end. */
enum Ending {
  /** All of it has come. */
  COMPLETE,
  /** The client went away. */
  DISCONNECTED,
  /** The model's API broke off. */
  CUT_OFF,
  /** It took longer than a call may. */
  TIMED_OUT,
  /** It has used what was set aside for it. */
  STOPPED;

  /** In the metadata of what is charged by estimate: why nobody knows better. */
  String reason() {
    return this == COMPLETE ? "no_usage" : name().toLowerCase(Locale.ROOT);
  }
}
