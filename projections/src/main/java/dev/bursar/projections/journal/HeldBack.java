package dev.bursar.projections.journal;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log which transaction it is that keeps the journal's last rows from being read: one
 * that wrote something, of anybody on the database server, and stays open. Owned by one reader.
 */
final class HeldBack {

  private static final Logger LOG = LoggerFactory.getLogger(HeldBack.class);

  /** A node's own end sooner. */
  static final Duration SAID_AFTER = Duration.ofSeconds(10);

  private static final Duration SAID_AGAIN_AFTER = Duration.ofMinutes(1);

  private static final String HOLDER =
      """
      select format('process %s of %s from %s, application "%s", %s, its transaction begun at %s',
               pid, coalesce(usename, '?'), coalesce(host(client_addr), 'the database server'),
               application_name, coalesce(state, 'state not shown'), xact_start)
      from pg_stat_activity where backend_xid = cast(:xid as xid)
      union all
      select format('the prepared transaction "%s" of %s, begun at %s', gid, owner, prepared)
      from pg_prepared_xacts where transaction = cast(:xid as xid)
      """;

  private final LongSupplier nanos;
  private long horizon;
  private long since;
  private @Nullable Long said;

  /**
   * @param nanos a clock that only goes forward, in nanoseconds
   */
  HeldBack(LongSupplier nanos) {
    this.nanos = nanos;
    this.since = nanos.getAsLong();
  }

  /** Looks at how far the journal can be read; what it said, or null. */
  @Nullable String look(Handle handle, JournalTable.Reach reach) {
    long now = nanos.getAsLong();
    if (reach.isAll() || reach.horizon() != horizon) {
      horizon = reach.horizon();
      since = now;
      said = null;
      return null;
    }
    if (now - since < SAID_AFTER.toNanos()
        || (said != null && now - said < SAID_AGAIN_AFTER.toNanos())) {
      return null;
    }
    said = now;
    String holder =
        handle
            .createQuery(HOLDER)
            .bind("xid", Long.toString(horizon & 0xffff_ffffL))
            .mapTo(String.class)
            .findFirst()
            .orElse("transaction " + horizon);
    LOG.warn(
        "An open transaction keeps read models from what was committed after it began: {}", holder);
    return holder;
  }
}
