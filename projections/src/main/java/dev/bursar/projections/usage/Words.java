package dev.bursar.projections.usage;

import static dev.bursar.projections.copy.ColumnArrays.array;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bursar.domain.usage.UsageQueries;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The features and models of an org and UTC day that have sums of their own: the table {@code
 * usage_word}. They are the client's own words, so there may be as many as requests: the first of a
 * day, in the order of the org's journal, are kept by name, and all others are summed up together.
 * The first that is not kept leaves {@link UsageQueries#OTHER} there: from then on the day has no
 * further ones, however many there may be by then.
 */
final class Words {

  /** Features or models of an org and day. */
  private record Of(String org, LocalDate day, Dimension kind) implements Comparable<Of> {
    private static final Comparator<Of> ORDER =
        Comparator.comparing(Of::org).thenComparing(Of::day).thenComparing(Of::kind);

    @Override
    public int compareTo(Of other) {
      return ORDER.compare(this, other);
    }
  }

  private record Word(Of of, String word) implements Comparable<Word> {
    private static final Comparator<Word> ORDER =
        Comparator.comparing(Word::of).thenComparing(Word::word);

    @Override
    public int compareTo(Word other) {
      return ORDER.compare(this, other);
    }
  }

  private static final Comparator<Tracked> IN_THE_JOURNAL =
      Comparator.<Tracked, String>comparing(row -> row.org)
          .thenComparingLong(row -> row.place.sequence())
          .thenComparingInt(row -> row.place.index());

  private static final String FIND =
      """
      select w.org, w.day, w.kind, w.word
      from unnest(cast(:orgs as text[]), cast(:days as date[]), cast(:kinds as text[]))
        as n (org, day, kind)
      join usage_word w on w.org = n.org and w.day = n.day and w.kind = n.kind
      """;
  private static final String INSERT =
      """
      insert into usage_word (org, day, kind, word)
      select * from unnest(cast(:orgs as text[]), cast(:days as date[]), cast(:kinds as text[]),
        cast(:words as text[]))
      """;

  private final int max;
  private final Cache<Of, Set<String>> known;

  /**
   * @param max how many features, and how many models, of an org and day have sums of their own
   * @param rememberedMax how many are remembered, to save looking them up
   */
  Words(int max, long rememberedMax) {
    this.max = max;
    this.known =
        Caffeine.newBuilder()
            .maximumWeight(rememberedMax)
            .weigher((Of of, Set<String> words) -> 1 + words.size())
            .executor(Runnable::run)
            .build();
  }

  void forget() {
    known.invalidateAll();
  }

  /**
   * Says of each row in which group it is summed up.
   *
   * @param rows that are summed up at all; those that are fresh bring words along
   */
  void name(Handle handle, Collection<Tracked> rows) {
    Map<Of, Set<String>> words = words(handle, rows);
    TreeSet<Word> added = new TreeSet<>();
    rows.stream()
        .filter(row -> row.fresh != null)
        .sorted(IN_THE_JOURNAL)
        .forEach(
            row -> {
              add(of(row, Dimension.FEATURE), row.group.feature(), words, added);
              add(of(row, Dimension.MODEL), row.group.model(), words, added);
            });
    for (Tracked row : rows) {
      row.summedAs =
          row.group.named(
              named(of(row, Dimension.FEATURE), row.group.feature(), words),
              named(of(row, Dimension.MODEL), row.group.model(), words));
    }
    if (!added.isEmpty()) {
      insert(handle, added);
    }
    known.putAll(words);
  }

  private static Of of(Tracked row, Dimension kind) {
    return new Of(row.org, LocalDate.ofInstant(row.countedAt, ZoneOffset.UTC), kind);
  }

  private void add(Of of, @Nullable String word, Map<Of, Set<String>> words, Set<Word> added) {
    Set<String> there = words.get(of);
    if (word != null
        && there != null
        && !word.equals(UsageQueries.OTHER)
        && !there.contains(word)
        && !there.contains(UsageQueries.OTHER)) {
      String known = there.size() < max ? word : UsageQueries.OTHER;
      there.add(known);
      added.add(new Word(of, known));
    }
  }

  private static @Nullable String named(Of of, @Nullable String word, Map<Of, Set<String>> words) {
    return word == null || words.getOrDefault(of, Set.of()).contains(word)
        ? word
        : UsageQueries.OTHER;
  }

  private Map<Of, Set<String>> words(Handle handle, Collection<Tracked> rows) {
    Map<Of, Set<String>> words = new HashMap<>();
    TreeSet<Of> missing = new TreeSet<>();
    for (Tracked row : rows) {
      for (Dimension kind : List.of(Dimension.FEATURE, Dimension.MODEL)) {
        Of of = of(row, kind);
        Set<String> there = known.getIfPresent(of);
        words.put(of, there == null ? new HashSet<>() : there);
        if (there == null) {
          missing.add(of);
        }
      }
    }
    if (!missing.isEmpty()) {
      find(handle, missing)
          .forEach(
              each -> words.computeIfAbsent(each.of(), of -> new HashSet<>()).add(each.word()));
    }
    return words;
  }

  private static List<Word> find(Handle handle, Collection<Of> missing) {
    List<Of> all = new ArrayList<>(missing);
    return handle
        .createQuery(FIND)
        .bindArray("orgs", String.class, all.stream().map(Of::org).toList())
        .bindArray("days", String.class, all.stream().map(of -> of.day().toString()).toList())
        .bindArray("kinds", String.class, all.stream().map(of -> of.kind().word()).toList())
        .map(
            (rs, context) ->
                new Word(
                    new Of(
                        rs.getString(1),
                        rs.getObject(2, LocalDate.class),
                        Dimension.valueOf(rs.getString(3).toUpperCase(Locale.ROOT))),
                    rs.getString(4)))
        .list();
  }

  private static void insert(Handle handle, Collection<Word> added) {
    try (Update insert = handle.createUpdate(INSERT)) {
      array(insert, "orgs", String.class, added, word -> word.of().org());
      array(insert, "days", String.class, added, word -> word.of().day().toString());
      array(insert, "kinds", String.class, added, word -> word.of().kind().word());
      array(insert, "words", String.class, added, Word::word);
      insert.execute();
    }
  }
}
