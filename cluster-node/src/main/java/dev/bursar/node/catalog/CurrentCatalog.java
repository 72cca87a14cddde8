package dev.bursar.node.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.catalog.Releases;
import dev.bursar.node.catalog.CatalogFile.Stored;
import dev.bursar.node.yaml.FaultyYaml;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node knows of the catalog, and for how long it may decide by that. It asks the database
 * for changes over and over, and confirms there that it knows them all; from when it asked, it may
 * decide for a while. So whoever makes a change need only wait for the confirmations, or for that
 * while: no node decides by what was before after that, whether it can be reached or not.
 */
public final class CurrentCatalog implements Catalogs, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CurrentCatalog.class);

  /** How often, while it may decide, it is confirmed that nothing has changed. */
  private static final int CONFIRMATIONS = 5;

  /** As many versions are kept in memory, beside those that count for somebody. */
  private static final int PARSED_MAX = 4;

  /**
   * How many plans, features, rates and the like are kept of what orgs have chosen for themselves:
   * those of a thousand usual catalogs, and some tens of megabytes.
   */
  private static final int CHOSEN_PARTS_MAX = 100_000;

  /** So many are read when a node starts, before anybody asks. */
  private static final int CHOSEN_AT_START_MAX = 100;

  /** No catalog is taken for larger: so many are kept however large they are. */
  private static final int CHOSEN_LARGE_MAX = 4;

  private final Jdbi jdbi;
  private final String node;
  private final Duration decidesFor;
  private final Duration askedEvery;
  private final Executor blocking;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("catalog-watch").factory());
  private final Cache<Integer, Stored> parsed =
      Caffeine.newBuilder().maximumSize(PARSED_MAX).build();

  /**
   * What is known, after so many changes.
   *
   * @param catalogs by version, all that count for somebody or will, and that can be read
   * @param until by the JVM's clock
   */
  private record Known(
      long sequence, Releases releases, Map<Integer, Catalog> catalogs, long until) {}

  /** What orgs have chosen for themselves, or leases were made by; none of it changes. */
  private final Cache<Integer, Catalog> chosen =
      Caffeine.newBuilder()
          .maximumWeight(CHOSEN_PARTS_MAX)
          .weigher((Integer version, Catalog catalog) -> weight(catalog))
          .build();

  /** Those that are being read, and those that can't be. */
  private final Set<Integer> chosenSought = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Known known;
  private volatile Consumer<List<Made>> told = changes -> {};
  private final List<Made> untold = new ArrayList<>();
  private long confirmedAt;
  private boolean failing;
  private boolean stopped;

  /**
   * @param node the name of the process, which no other has
   * @param decidesFor how long a node may decide after it has asked for the last time; the same on
   *     all nodes
   * @param askedEvery how often changes are asked for
   * @param blocking where catalogs are read that nobody waits for
   */
  CurrentCatalog(
      Jdbi jdbi, String node, Duration decidesFor, Duration askedEvery, Executor blocking) {
    this.jdbi = jdbi;
    this.node = node;
    this.decidesFor = decidesFor;
    this.askedEvery = askedEvery;
    this.blocking = blocking;
  }

  /**
   * Begins to ask; from here on it decides, if the database answers.
   *
   * @param publishDue puts on record what has come into force by itself
   */
  void start(Runnable publishDue) {
    refresh();
    blocking.execute(this::readChosen);
    var unused =
        thread.scheduleWithFixedDelay(
            () -> look(publishDue),
            askedEvery.toMillis(),
            askedEvery.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * From here on this node's changes of mind are told.
   *
   * @param changes is given what this node has come to decide by since it started; it may not wait
   */
  void tell(Consumer<List<Made>> changes) {
    told = changes;
  }

  /** Whether something is scheduled whose time has come, and that is not on record yet. */
  boolean isDue(Instant now) {
    Known it = known;
    return it != null
        && it.releases.scheduled() != null
        && !now.isBefore(it.releases.scheduled().at());
  }

  @Override
  public @Nullable Catalog of(String org, @Nullable Integer pinned, Instant at) {
    Known now = known;
    if (now == null || System.nanoTime() - now.until >= 0) {
      return null;
    }
    if (pinned != null) {
      return chosen(pinned, now);
    }
    Integer version = now.releases.versionFor(org, at);
    return version == null ? null : now.catalogs.get(version);
  }

  @Override
  public @Nullable Integer version(String org, @Nullable Integer pinned, Instant at) {
    Known now = known;
    return pinned != null || now == null ? pinned : now.releases.versionFor(org, at);
  }

  /** A version that was chosen; not known until it has been read, which is begun here. */
  private @Nullable Catalog chosen(int version, Known now) {
    Catalog counts = now.catalogs.get(version);
    Catalog found = counts != null ? counts : chosen.getIfPresent(version);
    if (found == null && chosenSought.add(version)) {
      blocking.execute(() -> seek(version));
      return chosen.getIfPresent(version);
    }
    return found;
  }

  /** What a node that starts will be asked for; who asks sooner is told to ask again. */
  private void readChosen() {
    try {
      List<Integer> versions =
          jdbi.withHandle(handle -> new CatalogTables(handle).chosen(CHOSEN_AT_START_MAX));
      Known now = known;
      for (int version : versions) {
        if (now != null && !now.catalogs.containsKey(version) && chosenSought.add(version)) {
          seek(version);
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("what orgs have chosen of the catalog is read when they ask", e);
    }
  }

  private void seek(int version) {
    try {
      Catalog read = readable(version);
      if (read == null) {
        // It never will be: nobody looks again.
        return;
      }
      chosen.put(version, read);
    } catch (RuntimeException e) {
      LOG.warn("a version of the catalog that an org has chosen can't be read", e);
    }
    chosenSought.remove(version);
  }

  /** By what it has the most of; never so much that few others have room beside it. */
  private static int weight(Catalog catalog) {
    int parts =
        1
            + catalog.plans().size()
            + catalog.features().size()
            + catalog.prices().rates().size()
            + catalog.addOns().size()
            + catalog.topUpPacks().size()
            + catalog.campaigns().size();
    return Math.min(parts, CHOSEN_PARTS_MAX / CHOSEN_LARGE_MAX);
  }

  /** Whether this node knows what counts, so that it may decide. */
  public boolean isKnown() {
    Known now = known;
    return now != null && System.nanoTime() - now.until < 0;
  }

  /** The version that counts at a time, if this program can't read it; else null. */
  public @Nullable Integer unreadable(Instant at) {
    Known now = known;
    if (now == null) {
      return null;
    }
    Integer counts = now.releases.at(at).published();
    return counts == null || now.catalogs.containsKey(counts) ? null : counts;
  }

  /** Whatever goes wrong, it is asked again. */
  private void look(Runnable publishDue) {
    try {
      refresh();
      publishDue.run();
      failing = false;
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.atWarn()
            .setMessage("it is not known which catalog counts; nothing is decided after a while")
            .addKeyValue("decides_for_ms_max", decidesFor.toMillis())
            .setCause(e)
            .log();
      }
      failing = true;
    }
  }

  /** Takes in what has changed, and confirms it. */
  synchronized void refresh() {
    while (!stopped) {
      Known before = known;
      long asked = System.nanoTime();
      List<Made> changes =
          jdbi.withHandle(
              handle ->
                  new CatalogTables(handle).changesAfter(before == null ? 0 : before.sequence));
      if (before != null
          && changes.isEmpty()
          && asked - confirmedAt < decidesFor.toNanos() / CONFIRMATIONS) {
        return;
      }
      // Known before it is confirmed: from the confirmation on nobody decides by anything older.
      Known now = before != null && changes.isEmpty() ? before : after(before, changes, asked);
      known = now;
      if (before != null) {
        untold.addAll(changes);
      }
      asked = System.nanoTime();
      if (jdbi.inTransaction(handle -> new CatalogTables(handle).confirm(node, now.sequence))) {
        confirmedAt = asked;
        known = new Known(now.sequence, now.releases, now.catalogs, asked + decidesFor.toNanos());
        preload(changes);
        if (!untold.isEmpty()) {
          told.accept(List.copyOf(untold));
          untold.clear();
        }
        return;
      }
    }
  }

  private Known after(@Nullable Known before, List<Made> changes, long asked) {
    Releases releases = before == null ? Releases.NONE : before.releases;
    for (Made made : changes) {
      releases = releases.after(made);
    }
    Map<Integer, Catalog> catalogs = new HashMap<>();
    for (int version : releases.versions()) {
      Catalog had = before == null ? null : before.catalogs.get(version);
      Catalog read = had != null ? had : readable(version);
      if (read != null) {
        catalogs.put(version, read);
      }
    }
    long sequence =
        changes.isEmpty() ? (before == null ? 0 : before.sequence) : changes.getLast().sequence();
    return new Known(
        sequence, releases, Map.copyOf(catalogs), before == null ? asked : before.until);
  }

  /** What this program makes of a version, which has to be there. */
  Stored stored(int version) {
    Stored found = parsed.getIfPresent(version);
    if (found == null) {
      found =
          CatalogFile.stored(
              jdbi.withHandle(handle -> new CatalogTables(handle).document(version)).orElseThrow());
      parsed.put(version, found);
    }
    return found;
  }

  /**
   * The same, for deciding by it; null if this program can't read it. Who it counts for is not
   * decided for then: by nothing older, and by nothing that is like it.
   */
  private @Nullable Catalog readable(int version) {
    Stored found = stored(version);
    FaultyYaml faults = found.faults();
    if (faults != null) {
      (found.catalog() == null ? LOG.atError() : LOG.atWarn())
          .setMessage(
              found.catalog() == null
                  ? "a version of the catalog can't be read by this program; it decides for nobody for whom that counts, until another is published"
                  : "a version of the catalog is decided by that this program would take no more; publish one without the faults")
          .addKeyValue("version", version)
          .addKeyValue("faults", faults.getMessage())
          .log();
    }
    return found.catalog();
  }

  /** The same of a version that an org is about to choose, ready for whoever decides by it here. */
  Stored toBeChosen(int version) {
    Stored found = stored(version);
    Catalog catalog = found.catalog();
    if (catalog != null) {
      chosen.put(version, catalog);
    }
    return found;
  }

  /** It has been read already. */
  void read(int version, Stored read) {
    parsed.put(version, read);
  }

  /** What was drafted is published soon, perhaps, and is to be there then. */
  private void preload(List<Made> changes) {
    if (!changes.isEmpty() && changes.getLast().change() instanceof ReleaseChange.Draft draft) {
      blocking.execute(
          () -> {
            try {
              stored(draft.version());
            } catch (RuntimeException e) {
              LOG.warn("a draft of the catalog can't be read", e);
            }
          });
    }
  }

  /** Decides no more, and says so. */
  @Override
  public void close() {
    thread.shutdownNow();
    synchronized (this) {
      stopped = true;
      known = null;
    }
    try {
      jdbi.useHandle(handle -> new CatalogTables(handle).forget(node));
    } catch (RuntimeException e) {
      LOG.info("the database does not answer; others wait until this node can't decide any more");
    }
  }
}
