package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CatalogDiff;
import dev.bursar.domain.catalog.CatalogFault;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.catalog.Releases;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.node.catalog.CatalogFile.Stored;
import dev.bursar.node.catalog.CatalogTables.VersionRow;
import dev.bursar.node.yaml.FaultyYaml;
import dev.bursar.projections.progress.Outages;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The versions of the catalog in PostgreSQL. */
public final class StoredCatalogVersions implements CatalogVersions {

  private static final Logger LOG = LoggerFactory.getLogger(StoredCatalogVersions.class);

  /** Who publishes what a node was started with. */
  private static final String COMMAND_LINE = "from the command line";

  /** Who publishes what was scheduled, before the name of who has scheduled it. */
  private static final String AS_SCHEDULED_BY = "as scheduled by ";

  private static final Duration LOOKED_EVERY = Duration.ofMillis(20);

  /** Clocks of two computers that count the same seconds do so within a thousandth or so. */
  private static final double CLOCKS_DIFFER_BY = 0.1;

  private final Jdbi jdbi;
  private final CurrentCatalog current;
  private final InstantSource clock;
  private final Duration decidesFor;

  /** Waiting for nodes is no work: it takes no thread from anybody. */
  private final Executor waiting = work -> Thread.ofVirtual().name("catalog-change").start(work);

  private StoredCatalogVersions(
      Jdbi jdbi, CurrentCatalog current, InstantSource clock, Duration decidesFor) {
    this.decidesFor = decidesFor;
    this.jdbi = jdbi;
    this.current = current;
    this.clock = clock;
  }

  /**
   * The versions, for a node that is starting. It decides from here on; what it was started with is
   * published if that is not a version yet.
   *
   * @param decidesFor how long a node may decide after it has asked what counts; the same on all
   *     nodes
   * @param askedEvery how often it asks
   * @param document the text of the catalog that it was started with
   * @param given whether somebody has chosen that; otherwise it counts only if there is no version
   * @param node the name of the process
   * @param blocking where catalogs are read that nobody waits for
   * @throws FaultyYaml if what it was started with has faults; nothing is published then
   */
  public static StoredCatalogVersions start(
      Jdbi jdbi,
      InstantSource clock,
      Duration decidesFor,
      Duration askedEvery,
      String document,
      boolean given,
      String node,
      Executor blocking) {
    CurrentCatalog current = new CurrentCatalog(jdbi, node, decidesFor, askedEvery, blocking);
    StoredCatalogVersions versions = new StoredCatalogVersions(jdbi, current, clock, decidesFor);
    Optional<Made> made = versions.publishNew(document, given);
    current.start(versions::publishDue);
    made.ifPresent(versions::awaitNodes);
    return versions;
  }

  /**
   * From here on it is told when another version has come to count by itself, by its time or with
   * the start of a node, once no node decides by what was before. Each node is told. What somebody
   * has called for is not told here.
   */
  public void whenOneCountsByItself(Runnable told) {
    current.tell(
        changes ->
            changes.stream()
                .filter(StoredCatalogVersions::isByItself)
                .reduce((one, later) -> later)
                .ifPresent(
                    last ->
                        waiting.execute(
                            () -> {
                              try {
                                awaitNodes(last);
                                told.run();
                              } catch (RuntimeException e) {
                                LOG.warn("nobody was told which version of the catalog counts", e);
                              }
                            })));
  }

  private static boolean isByItself(Made made) {
    return made.change() instanceof ReleaseChange.Publish
        && (made.actor().equals(COMMAND_LINE) || made.actor().startsWith(AS_SCHEDULED_BY));
  }

  /** What counts, on this node. */
  public CurrentCatalog current() {
    return current;
  }

  private Optional<Made> publishNew(String document, boolean given) {
    String digest = digest(document);
    // Before others have to wait for it: what is no news now is none later either.
    Stored read =
        jdbi.withHandle(handle -> isNew(new CatalogTables(handle), digest, given))
            ? CatalogFile.taken(document)
            : null;
    if (read != null && read.faults() != null) {
      throw read.faults();
    }
    return jdbi.inTransaction(
        handle -> {
          CatalogTables tables = new CatalogTables(handle);
          tables.lock();
          if (read == null || !isNew(tables, digest, given)) {
            Optional<Integer> known = tables.versionOf(digest);
            Releases releases = releases(tables).at(now());
            if (given && !known.equals(Optional.ofNullable(releases.published()))) {
              LOG.atInfo()
                  .setMessage(
                      "the catalog of the command line is not published: it is an earlier version")
                  .addKeyValue("version", known.orElse(0))
                  .addKeyValue("published", releases.published())
                  .log();
            }
            return Optional.empty();
          }
          int version = tables.lastVersion() + 1;
          Instant at = notBefore(tables);
          publishDue(tables, at);
          tables.insert(new VersionRow(version, at, COMMAND_LINE, digest), document);
          current.read(version, read);
          insert(tables, new ReleaseChange.Draft(version), at, COMMAND_LINE, null, 0);
          return Optional.of(
              insert(tables, new ReleaseChange.Publish(version), at, COMMAND_LINE, null, 0));
        });
  }

  /** Whether a node that is started with this text makes a version of it. */
  private static boolean isNew(CatalogTables tables, String digest, boolean given) {
    return tables.lastVersion() == 0 || (given && tables.versionOf(digest).isEmpty());
  }

  /** Puts on record that what was scheduled counts, once its time has come on this node. */
  private void publishDue() {
    if (current.isDue(now())) {
      jdbi.useTransaction(
          handle -> {
            CatalogTables tables = new CatalogTables(handle);
            tables.lock();
            publishDue(tables, notBefore(tables));
          });
    }
  }

  /** The same, before anything else is done: what is done later finds it published. */
  private static void publishDue(CatalogTables tables, Instant now) {
    Releases releases = releases(tables);
    Releases.Scheduled due = releases.scheduled();
    if (due == null || now.isBefore(due.at())) {
      return;
    }
    String actor = tables.actorOf("schedule").orElseThrow();
    tables.insert(
        new Made(
            tables.lastSequence() + 1,
            due.at(),
            AS_SCHEDULED_BY + actor,
            new ReleaseChange.Publish(due.version()),
            releases.published()),
        null,
        0);
  }

  // ---- what is there

  private <T> CompletionStage<T> asking(Function<CatalogTables, T> question) {
    return doing(() -> jdbi.withHandle(handle -> question.apply(new CatalogTables(handle))));
  }

  private <T> CompletionStage<T> doing(Supplier<T> work) {
    return CompletableFuture.supplyAsync(() -> Outages.asking(work), waiting);
  }

  private static Releases releases(CatalogTables tables) {
    return releases(tables, Long.MAX_VALUE);
  }

  /** As they were right after a change. */
  private static Releases releases(CatalogTables tables, long change) {
    Releases releases = Releases.NONE;
    for (Made made : tables.changesAfter(0)) {
      if (made.sequence() <= change) {
        releases = releases.after(made);
      }
    }
    return releases;
  }

  @Override
  public CompletionStage<Releases> releases() {
    return asking(StoredCatalogVersions::releases);
  }

  @Override
  public CompletionStage<Answer<Document>> version(int number) {
    return asking(
        tables -> {
          Optional<VersionRow> row = tables.version(number);
          return row.isEmpty()
              ? new Answer.Refused<>(unknown(number, "version", tables))
              : new Answer.Done<>(
                  new Document(
                      view(row.get(), releases(tables), now()),
                      tables.document(number).orElseThrow()),
                  false);
        });
  }

  /** That there is no such version, if there is none. */
  private Optional<Refusal> fault(int number, String field) {
    return jdbi.withHandle(
        handle -> {
          CatalogTables tables = new CatalogTables(handle);
          return tables.version(number).isPresent()
              ? Optional.empty()
              : Optional.of(unknown(number, field, tables));
        });
  }

  /** Why this program would take no such version any more, or null. */
  private @Nullable Refusal unreadable(int number, String field) {
    FaultyYaml faults = current.stored(number).faults();
    if (faults == null) {
      return null;
    }
    int more = faults.count() - 1;
    return new Refusal(
        Code.VERSION_UNREADABLE,
        field,
        "this program takes no catalog as version %d: %s%s"
            .formatted(
                number,
                faults.faults().getFirst(),
                more == 0
                    ? ""
                    : "; and %d more %s".formatted(more, more == 1 ? "fault" : "faults")));
  }

  @Override
  public CompletionStage<Answer<Integer>> readable(int number) {
    return doing(
        () -> {
          Optional<Refusal> fault = fault(number, "version");
          return fault.isPresent()
              ? new Answer.Refused<>(fault.get())
              : current.toBeChosen(number).catalog() == null
                  ? new Answer.Refused<>(Objects.requireNonNull(unreadable(number, "version")))
                  : new Answer.Done<>(number, false);
        });
  }

  private Refusal unknown(int number, String field, CatalogTables tables) {
    Refusal unknown =
        Objects.requireNonNull(
            Releases.NONE.fault(new ReleaseChange.Draft(number), tables.lastVersion(), now()));
    return new Refusal(unknown.code(), field, unknown.detail());
  }

  @Override
  public CompletionStage<Page> versions(@Nullable Integer before, int limit) {
    return asking(
        tables -> {
          Releases releases = releases(tables);
          List<VersionRow> rows =
              tables.versions(before == null ? Integer.MAX_VALUE : before, limit + 1);
          return new Page(
              rows.stream().limit(limit).map(row -> view(row, releases, now())).toList(),
              rows.size() > limit);
        });
  }

  private static Version view(VersionRow row, Releases releases, Instant at) {
    return new Version(
        row.number(),
        row.draftedAt(),
        row.actor(),
        row.digest(),
        releases.status(row.number(), at));
  }

  @Override
  public CompletionStage<Log> log(@Nullable Long before, int limit) {
    return asking(
        tables -> {
          List<Made> changes =
              tables.changesBefore(before == null ? Long.MAX_VALUE : before, limit + 1);
          return new Log(changes.stream().limit(limit).toList(), changes.size() > limit);
        });
  }

  @Override
  public CompletionStage<Answer<CatalogDiff>> diff(int number, @Nullable Integer against) {
    return doing(
        () -> {
          Integer counts =
              jdbi.withHandle(handle -> releases(new CatalogTables(handle))).at(now()).published();
          // Nothing is published only before the first node of a database has started.
          int base = against != null ? against : counts != null ? counts : number;
          Optional<Refusal> fault = fault(number, "version").or(() -> fault(base, "against"));
          if (fault.isPresent()) {
            return new Answer.Refused<>(fault.get());
          }
          Catalog before = current.stored(base).catalog();
          Catalog after = current.stored(number).catalog();
          if (before == null || after == null) {
            return new Answer.Refused<>(
                Objects.requireNonNull(
                    after == null ? unreadable(number, "version") : unreadable(base, "against")));
          }
          return new Answer.Done<>(
              CatalogDiff.of(
                  before,
                  after,
                  jdbi.withHandle(
                      handle ->
                          new CatalogTables(handle).subscribed(CatalogDiff.named(before, after)))),
              false);
        });
  }

  @Override
  public CompletionStage<Answer<Trial>> simulate(
      int number, @Nullable String org, Instant from, Instant to, @Nullable Instant pricedAt) {
    return doing(
        () -> {
          Optional<Refusal> fault = fault(number, "version");
          if (fault.isPresent()) {
            return new Answer.Refused<>(fault.get());
          }
          Catalog catalog = current.stored(number).catalog();
          return catalog == null
              ? new Answer.Refused<>(Objects.requireNonNull(unreadable(number, "version")))
              : new Answer.Done<>(
                  StoredTrial.begin(jdbi, waiting, catalog, org, from, to, pricedAt), false);
        });
  }

  // ---- what is done

  @Override
  public CompletionStage<Answer<Drafted>> draft(byte[] document, Caller caller) {
    return doing(
        () -> {
          String operation = operation("draft_catalog", caller);
          Optional<Answer<Drafted>> before =
              jdbi.withHandle(
                  handle -> {
                    CatalogTables tables = new CatalogTables(handle);
                    return madeBefore(tables, operation, caller)
                        .map(answer -> answer.map(made -> kept(tables, made)));
                  });
          return before.orElseGet(() -> draft(document, operation, caller));
        });
  }

  /** The version as it was right after that. */
  private static Drafted kept(CatalogTables tables, Made made) {
    VersionRow row = tables.version(made.change().version()).orElseThrow();
    return new Drafted.Kept(view(row, releases(tables, made.sequence()), made.madeAt()));
  }

  private Answer<Drafted> draft(byte[] document, @Nullable String operation, Caller caller) {
    String text;
    try {
      text = CatalogFile.text(document);
    } catch (FaultyYaml e) {
      return faulty(e);
    }
    String digest = digest(text);
    Stored read =
        jdbi.withHandle(handle -> new CatalogTables(handle).versionOf(digest))
            .map(current::stored)
            .orElseGet(() -> CatalogFile.taken(text));
    FaultyYaml faults = read.faults();
    if (faults != null) {
      return faulty(faults);
    }
    return jdbi.inTransaction(
        handle -> {
          CatalogTables tables = new CatalogTables(handle);
          tables.lock();
          Optional<Answer<Made>> before = madeBefore(tables, operation, caller);
          if (before.isPresent()) {
            return before.get().map(made -> kept(tables, made));
          }
          Optional<Integer> known = tables.versionOf(digest);
          if (known.isPresent() && operation == null) {
            VersionRow row = tables.version(known.get()).orElseThrow();
            return new Answer.Done<>(new Drafted.Kept(view(row, releases(tables), now())), false);
          }
          int version = known.orElse(tables.lastVersion() + 1);
          Instant at = notBefore(tables);
          publishDue(tables, at);
          if (known.isEmpty()) {
            tables.insert(new VersionRow(version, at, caller.actor(), digest), text);
          }
          // Also of a text that is a version already: the key is for this text from now on.
          Made made =
              insert(
                  tables,
                  new ReleaseChange.Draft(version),
                  at,
                  caller.actor(),
                  operation,
                  caller.fingerprint());
          current.read(version, read);
          return new Answer.Done<>(kept(tables, made), false);
        });
  }

  private static Answer<Drafted> faulty(FaultyYaml faults) {
    return new Answer.Done<>(
        new Drafted.Faulty(
            faults.faults().stream()
                .map(fault -> new CatalogFault(fault.path(), fault.line(), fault.detail()))
                .toList(),
            faults.count()),
        false);
  }

  @Override
  public CompletionStage<Answer<Made>> change(ReleaseChange change, Caller caller) {
    return doing(
        () -> {
          String operation = operation(kind(change), caller);
          // Before others have to wait for it.
          if (fault(change.version(), "version").isEmpty()) {
            current.stored(change.version());
          }
          Answer<Made> answer =
              jdbi.inTransaction(
                  handle -> {
                    CatalogTables tables = new CatalogTables(handle);
                    tables.lock();
                    return madeBefore(tables, operation, caller)
                        .orElseGet(() -> change(tables, change, operation, caller));
                  });
          if (answer instanceof Answer.Done<Made> done) {
            awaitNodes(done.value());
          }
          return answer;
        });
  }

  private Answer<Made> change(
      CatalogTables tables, ReleaseChange change, @Nullable String operation, Caller caller) {
    Instant at = notBefore(tables);
    publishDue(tables, at);
    Refusal fault = releases(tables).fault(change, tables.lastVersion(), at);
    if (fault == null) {
      fault = unfit(change);
    }
    return fault != null
        ? new Answer.Refused<>(fault)
        : new Answer.Done<>(
            insert(tables, change, at, caller.actor(), operation, caller.fingerprint()), false);
  }

  /** Who goes back needs what counted before: that only has to be readable. */
  private @Nullable Refusal unfit(ReleaseChange change) {
    return switch (change) {
      case ReleaseChange.RollBack back ->
          current.stored(back.version()).catalog() == null
              ? unreadable(back.version(), "to")
              : null;
      case ReleaseChange other -> unreadable(other.version(), "version");
    };
  }

  private static Made insert(
      CatalogTables tables,
      ReleaseChange change,
      Instant at,
      String actor,
      @Nullable String operation,
      long fingerprint) {
    Made made =
        new Made(tables.lastSequence() + 1, at, actor, change, releases(tables).at(at).published());
    tables.insert(made, operation, fingerprint);
    return made;
  }

  /** The present, or when something was last done, if that is later by another node's clock. */
  private Instant notBefore(CatalogTables tables) {
    Instant now = now();
    return tables.changesBefore(Long.MAX_VALUE, 1).stream()
        .map(Made::madeAt)
        .filter(last -> last.isAfter(now))
        .findFirst()
        .orElse(now);
  }

  private static Optional<Answer<Made>> madeBefore(
      CatalogTables tables, @Nullable String operation, Caller caller) {
    return operation == null
        ? Optional.empty()
        : tables
            .madeFor(operation)
            .map(
                asked ->
                    asked.fingerprint() == caller.fingerprint()
                        ? new Answer.Done<>(asked.made(), true)
                        : new Answer.Refused<>(Refusal.keyReused()));
  }

  /**
   * Waits until every node decides by a change, or none that does not decides any more. A node that
   * has not confirmed it can't confirm anything older since; so it decides no longer than it may
   * after it last did.
   */
  private void awaitNodes(Made made) {
    long changed = System.nanoTime();
    double most = decidesFor.toNanos() * (1 + CLOCKS_DIFFER_BY);
    current.refresh();
    while (jdbi.withHandle(handle -> new CatalogTables(handle).behind(made.sequence())) > 0) {
      if (System.nanoTime() - changed > most) {
        int gone =
            jdbi.withHandle(handle -> new CatalogTables(handle).forgetBehind(made.sequence()));
        LOG.atWarn()
            .setMessage("nodes did not say that they know of a change of the catalog; none decides")
            .addKeyValue("nodes", gone)
            .addKeyValue("sequence", made.sequence())
            .log();
        return;
      }
      try {
        Thread.sleep(LOOKED_EVERY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** What a key is for: the same key may be used for another version, and means another thing. */
  private static String kind(ReleaseChange change) {
    return switch (change) {
      case ReleaseChange.Draft it -> throw new IllegalArgumentException("drafts have a text");
      case ReleaseChange.Stage it -> "stage_catalog:" + it.version();
      case ReleaseChange.Publish it -> "publish_catalog:" + it.version();
      case ReleaseChange.Schedule it -> "publish_catalog:" + it.version();
      case ReleaseChange.RollBack it -> "roll_back_catalog";
    };
  }

  private static @Nullable String operation(String kind, Caller caller) {
    return caller.idempotencyKey() == null ? null : digest(caller.operation(kind).key());
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
