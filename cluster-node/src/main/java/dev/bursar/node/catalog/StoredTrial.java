package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CatalogVersions.Trial;
import dev.bursar.domain.org.Rerating;
import dev.bursar.projections.org.Subscribed;
import dev.bursar.projections.progress.Outages;
import dev.bursar.projections.usage.UsedWork;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Rates the usage that the read models have, page by page: each is a short statement. */
final class StoredTrial implements Trial {

  /** So many requests are read and rated at a time: some tenths of a second. */
  private static final int PAGE = 20_000;

  private final Jdbi jdbi;
  private final Executor blocking;
  private final UsedWork work;
  private final Rerating rerating;
  private final long expected;

  private StoredTrial(
      Jdbi jdbi, Executor blocking, UsedWork work, Rerating rerating, long expected) {
    this.jdbi = jdbi;
    this.blocking = blocking;
    this.work = work;
    this.rerating = rerating;
    this.expected = expected;
  }

  /** Blocks. */
  static StoredTrial begin(
      Jdbi jdbi,
      Executor blocking,
      Catalog catalog,
      @Nullable String org,
      Instant from,
      Instant to,
      @Nullable Instant pricedAt) {
    UsedWork work = new UsedWork(org, from, to);
    Map<String, List<Rerating.Since>> orgs =
        jdbi.inTransaction(handle -> Subscribed.of(handle, org));
    return new StoredTrial(
        jdbi, blocking, work, new Rerating(catalog, orgs, pricedAt), jdbi.withHandle(work::count));
  }

  @Override
  public long expected() {
    return expected;
  }

  @Override
  public synchronized long events() {
    return rerating.events();
  }

  @Override
  public CompletionStage<Boolean> more() {
    return CompletableFuture.supplyAsync(() -> Outages.asking(this::rateSome), blocking);
  }

  private synchronized boolean rateSome() {
    List<Rerating.Used> some = jdbi.inTransaction(handle -> work.next(handle, PAGE));
    some.forEach(rerating::add);
    return some.size() == PAGE;
  }

  @Override
  public synchronized List<Rerating.OfOrg> orgs() {
    return rerating.orgs();
  }
}
