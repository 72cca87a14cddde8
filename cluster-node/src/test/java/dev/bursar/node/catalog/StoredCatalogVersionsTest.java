package dev.bursar.node.catalog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.bursar.database.Database;
import dev.bursar.domain.catalog.Audience;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CatalogDiff;
import dev.bursar.domain.catalog.CatalogFault;
import dev.bursar.domain.catalog.CatalogVersions.Drafted;
import dev.bursar.domain.catalog.CatalogVersions.Trial;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.catalog.Releases.Status;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Rerating.Totals;
import dev.bursar.node.TestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Versions in a real PostgreSQL, of which several nodes know. */
final class StoredCatalogVersionsTest {

  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  private static final Duration ASKED_EVERY = Duration.ofMillis(50);

  private Duration decidesFor = Duration.ofMinutes(1);
  private Database database;
  private final List<StoredCatalogVersions> nodes = new ArrayList<>();
  private Executor blocking = Runnable::run;
  private Instant now = NOON;

  @BeforeEach
  void start() {
    database = Database.open(TestServer.fresh());
  }

  @AfterEach
  void stop() {
    nodes.forEach(node -> node.current().close());
    database.close();
  }

  /** A catalog in which the model m costs so much. */
  private static String costing(String rate) {
    return """
    credit_types: [{ id: c, name: C }]
    meters: [m]
    rates:
      - { model: m, credit_type: c, meters: { m: %s } }
    """
        .formatted(rate);
  }

  private StoredCatalogVersions node(String document, boolean given) {
    StoredCatalogVersions node =
        StoredCatalogVersions.start(
            database.jdbi(),
            () -> now,
            decidesFor,
            ASKED_EVERY,
            document,
            given,
            "node-" + nodes.size(),
            blocking);
    nodes.add(node);
    return node;
  }

  /** What a unit costs an org on a node; null while the node does not know. */
  private @Nullable String cost(StoredCatalogVersions node, String org) {
    var catalog = node.current().of(org, null, now);
    return catalog == null
        ? null
        : Objects.requireNonNull(catalog.price(null, "m", now)).rates().get("m").toPlainString();
  }

  private static Caller caller(@Nullable String key, long fingerprint) {
    return new Caller("key_1", key, key == null ? "call" : key, fingerprint);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static <T> Answer.Done<T> done(CompletionStage<Answer<T>> stage) {
    Answer<T> answer = await(stage);
    assertThat(answer).isInstanceOf(Answer.Done.class);
    return (Answer.Done<T>) answer;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int draft(StoredCatalogVersions node, String text) {
    return ((Drafted.Kept) done(node.draft(bytes(text), caller(null, 0))).value())
        .version()
        .number();
  }

  private static Made change(StoredCatalogVersions node, ReleaseChange change) {
    return done(node.change(change, caller(null, 0))).value();
  }

  @Test
  void whatANodeIsStartedWithIsTheFirstVersionAndNoOtherByItself() {
    StoredCatalogVersions first = node(costing("1"), false);
    assertThat(cost(first, "acme")).isEqualTo("1");
    assertThat(cost(node(costing("2"), false), "acme"))
        .as("that of the configuration")
        .isEqualTo("1");
    assertThat(cost(node(costing("1"), true), "acme")).isEqualTo("1");

    StoredCatalogVersions chosen = node(costing("3"), true);
    assertThat(cost(chosen, "acme")).isEqualTo("3");
    assertThat(cost(first, "acme")).as("by the time that the other has started").isEqualTo("3");
    assertThat(cost(node(costing("1"), true), "acme"))
        .as("a version already, and another was published since")
        .isEqualTo("3");
    assertThat(await(first.versions(null, 10)).versions()).hasSize(2);
  }

  @Test
  void everyNodeDecidesByWhatIsPublishedWhenThatAnswers() {
    StoredCatalogVersions here = node(costing("1"), false);
    StoredCatalogVersions there = node(costing("1"), false);
    for (int i = 2; i < 12; i++) {
      int version = draft(i % 2 == 0 ? here : there, costing(Integer.toString(i)));
      assertThat(version).isEqualTo(i);
      Made made = change(i % 2 == 0 ? there : here, new ReleaseChange.Publish(version));
      assertThat(List.of(cost(here, "acme"), cost(there, "acme")))
          .containsOnly(Integer.toString(i));
      assertThat(made.before()).isEqualTo(i - 1);
    }
    change(here, new ReleaseChange.RollBack(3));
    assertThat(cost(there, "acme")).isEqualTo("3");
    assertThat(cost(node(costing("1"), false), "acme")).as("of a later start").isEqualTo("3");
  }

  @Test
  void whatIsStagedOrScheduledCountsForWhomItShouldOnEveryNode() {
    StoredCatalogVersions here = node(costing("1"), false);
    StoredCatalogVersions there = node(costing("1"), false);
    int staged = draft(here, costing("2"));
    change(here, new ReleaseChange.Stage(staged, new Audience.Orgs(Set.of("acme", "b,\"c"))));
    assertThat(List.of(cost(there, "acme"), cost(there, "b,\"c"), cost(there, "beta")))
        .containsExactly("2", "2", "1");
    int scheduled = draft(here, costing("3"));
    change(here, new ReleaseChange.Schedule(scheduled, NOON.plusSeconds(60)));
    assertThat(cost(there, "acme")).isEqualTo("2");
    assertThat(await(there.releases()).status(scheduled, now)).isEqualTo(Status.SCHEDULED);
    now = NOON.plusSeconds(60);
    assertThat(List.of(cost(here, "beta"), cost(there, "acme"))).containsOnly("3");
    change(there, new ReleaseChange.Stage(staged, new Audience.Share(99)));
    assertThat(await(here.releases()).staged()).isNotNull();
    assertThat(await(there.log(null, 5)).changes())
        .extracting(made -> made.change().getClass().getSimpleName())
        .containsExactly("Stage", "Publish", "Schedule", "Draft", "Stage");
  }

  @Test
  void whatComesIntoForceByItselfIsOnRecordOnce() {
    StoredCatalogVersions here = node(costing("1"), false);
    node(costing("1"), false);
    int version = draft(here, costing("2"));
    Instant at = NOON.plusSeconds(60);
    Made scheduled = change(here, new ReleaseChange.Schedule(version, at));
    now = at.plusSeconds(1);
    List<Made> log = List.of();
    while (log.isEmpty() || log.getFirst().equals(scheduled)) {
      log = await(here.log(null, 10)).changes();
    }
    assertThat(log.getFirst())
        .isEqualTo(
            new Made(
                scheduled.sequence() + 1,
                at,
                "as scheduled by key_1",
                new ReleaseChange.Publish(version),
                1));
    draft(here, costing("3"));
    assertThat(await(here.log(null, 10)).changes()).hasSize(log.size() + 1);
    assertThat(cost(here, "acme")).isEqualTo("2");
  }

  @Test
  void everyNodeIsToldOfWhatComesIntoForceByItself() {
    Queue<String> told = new ConcurrentLinkedQueue<>();
    StoredCatalogVersions here = node(costing("1"), false);
    StoredCatalogVersions there = node(costing("1"), false);
    Function<String, Runnable> telling =
        name -> () -> told.add(name + cost(here, "acme") + cost(there, "acme"));
    here.whenOneCountsByItself(telling.apply("here "));
    there.whenOneCountsByItself(telling.apply("there "));
    change(here, new ReleaseChange.Publish(draft(here, costing("2"))));
    change(here, new ReleaseChange.Schedule(draft(here, costing("3")), NOON.plusSeconds(60)));
    now = NOON.plusSeconds(60);
    awaitTold(told, 2);
    assertThat(told).containsExactlyInAnyOrder("here 33", "there 33");
    node(costing("4"), true);
    awaitTold(told, 4);
    assertThat(told).containsExactlyInAnyOrder("here 33", "there 33", "here 44", "there 44");
  }

  private static void awaitTold(Queue<String> told, int times) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (told.size() < times && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** It may be anywhere, and decide; so whoever publishes waits until it can't any more. */
  @Test
  void whoeverPublishesWaitsForANodeThatIsSilent() {
    decidesFor = Duration.ofSeconds(1);
    StoredCatalogVersions node = node(costing("1"), false);
    int version = draft(node, costing("2"));
    CurrentCatalog silent =
        new CurrentCatalog(database.jdbi(), "silent", decidesFor, ASKED_EVERY, Runnable::run);
    silent.refresh();
    long refreshed = System.nanoTime();
    CompletableFuture<Answer<Made>> published =
        node.change(new ReleaseChange.Publish(version), caller(null, 0)).toCompletableFuture();
    while (silent.of("acme", null, now) != null) {
      assertThat(published.isDone() && silent.of("acme", null, now) != null).isFalse();
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(done(published).value().change().version()).isEqualTo(version);
    assertThat(System.nanoTime() - refreshed).isGreaterThan(decidesFor.toNanos());
    assertThat(silent.of("acme", null, now)).isNull();
    silent.refresh();
    assertThat(Objects.requireNonNull(silent.of("acme", null, now)).price(null, "m", now))
        .isEqualTo(
            Objects.requireNonNull(node.current().stored(version).catalog()).price(null, "m", now));
    silent.close();
  }

  @Test
  void aNodeThatStopsIsWaitedForByNobody() {
    StoredCatalogVersions node = node(costing("1"), false);
    StoredCatalogVersions other = node(costing("1"), false);
    other.current().close();
    assertThat(cost(other, "acme")).isNull();
    int version = draft(node, costing("2"));
    long asked = System.nanoTime();
    change(node, new ReleaseChange.Publish(version));
    assertThat(System.nanoTime() - asked).isLessThan(decidesFor.toNanos() / 2);
  }

  @Test
  void aCallIsMadeOnceAndAnsweredAgain() {
    StoredCatalogVersions node = node(costing("1"), false);
    Answer.Done<Drafted> drafted = done(node.draft(bytes(costing("2")), caller("k", 1)));
    Answer.Done<Drafted> again = done(node.draft(bytes(costing("2")), caller("k", 1)));
    assertThat(again.replayed()).isTrue();
    assertThat(again.value()).isEqualTo(drafted.value());
    assertThat(await(node.draft(bytes(costing("3")), caller("k", 2))))
        .isEqualTo(new Answer.Refused<>(Refusal.keyReused()));

    ReleaseChange publish = new ReleaseChange.Publish(2);
    Made made = done(node.change(publish, caller("k", 3))).value();
    change(node, new ReleaseChange.RollBack(1));
    Answer.Done<Made> replayed = done(node.change(publish, caller("k", 3)));
    assertThat(replayed).isEqualTo(new Answer.Done<>(made, true));
    assertThat(cost(node, "acme")).as("it is not done again").isEqualTo("1");
    assertThat(await(node.change(new ReleaseChange.Publish(3), caller(null, 0))))
        .isInstanceOf(Answer.Refused.class);
  }

  @Test
  void aKeyIsKeptWithATextThatIsAVersionAlready() {
    StoredCatalogVersions node = node(costing("1"), false);
    Answer.Done<Drafted> known = done(node.draft(bytes(costing("1")), caller("k", 1)));
    assertThat(((Drafted.Kept) known.value()).version().number()).isEqualTo(1);
    assertThat(((Drafted.Kept) known.value()).version().status()).isEqualTo(Status.PUBLISHED);
    assertThat(await(node.draft(bytes(costing("2")), caller("k", 2))))
        .isEqualTo(new Answer.Refused<>(Refusal.keyReused()));
    change(node, new ReleaseChange.Publish(draft(node, costing("2"))));
    assertThat(done(node.draft(bytes(costing("1")), caller("k", 1))))
        .as("as it was answered")
        .isEqualTo(new Answer.Done<>(known.value(), true));
    assertThat(await(node.versions(null, 10)).versions()).hasSize(2);
    assertThat(cost(node, "acme")).isEqualTo("2");
  }

  @Test
  void aFaultyTextBecomesNoVersion() {
    StoredCatalogVersions node = node(costing("1"), false);
    Drafted.Faulty faulty =
        (Drafted.Faulty)
            done(node.draft(bytes(costing("-1") + "surprise: 1\n"), caller("k", 1))).value();
    assertThat(faulty.faults())
        .extracting(fault -> fault.path() + "@" + fault.line())
        .containsExactly("surprise@5", "rates[0].meters.m@4");
    faulty = (Drafted.Faulty) done(node.draft(bytes("a: ["), caller(null, 1))).value();
    assertThat(faulty.faults()).hasSize(1);
    assertThat(faulty.faults().getFirst().line()).isEqualTo(1);
    byte[] latin = (costing("2") + "plans: [{ id: p, name: Caf\u00e9 }]\n").getBytes(ISO_8859_1);
    faulty = (Drafted.Faulty) done(node.draft(latin, caller(null, 1))).value();
    assertThat(faulty.faults())
        .containsExactly(
            new CatalogFault("", 5, "is not UTF-8, as is expected: it has the byte 0xE9"));
    assertThat(await(node.versions(null, 10)).versions()).hasSize(1);
    assertThat(done(node.draft(bytes(costing("2")), caller("k", 1))).replayed())
        .as("a key is not used up by faults")
        .isFalse();
  }

  @Test
  void whatWasSaidAndDoneNeverChanges() {
    StoredCatalogVersions node = node(costing("1"), false);
    assertThat(done(node.version(1)).value().text()).isEqualTo(costing("1"));
    for (String table : List.of("catalog_version", "catalog_change")) {
      assertThatThrownBy(
              () -> database.jdbi().useHandle(handle -> handle.execute("delete from " + table)))
          .hasMessageContaining(table.equals("catalog_version") ? "never change" : "append-only");
    }
  }

  /** So many requests of an org, a second after each other from noon on, each of two units. */
  private void used(String org, int count) {
    database
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate(
                        """
                        insert into usage_event (
                          org, counted_at, sequence, index, recorded_at, reservation, allowed, denials,
                          departments, model, wallet, actor, credit_type, amount, usage, outcome, ended_at,
                          ended_sequence, ended_index, charged, used)
                        select :org, :noon + n * interval '1 second', n, 0, :noon + n * interval '1 second',
                          'r' || n, true, '{}', '{}', 'm', 'main', 'k', 'c', 9000000, '{"m": 9}',
                          case when n % 2 = 0 then 'committed' else 'late' end,
                          :noon + n * interval '1 second', n, 1, 2000000, '{"m": 2}'
                        from generate_series(1, :count) n
                        """)
                    .bind("org", org)
                    .bind("noon", NOON.atOffset(ZoneOffset.UTC))
                    .bind("count", count)
                    .execute());
  }

  @Test
  void usageOfAPeriodIsRatedUnderAVersion() {
    StoredCatalogVersions node = node(costing("1"), false);
    database
        .jdbi()
        .useHandle(
            handle -> {
              handle.execute("create table usage_event_any partition of usage_event default");
              handle.execute(
                  """
                  insert into org (org, name, zone, plan, add_ons, last_sequence, updated_at)
                  values ('a', 'A', 'UTC', null, '{}', 1, now())
                  """);
            });
    used("a", 30_000);
    used("b", 10);
    database
        .jdbi()
        .useHandle(
            handle -> {
              handle.execute(
                  "update usage_event set outcome = null where org = 'b' and sequence = 1");
              handle.execute(
                  "update usage_event set usage = '{}', used = null where org = 'b' and sequence ="
                      + " 2");
              handle.execute("update usage_event set model = 'x' where org = 'b' and sequence = 3");
            });
    int version = draft(node, costing("3"));
    Trial trial = done(node.simulate(version, null, NOON, NOON.plusSeconds(50_000), null)).value();
    assertThat(trial.expected()).isEqualTo(30_009);
    while (await(trial.more())) {
      assertThat(trial.events()).isLessThan(trial.expected());
    }
    assertThat(trial.events()).isEqualTo(trial.expected());
    Totals ofA = trial.orgs().getFirst().totals();
    assertThat(ofA.before()).isEqualTo(Map.of("c", Credits.of(60_000)));
    assertThat(ofA.after()).isEqualTo(Map.of("c", Credits.of(180_000)));
    Totals ofB = trial.orgs().getLast().totals();
    assertThat(ofB.events()).isEqualTo(9);
    assertThat(ofB.before()).isEqualTo(Map.of("c", Credits.of(18)));
    assertThat(ofB.after()).as("an amount stays").isEqualTo(Map.of("c", Credits.of(7 * 6 + 2)));
    assertThat(ofB.denied()).isEqualTo(Map.of(DenialCode.NO_RATE, 1L));

    Trial some =
        done(node.simulate(version, "a", NOON.plusSeconds(11), NOON.plusSeconds(21), null)).value();
    assertThat(await(some.more())).isFalse();
    assertThat(some.events()).isEqualTo(10);
    assertThat(await(node.simulate(9, null, NOON, NOON.plusSeconds(1), null)))
        .isInstanceOf(Answer.Refused.class);
  }

  private void execute(String... statements) {
    database.jdbi().useHandle(handle -> List.of(statements).forEach(handle::execute));
  }

  private Totals rated(StoredCatalogVersions node, int version) {
    Trial trial = done(node.simulate(version, null, NOON, NOON.plusSeconds(60), null)).value();
    assertThat(await(trial.more())).isFalse();
    return trial.orgs().getFirst().totals();
  }

  @Test
  void whatIsStoredTellsHowUsageWasCharged() {
    StoredCatalogVersions node = node(costing("1"), false);
    execute("create table usage_event_any partition of usage_event default");
    used("a", 5);
    execute(
        "update usage_event set used = null, charged = amount, outcome = 'committed'",
        "update usage_event set cost = charged where sequence = 2",
        "update usage_event set charged = 5000000 where sequence = 3",
        "update usage_event set used = '{\"m\": 2}', charged = 1000000, cost = 2000000 where sequence = 4",
        """
        update usage_event set charged = 4000000, source = 's', event_id = 'e', happened_at = counted_at
        where sequence = 5
        """);
    Totals same = rated(node, draft(node, costing("1")));
    assertThat(same.before()).isEqualTo(Map.of("c", Credits.of(9 + 9 + 5 + 1 + 4)));
    assertThat(same.after()).isEqualTo(same.before());
    Totals dearer = rated(node, draft(node, costing("3")));
    assertThat(dearer.after())
        .as("as asked; named; named, of an early row; cut off; reported, and cut off")
        .isEqualTo(Map.of("c", Credits.of(27 + 9 + 5 + 1 + 4)));
    assertThat(rated(node, draft(node, costing("0.1"))).after())
        .isEqualTo(Map.of("c", Credits.of(16)));
  }

  @Test
  void usageIsOfThePlanThatTheOrgHadThen() {
    StoredCatalogVersions node = node(costing("1"), false);
    execute("create table usage_event_any partition of usage_event default");
    used("a", 5);
    execute(
        """
        insert into org (org, name, zone, plan, add_ons, last_sequence, updated_at)
        values ('a', 'A', 'UTC', 'gone', '{}', 4, now())
        """);
    for (String put :
        List.of(
            "select 'a', 0, 0, counted_at, 'k', 'put_org', 'org', 'a', null, '{\"plan\": null}'",
            "select 'a', 4, 0, counted_at, 'k', 'put_org', 'org', 'a', null, '{\"plan\": \"gone\"}'")) {
      execute(
          """
          insert into audit_log (
            org, sequence, index, changed_at, actor, action, target_type, target, before, after)
          %s::jsonb || '{"name": "A", "timezone": "UTC", "add_ons": []}' from usage_event
          where sequence = %s
          """
              .formatted(put, put.contains("null}") ? 1 : 4));
    }
    execute("update usage_event set recorded_at = counted_at");
    assertThat(rated(node, draft(node, costing("1"))).denied())
        .isEqualTo(Map.of(DenialCode.NOT_ENTITLED, 2L));
  }

  @Test
  void aCampaignConcernsTheOrgsThatItNames() {
    StoredCatalogVersions node = node(costing("1") + "plans: [{ id: pro, name: Pro }]\n", false);
    database
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    insert into org (org, name, zone, plan, add_ons, last_sequence, updated_at)
                    select 'o' || i, 'O', 'UTC', case when i < 6 then 'pro' end, '{}', 1, now()
                    from generate_series(1, 9) i
                    """));
    String campaigns =
        """
        campaigns:
          - { id: one, name: One, credit_type: c, amount: 1, audience: { orgs: [o7, nobody] } }
          - { id: two, name: Two, credit_type: c, amount: 1, audience: { orgs: [o1, o7], plans: [pro] } }
        top_up_packs: []
        """;
    int version = draft(node, costing("1") + "plans: [{ id: pro, name: Pro }]\n" + campaigns);
    CatalogDiff diff = done(node.diff(version, null)).value();
    assertThat(diff.changes())
        .extracting(CatalogDiff.Change::id, CatalogDiff.Change::orgs)
        .containsExactly(tuple("one", 1L), tuple("two", 1L));
    assertThat(diff.orgs()).isEqualTo(2);
    assertThat(diff.orgsInAll()).isEqualTo(9);
  }

  @Test
  void aDifferenceSaysForHowManyOrgs() {
    StoredCatalogVersions node = node(costing("1") + "plans: [{ id: pro, name: Pro }]\n", false);
    database
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    insert into org (org, name, zone, plan, add_ons, last_sequence, updated_at)
                    values ('a', 'A', 'UTC', 'pro', '{}', 1, now()), ('b', 'B', 'UTC', null, '{}', 1, now())
                    """));
    int version = draft(node, costing("1") + "plans: [{ id: pro, name: More }]\n");
    CatalogDiff diff = done(node.diff(version, null)).value();
    assertThat(diff.orgs()).isEqualTo(1);
    assertThat(diff.orgsInAll()).isEqualTo(2);
    assertThat(diff.changes())
        .containsExactly(
            new CatalogDiff.Change(
                CatalogDiff.Section.PLANS,
                "pro",
                CatalogDiff.Kind.CHANGED,
                List.of(new CatalogDiff.Field("name", "Pro", "More")),
                1));
    assertThat(await(node.diff(9, null)))
        .isEqualTo(
            new Answer.Refused<>(
                new Refusal(
                    Refusal.Code.VERSION_NOT_FOUND,
                    "version",
                    "there is no version 9; versions 1 to 2 are there")));
    assertThat(await(node.diff(2, 9)))
        .isEqualTo(
            new Answer.Refused<>(
                new Refusal(
                    Refusal.Code.VERSION_NOT_FOUND,
                    "against",
                    "there is no version 9; versions 1 to 2 are there")));
  }

  /** As a node of another program has put it on record, at some time. */
  private void madeByAnotherProgram(String document, @Nullable String action) {
    database
        .jdbi()
        .useHandle(
            handle -> {
              CatalogTables tables = new CatalogTables(handle);
              int version = tables.lastVersion() + 1;
              handle.execute(
                  "insert into catalog_version values (?, now(), 'other', ?, ?)",
                  version,
                  "digest-" + version,
                  document);
              if (action != null) {
                handle.execute(
                    "insert into catalog_change (sequence, made_at, actor, action, version) values (?, now(), 'other', ?, ?)",
                    tables.lastSequence() + 1,
                    action,
                    version);
              }
            });
  }

  @Test
  void whatOrgsHaveChosenIsReadBeforeTheyAsk() {
    StoredCatalogVersions node = node(costing("1"), false);
    int version = draft(node, costing("2"));
    database
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    insert into org (org, name, zone, add_ons, catalog_version, last_sequence, updated_at)
                    values ('a', 'A', 'UTC', '{}', ?, 1, now()), ('b', 'B', 'UTC', '{}', null, 1, now())
                    """,
                    version));
    Queue<Runnable> later = new ConcurrentLinkedQueue<>();
    blocking = later::add;
    StoredCatalogVersions started = node(costing("1"), false);
    later.forEach(Runnable::run);
    assertThat(started.current().of("a", version, now)).isNotNull();
  }

  /** Orgs may choose any version, and leases are made by what counted then. */
  @Test
  void ofWhatOrgsHaveChosenNoMoreIsKeptThanThereIsRoomFor() {
    Queue<Runnable> later = new ConcurrentLinkedQueue<>();
    blocking = later::add;
    StoredCatalogVersions node = node(costing("1"), false);
    String many =
        IntStream.range(0, 25_000)
            .mapToObj(i -> "  - { id: f%d, name: F, type: boolean }%n".formatted(i))
            .collect(Collectors.joining("", "features:\n", ""));
    List<Integer> large = new ArrayList<>();
    for (int i = 2; i < 9; i++) {
      large.add(draft(node, costing(Integer.toString(i)) + many));
      done(node.readable(large.getLast()));
    }

    long kept = large.size();
    while (kept > 4) {
      kept = large.stream().filter(it -> node.current().of("acme", it, now) != null).count();
    }
    assertThat(kept).isPositive();
    int other =
        large.stream()
            .filter(it -> node.current().of("acme", it, now) == null)
            .findFirst()
            .orElseThrow();
    Catalog again = null;
    while (again == null) {
      for (Runnable next = later.poll(); next != null; next = later.poll()) {
        next.run();
      }
      again = node.current().of("acme", other, now);
    }
    assertThat(again.features()).as("read once more when it is asked for").hasSize(25_000);
  }

  private static final String OF_LATER = costing("5") + "discounts: []\n";

  @Test
  void whatThisProgramCannotReadIsNotMadeToCount() {
    StoredCatalogVersions node = node(costing("1"), false);
    madeByAnotherProgram(OF_LATER, null);
    for (ReleaseChange change :
        List.of(
            new ReleaseChange.Publish(2),
            new ReleaseChange.Schedule(2, NOON.plusSeconds(60)),
            new ReleaseChange.Stage(2, new Audience.Share(50)))) {
      assertThat(await(node.change(change, caller(null, 0))))
          .isEqualTo(
              new Answer.Refused<>(
                  new Refusal(
                      Refusal.Code.VERSION_UNREADABLE,
                      "version",
                      "this program takes no catalog as version 2: discounts (line 5): is unknown; known are [add_ons, campaigns, credit_types, features, meters, plans, rates, top_up_packs]")));
    }
    assertThat(await(node.diff(2, null))).isInstanceOf(Answer.Refused.class);
    assertThat(await(node.readable(2))).isInstanceOf(Answer.Refused.class);
    assertThat(cost(node, "acme")).isEqualTo("1");
  }

  @Test
  void whereWhatCountsCannotBeReadNobodyDecidesByAnythingElseAndAnotherCanBePublished() {
    StoredCatalogVersions running = node(costing("1"), false);
    madeByAnotherProgram(OF_LATER, "publish");
    StoredCatalogVersions started = node(costing("1"), false);
    running.current().refresh();
    for (StoredCatalogVersions each : List.of(running, started)) {
      assertThat(cost(each, "acme")).isNull();
      assertThat(each.current().unreadable(now)).isEqualTo(2);
      assertThat(each.current().of("acme", 1, now)).as("who has chosen another").isNotNull();
    }
    assertThat(change(started, new ReleaseChange.RollBack(1)).before()).isEqualTo(2);
    assertThat(cost(running, "acme")).isEqualTo("1");
    assertThat(running.current().unreadable(now)).isNull();
  }

  @Test
  void whatAnEarlierProgramHasTakenCountsOnAndIsTakenNoMore() {
    madeByAnotherProgram(
        costing("7") + "  - { model: gone, credit_type: c, meters: {} }\n", "publish");
    StoredCatalogVersions node = node(costing("1"), false);
    assertThat(cost(node, "acme")).isEqualTo("7");
    change(node, new ReleaseChange.Publish(draft(node, costing("8"))));
    Answer<Made> staged =
        await(node.change(new ReleaseChange.Stage(1, new Audience.Share(50)), caller(null, 0)));
    assertThat(((Answer.Refused<Made>) staged).refusal().detail())
        .isEqualTo(
            "this program takes no catalog as version 1: rates[1].meters (line 5): is empty; the rate of at least one meter is expected");
    assertThat(cost(node, "acme")).isEqualTo("8");
    change(node, new ReleaseChange.RollBack(1));
    assertThat(cost(node, "acme")).as("who goes back is not held up").isEqualTo("7");
  }

  /** Nobody confirms anything meanwhile, and large texts take seconds. */
  @Test
  void whatANodeIsStartedWithIsReadBeforeOthersHaveToWait() {
    node(costing("1"), false);
    database
        .jdbi()
        .useTransaction(
            handle -> {
              new CatalogTables(handle).lock();
              CompletableFuture<?> starting =
                  CompletableFuture.supplyAsync(() -> node(costing("-1"), true));
              assertThatThrownBy(() -> await(starting)).hasMessageContaining("is negative");
            });
  }

  @Test
  void aNodeThatIsStartedWithFaultsPublishesNothing() {
    StoredCatalogVersions running = node(costing("1"), false);
    assertThatThrownBy(() -> node(costing("-1"), true)).hasMessageContaining("is negative");
    running.current().refresh();
    assertThat(cost(running, "acme")).isEqualTo("1");
    assertThat(await(running.versions(null, 10)).versions()).hasSize(1);
  }
}
