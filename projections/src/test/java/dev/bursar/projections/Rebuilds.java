package dev.bursar.projections;

import com.typesafe.config.ConfigFactory;
import dev.bursar.projections.readmodel.ReadModels;
import dev.bursar.projections.rebuild.Rebuild;
import dev.bursar.projections.rebuild.RebuildProgress;
import dev.bursar.projections.rebuild.RebuildSettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Rebuilds of the read models of some orgs, and what the tables hold before and after. */
final class Rebuilds implements AutoCloseable {

  private static final String SMALL_PAGES =
      """
      bursar.projections.rebuild { page-rows-max = 20, retry-interval = 20ms, retry-interval-max = 50ms }
      """;

  final ProjectedOrgs world = new ProjectedOrgs();

  @Override
  public void close() {
    world.close();
  }

  ReadSide readSide() {
    return world.readSide("bursar.projections.poll-interval = 5ms");
  }

  static RebuildSettings bounds() {
    return RebuildSettings.from(
        ConfigFactory.parseString(SMALL_PAGES)
            .withFallback(ConfigFactory.parseResources("projections.conf"))
            .resolve());
  }

  /** One of all models. */
  Rebuild with(Consumer<RebuildProgress> listener) {
    return new Rebuild(world.settings, bounds(), Rebuilds::models, List.of(), listener);
  }

  /** One of all models, in which something happens right before the new ones take over. */
  Rebuild interrupted(Runnable happens) {
    return with(
        progress -> {
          if (progress.stage().equals("tidying up")) {
            happens.run();
          }
        });
  }

  static ReadModels models(InstantSource clock) {
    ProjectionSettings all =
        ProjectionSettings.from(ConfigFactory.parseResources("projections.conf").resolve());
    return new ReadModels(all.usage(), clock);
  }

  List<String> tables() {
    return models(InstantSource.system()).all().stream()
        .flatMap(model -> model.tables().stream())
        .toList();
  }

  /** All rows of all tables, in some order that is the same each time. */
  Map<String, List<String>> contents() {
    Map<String, List<String>> contents = new TreeMap<>();
    world.jdbi.useHandle(
        handle ->
            tables()
                .forEach(
                    table ->
                        contents.put(
                            table,
                            handle
                                .createQuery(
                                    "select cast(t as text) from %s t order by 1".formatted(table))
                                .mapTo(String.class)
                                .list())));
    return contents;
  }

  /** What the catalogs say of the tables, in words. */
  Map<String, List<String>> structure() {
    Map<String, List<String>> structure = new TreeMap<>();
    world.jdbi.useHandle(
        handle -> {
          for (String table : tables()) {
            structure.put(
                table,
                handle
                    .createQuery(
                        """
                        select format('%s %s %s %s %s %s %s', attname, atttypid::regtype, attcollation,
                          attstorage, attidentity, attnotnull, attstattarget)
                        from pg_attribute where attrelid = cast(:t as regclass) and attnum > 0
                        union all
                        select format('%s %s %s', pg_get_indexdef(indexrelid), indisprimary, indisvalid)
                        from pg_index where indrelid = cast(:t as regclass)
                        union all
                        select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
                        where conrelid = cast(:t as regclass) and contype <> 'n'
                        union all
                        select format('%s %s', pg_get_triggerdef(oid), tgenabled) from pg_trigger
                        where tgrelid = cast(:t as regclass)
                        union all
                        select format('%s %s %s %s %s %s', relname, reloptions, relowner::regrole, relkind, relacl,
                          pg_get_partkeydef(oid))
                        from pg_class where oid = cast(:t as regclass)
                        order by 1
                        """)
                    .bind("t", table)
                    .mapTo(String.class)
                    .list());
          }
        });
    return structure;
  }

  long oid(String table) {
    return world.jdbi.withHandle(
        handle ->
            handle
                .createQuery("select cast(:t as regclass)::oid::bigint")
                .bind("t", table)
                .mapTo(Long.class)
                .one());
  }

  boolean isCleared() {
    return world.jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select not exists (select 1 from pg_namespace where nspname = 'rebuild')")
                .mapTo(Boolean.class)
                .one());
  }
}
