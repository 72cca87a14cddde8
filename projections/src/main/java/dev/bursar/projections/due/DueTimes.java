package dev.bursar.projections.due;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bursar.projections.journal.JournalRow;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Writes the table {@code due_work} for one slice range: keeps {@code due_at} at or before the time
 * at which each wallet, and each org, next has something to do. What is known to stand in the table
 * is remembered, so that nothing is written while it is early enough; what may be due by now counts
 * as unknown, since whoever wakes them may have moved it onwards.
 */
public final class DueTimes {

  private static final String UPSERT =
      """
      insert into due_work as d (persistence_id, due_at)
      select id, timestamptz 'epoch' + at_micros * interval '1 microsecond'
      from unnest(cast(:ids as text[]), :ats) as n (id, at_micros)
      on conflict (persistence_id) do update set
        due_at = least(d.due_at, excluded.due_at), version = d.version + 1
      returning persistence_id, due_at
      """;

  private final InstantSource clock;
  private final Duration clockSkewMax;
  private final Cache<String, Instant> remembered;

  /**
   * @param clockSkewMax by how much the clock of whoever wakes them may be ahead
   * @param rememberedMax how many wallets and orgs are remembered
   */
  public DueTimes(InstantSource clock, Duration clockSkewMax, long rememberedMax) {
    this.clock = clock;
    this.clockSkewMax = clockSkewMax;
    this.remembered =
        Caffeine.newBuilder().maximumSize(rememberedMax).executor(Runnable::run).build();
  }

  /** One that remembers nothing, for a transaction that is rolled back. */
  public DueTimes another() {
    return new DueTimes(clock, clockSkewMax, 0);
  }

  /** Forgets what is remembered: a transaction may have failed. */
  public void forget() {
    remembered.invalidateAll();
  }

  /** Writes what these rows bring forward. */
  public void project(Handle handle, List<JournalRow> rows) {
    // The last row of an entity says it for all before. Sorted, so that nobody deadlocks.
    Map<String, Instant> next = new TreeMap<>();
    for (JournalRow row : rows) {
      switch (row) {
        case JournalRow.OfWallet wallet -> note(row, wallet.batch().nextDue(), next);
        case JournalRow.OfOrg org -> note(row, org.batch().nextDue(), next);
        case JournalRow.OfTeam team -> {}
      }
    }
    Instant trusted = clock.instant().plus(clockSkewMax);
    next.entrySet().removeIf(each -> isKnown(each.getKey(), each.getValue(), trusted));
    if (next.isEmpty()) {
      return;
    }
    try (Update upsert = handle.createUpdate(UPSERT)) {
      upsert
          .bindArray("ids", String.class, List.copyOf(next.keySet()))
          .bindArray(
              "ats",
              Long.class,
              next.values().stream()
                  .map(at -> ChronoUnit.MICROS.between(Instant.EPOCH, at))
                  .toList())
          .executeAndReturnGeneratedKeys()
          .map(
              (rs, context) ->
                  Map.entry(rs.getString(1), rs.getObject(2, OffsetDateTime.class).toInstant()))
          .forEach(each -> remembered.put(each.getKey(), each.getValue()));
    }
  }

  private static void note(JournalRow row, @Nullable Instant due, Map<String, Instant> next) {
    if (due == null) {
      next.remove(row.entity().toString());
    } else {
      next.put(row.entity().toString(), due);
    }
  }

  private boolean isKnown(String wallet, Instant due, Instant trusted) {
    Instant stored = remembered.getIfPresent(wallet);
    return stored != null && stored.isAfter(trusted) && !stored.isAfter(due);
  }
}
