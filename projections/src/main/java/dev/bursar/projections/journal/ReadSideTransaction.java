package dev.bursar.projections.journal;

import org.jdbi.v3.core.Handle;

/**
 * A transaction that writes read tables and never the journal. It is called so while it is open:
 * whoever waits until all rows of the journal before some point are there need not wait for it.
 */
public final class ReadSideTransaction {

  /** What it is called, as {@code application_name}. */
  static final String APPLICATION = "bursar-read-side";

  private ReadSideTransaction() {}

  /** Begins one, before anything is written. */
  public static void begin(Handle handle) {
    handle.begin();
    handle.execute("set local application_name = '" + APPLICATION + "'");
  }
}
