package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Interval;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Decisions and what became of them, against what was charged; however they are read. */
class DecisionsTest {

  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static final Database DATABASE = Database.open(SETTINGS);
  private static final JournalWriter JOURNAL = new JournalWriter(DATABASE.jdbi());
  private static final OrgWorld WORLD = new OrgWorld("acme", JOURNAL, 23).founded();
  private static ReadSide readSide;
  private static UsageQueries usage;

  @BeforeAll
  static void live() {
    for (int i = 0; i < 4; i++) {
      WORLD.live(150);
      WORLD.overspend();
    }
    WORLD.tellLater();
    JOURNAL.flush();
    start(1_000);
  }

  private static void start(int pageRowsMax) {
    readSide =
        new ReadSide(
            SETTINGS,
            new NoEntities(),
            InstantSource.system(),
            "bursar.projections.page-rows-max = " + pageRowsMax);
    readSide.caughtUp();
    usage = readSide.projections.usage();
  }

  @AfterAll
  static void close() {
    readSide.close();
    DATABASE.close();
  }

  private static BigDecimal charged() {
    BigDecimal sum = BigDecimal.ZERO;
    for (LedgerEntry entry : WORLD.entries) {
      EntryType type = entry.posting().type();
      BigDecimal amount = new BigDecimal(entry.posting().amount().toString());
      if (type == EntryType.CONSUME || type == EntryType.LATE_USAGE) {
        sum = sum.subtract(amount);
      } else if (type == EntryType.DEBT && entry.transaction().corrects() == null) {
        sum = sum.add(amount);
      }
    }
    return sum;
  }

  private static List<Row> ask(List<Dimension> groupBy, Interval interval) {
    return ReadSide.await(
            usage.usage(
                "acme",
                new Question(
                    Instant.EPOCH,
                    Window.ALWAYS.end(),
                    Map.of(),
                    groupBy,
                    interval,
                    ZoneOffset.UTC),
                true))
        .rows();
  }

  private static BigDecimal credits(List<Row> rows) {
    return rows.stream().map(Row::credits).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void usageIsWhatWasChargedHoweverItIsGrouped() {
    List<Row> whole = ask(List.of(), null);
    assertThat(credits(whole)).isEqualByComparingTo(charged()).isPositive();
    for (List<Dimension> groupBy :
        List.of(
            List.of(Dimension.TEAM),
            List.of(Dimension.USER, Dimension.MODEL),
            List.of(Dimension.DEPARTMENT, Dimension.FEATURE, Dimension.WALLET))) {
      List<Row> rows = ask(groupBy, Interval.DAY);
      assertThat(credits(rows)).isEqualByComparingTo(charged());
      assertThat(rows.stream().mapToLong(Row::requests).sum())
          .isEqualTo(whole.stream().mapToLong(Row::requests).sum());
      assertThat(rows.stream().mapToLong(Row::denied).sum())
          .isEqualTo(whole.stream().mapToLong(Row::denied).sum());
    }
  }

  @Test
  void whatHadBeenUsedIsFoundForABudget() {
    Budget budget = UsageWorld.budget(UsageWorld.ofOrg(), Set.of());
    List<OpeningCount> all =
        ReadSide.await(
            usage.usedBefore("acme", budget, Window.ALWAYS, new Place(Long.MAX_VALUE, 0)));
    assertThat(new BigDecimal(all.getFirst().used().toString())).isEqualByComparingTo(charged());
    assertThat(ReadSide.await(usage.usedBefore("acme", budget, Window.ALWAYS, new Place(1, 0))))
        .isEmpty();
    var preview =
        ReadSide.await(usage.preview("acme", budget, Instant.EPOCH, Window.ALWAYS.end())).result();
    assertThat(preview.requests())
        .isEqualTo(ask(List.of(), null).stream().mapToLong(Row::requests).sum());
    assertThat(preview.blocked()).isPositive();
  }

  /** Of credits by sums, less what ended since; of requests by events. */
  @Test
  void whatHadBeenUsedIsTheSumOfItsEvents() {
    String team = name("team");
    String user = name("user_id");
    String model = name("model");
    Scope members = new Scope(Scope.Type.EACH_MEMBER, null, team);
    Scope users = new Scope(Scope.Type.EACH_USER, null, null);
    Scope one = new Scope(Scope.Type.USER, user, null);
    String ofTeam = "team = '%s'".formatted(team);
    String ofUser = "user_id = '%s'".formatted(user);
    String ofModel = "model = '%s'".formatted(model);
    long rows =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "select max(ended_sequence) from usage_event where charged > 0")
                        .mapTo(Long.class)
                        .one());
    for (long row : new long[] {1, rows / 2, rows - 3, Long.MAX_VALUE}) {
      Place before = new Place(row, 1);
      assertUsedBefore(UsageWorld.budget(UsageWorld.ofOrg(), Set.of()), before, "''", "true");
      assertUsedBefore(UsageWorld.budget(UsageWorld.ofOrg(), Set.of(model)), before, "''", ofModel);
      assertUsedBefore(
          UsageWorld.budget(new Scope(Scope.Type.TEAM, team, null), Set.of()),
          before,
          "''",
          ofTeam);
      assertUsedBefore(UsageWorld.budget(one, Set.of()), before, "''", ofUser);
      assertUsedBefore(
          UsageWorld.budget(one, Set.of(model)), before, "''", ofUser + " and " + ofModel);
      assertUsedBefore(
          UsageWorld.budget(users, Set.of()), before, "user_id", "user_id is not null");
      assertUsedBefore(
          UsageWorld.budget(members, Set.of()),
          before,
          "user_id",
          "user_id is not null and " + ofTeam);
    }
    // From sums: where they are other ones, so is it.
    Budget all = UsageWorld.budget(UsageWorld.ofOrg(), Set.of());
    List<OpeningCount> right = usedBefore(all, new Place(rows / 2, 1));
    sums("credits + 1");
    assertThat(usedBefore(all, new Place(rows / 2, 1))).isNotEqualTo(right);
    sums("credits - 1");
    assertThat(usedBefore(all, new Place(rows / 2, 1))).isEqualTo(right);
  }

  private static void sums(String changed) {
    DATABASE
        .jdbi()
        .useHandle(handle -> handle.execute("update usage_day set credits = " + changed));
  }

  private static String name(String column) {
    return DATABASE
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "select %1$s from usage_event where charged > 0 and %1$s is not null group by 1 order by count(*) desc limit 1"
                            .formatted(column))
                    .mapTo(String.class)
                    .one());
  }

  private static List<OpeningCount> usedBefore(Budget budget, Place before) {
    return ReadSide.await(usage.usedBefore("acme", budget, Window.ALWAYS, before));
  }

  private static void assertUsedBefore(
      Budget budget, Place before, String member, String condition) {
    Map<String, Long> naive =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "select %s, sum(charged)::bigint from usage_event where allowed and credit_type = :type and %s and (ended_sequence, ended_index) < (:sequence, :index) group by 1 having sum(charged) > 0"
                                .formatted(member, condition))
                        .bind("type", OrgWorld.TYPE)
                        .bind("sequence", before.sequence())
                        .bind("index", before.index())
                        .map((rs, context) -> Map.entry(rs.getString(1), rs.getLong(2)))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    Map<String, Long> found =
        usedBefore(budget, before).stream()
            .collect(Collectors.toMap(OpeningCount::member, count -> count.used().micros()));
    assertThat(found).isEqualTo(naive);
    assertThat(found.isEmpty()).isEqualTo(before.sequence() == 1);
  }

  @Test
  void everyChangeIsOnRecordWithWhatWasBefore() {
    List<String> actions =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select distinct action from audit_log where actor <> ''")
                        .mapTo(String.class)
                        .list());
    assertThat(actions).contains("put_org", "put_unit", "put_budget");
    long broken =
        DATABASE
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            """
                            select count(*) from (
                              select before, lag(after) over (
                                partition by org, target_type, target
                                order by sequence, index) as last
                              from audit_log) l
                            where before is distinct from last
                            """)
                        .mapTo(Long.class)
                        .one());
    assertThat(broken).isZero();
  }

  @Test
  void itIsTheSameWhereverAPageEnds() {
    UsageDump before = dump();
    assertThat(before.rows().get("usage_event")).isNotEmpty();
    readSide.close();
    DATABASE
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "truncate usage_event, usage_group, usage_hour, usage_hour_meter, usage_user_day, usage_day, usage_day_meter, reported_usage, alert, audit_log, entity_progress,"
                        + " range_position"));
    try (Database all = Database.open(TestServer.asSuperuser(SETTINGS).withPoolSize(1))) {
      all.jdbi()
          .useHandle(
              handle -> {
                handle.execute("alter table ledger_entry disable trigger all");
                handle.execute(
                    "truncate ledger_entry, ledger_day, ledger_turn, ledger_tree, ledger_subtree,"
                        + " wallet_balance, org, due_work");
                handle.execute(
                    "alter table ledger_entry enable always trigger ledger_entry_append_only");
              });
    }
    start(1);
    dump().assertEqualTo(before);
  }

  private static UsageDump dump() {
    return UsageDump.of(DATABASE);
  }
}
