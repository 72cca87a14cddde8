package dev.bursar.projections.usage;

import dev.bursar.projections.journal.JournalRow;
import dev.bursar.projections.usage.PartitionedTable.Partition;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Writes usage for one slice range: single events, their sums, and what was reported, all in one
 * transaction, so that each request counts in the sums once. A request counts when it is decided,
 * and what it cost when it has run; both at the time for which it counts.
 */
public final class UsageWriter {

  private static final String GROUPS = "usage_group";

  /** What it writes; of partitioned tables, the parent. */
  public static final List<String> NAMES =
      List.of(
          "usage_event",
          GROUPS,
          "usage_hour",
          "usage_hour_meter",
          "usage_user_day",
          "usage_day",
          "usage_day_meter",
          "usage_word",
          "reported_usage");

  private static final long MILLIS_PER_HOUR = TimeUnit.HOURS.toMillis(1);
  private static final long HOURS_PER_DAY = 24;

  private final Retention retention;
  private final InstantSource clock;
  private final GroupTable groups;
  private final Words words;
  private String removal = "";

  /**
   * @param clock the node's time
   */
  public UsageWriter(UsageSettings settings, InstantSource clock) {
    this.retention = settings.retention();
    this.clock = clock;
    this.groups = new GroupTable(settings.groupsRememberedMax());
    this.words = new Words(settings.wordsMax(), settings.groupsRememberedMax());
  }

  /** Forgets what it remembers of the tables. */
  public void forget() {
    groups.forget();
    words.forget();
  }

  /** Writes what these rows decide and end. */
  public void project(Handle handle, List<JournalRow> rows) throws SQLException {
    UsagePage page = UsagePage.of(rows);
    if (page.isEmpty()) {
      return;
    }
    Partitions.hold(handle);
    forgetRemoved(handle);
    page.find(new StoredEvents(handle));
    Instant now = clock.instant();
    List<Tracked> fresh = page.fresh().stream().filter(row -> isWritten(row, now)).toList();
    List<Tracked> all = new ArrayList<>(page.fresh());
    all.addAll(page.changed());
    Partitions.ensure(handle, needed(fresh, all, now));
    words.name(
        handle,
        all.stream()
            .filter(row -> retention.keeps(PartitionedTable.USAGE_WORD, row.countedAt, now))
            .toList());
    TreeMap<Slot, Usage> hours = sums(handle, all, PartitionedTable.USAGE_HOUR, now);
    TreeMap<Slot, Usage> days = sums(handle, all, PartitionedTable.USAGE_DAY, now);
    TreeMap<UserDays.Key, Usage> ofUsers = ofUsers(all, now);
    EventTable.insert(handle, fresh);
    EventTable.update(handle, page.changed());
    Rollup.HOUR.add(handle, hours);
    Rollup.DAY.add(handle, days);
    UserDays.add(handle, ofUsers);
    ReportedTable.insert(handle, all);
  }

  private void forgetRemoved(Handle handle) {
    String last = UnusedGroups.mark(handle);
    if (!last.equals(removal)) {
      groups.forget();
      removal = last;
    }
  }

  /**
   * Whether an event gets a row. One that has passed since it was put on record does if what
   * becomes of it is still to be counted or noted: it is found again by its row, which goes with
   * the next partitions that do.
   */
  private boolean isWritten(Tracked row, Instant now) {
    EventState.End end = row.state.end();
    Instant recorded = row.fresh == null ? now : row.fresh.recordedAt();
    return retention.keeps(PartitionedTable.USAGE_EVENT, row.countedAt, now)
        || ((end == null || !end.isFinal())
            && retention.keeps(PartitionedTable.USAGE_EVENT, row.countedAt, recorded)
            && (row.report != null
                || retention.keeps(PartitionedTable.USAGE_HOUR, row.countedAt, now)
                || retention.keeps(PartitionedTable.USAGE_DAY, row.countedAt, now)));
  }

  /**
   * Drops what has passed, of tables made anew that nobody else uses yet.
   *
   * @param handle its {@code search_path} says where they are
   * @param live its {@code search_path} says where those are that they are made like
   * @param latest by when what is gone from there has to have passed
   */
  public void dropPassed(Handle handle, Handle live, Instant latest) {
    Instant now = clock.instant();
    for (PartitionedTable table : PartitionedTable.values()) {
      LocalDate there = first(live, table).orElse(LocalDate.MIN);
      for (Partition each : Partitions.existing(handle, table)) {
        if (retention.hasPassed(each, now)
            || (each.start().isBefore(there) && retention.hasPassed(each, latest))) {
          handle.execute("drop table " + each.name());
        }
      }
    }
  }

  private static Optional<LocalDate> first(Handle handle, PartitionedTable table) {
    return Partitions.existing(handle, table).stream()
        .map(Partition::start)
        .min(LocalDate::compareTo);
  }

  /**
   * Of which rows these tables and ones made anew have to be the same: those of a time that has not
   * passed, and is kept here.
   *
   * @param handle its {@code search_path} says where these are
   * @return by table, a condition on its rows {@code t}; none of tables of which all rows have to
   */
  public Map<String, String> comparable(Handle handle) {
    Map<String, String> conditions = new TreeMap<>();
    Instant now = clock.instant();
    for (PartitionedTable table : PartitionedTable.values()) {
      LocalDate kept = retention.keptSince(table, now);
      LocalDate there = first(handle, table).orElse(kept);
      conditions.put(
          table.table(),
          "t.%s >= %s".formatted(table.key(), table.bound(there.isAfter(kept) ? there : kept)));
    }
    // Of the others nobody may have counted any more, and they may be removed.
    conditions.put(
        GROUPS,
        Stream.of(PartitionedTable.USAGE_HOUR, PartitionedTable.USAGE_DAY)
            .map(PartitionedTable::table)
            .map(
                table ->
                    "exists (select 1 from %s t where t.group_id = g.id and %s)"
                        .formatted(table, conditions.get(table)))
            .collect(
                Collectors.joining(" or ", "t.id in (select g.id from usage_group g where ", ")")));
    return conditions;
  }

  private TreeMap<Slot, Usage> sums(
      Handle handle, List<Tracked> rows, PartitionedTable table, Instant now) {
    TreeMap<Slot, Usage> sums = new TreeMap<>();
    List<Tracked> kept =
        rows.stream().filter(row -> retention.keeps(table, row.countedAt, now)).toList();
    Map<Group, UUID> ids =
        groups.ids(handle, kept.stream().map(row -> row.summedAs).distinct().toList());
    for (Tracked row : kept) {
      long hour = Math.floorDiv(row.countedAt.toEpochMilli(), MILLIS_PER_HOUR);
      long at = table == PartitionedTable.USAGE_HOUR ? hour : Math.floorDiv(hour, HOURS_PER_DAY);
      UUID group = Objects.requireNonNull(ids.get(row.summedAs));
      sums.merge(new Slot(row.org, at, group), row.change(), Usage::plus);
    }
    return sums;
  }

  private TreeMap<UserDays.Key, Usage> ofUsers(List<Tracked> rows, Instant now) {
    TreeMap<UserDays.Key, Usage> sums = new TreeMap<>();
    Map<Group, UUID> ids = new HashMap<>();
    for (Tracked row : rows) {
      if (retention.keeps(PartitionedTable.USAGE_USER_DAY, row.countedAt, now)) {
        Group of = row.group.ofUsers();
        sums.merge(
            new UserDays.Key(
                row.org,
                Math.floorDiv(row.countedAt.toEpochMilli(), MILLIS_PER_HOUR * HOURS_PER_DAY),
                UserDays.user(row.user),
                ids.computeIfAbsent(of, Group::id),
                of),
            row.change(),
            Usage::plus);
      }
    }
    return sums;
  }

  private TreeSet<Partition> needed(List<Tracked> fresh, List<Tracked> all, Instant now) {
    TreeSet<Partition> needed = new TreeSet<>();
    fresh.forEach(row -> needed.add(PartitionedTable.USAGE_EVENT.at(row.countedAt)));
    for (Tracked row : all) {
      if (retention.keeps(PartitionedTable.USAGE_HOUR, row.countedAt, now)) {
        PartitionedTable.HOURS.forEach(table -> needed.add(table.at(row.countedAt)));
      }
      if (retention.keeps(PartitionedTable.USAGE_USER_DAY, row.countedAt, now)) {
        needed.add(PartitionedTable.USAGE_USER_DAY.at(row.countedAt));
      }
      if (retention.keeps(PartitionedTable.USAGE_DAY, row.countedAt, now)) {
        PartitionedTable.DAYS.forEach(table -> needed.add(table.at(row.countedAt)));
      }
    }
    return needed;
  }
}
