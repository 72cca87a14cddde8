package dev.bursar.api.node;

import dev.bursar.domain.budget.CountedWork;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CatalogDiff;
import dev.bursar.domain.catalog.CatalogFault;
import dev.bursar.domain.catalog.CatalogVersions;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.catalog.Releases;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Rerating;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Versions by the domain's own rules. A text is a catalog with a meter of that name; one that
 * begins with {@code fault} has two faults.
 */
public final class InMemoryVersions implements CatalogVersions {

  private final Catalog first;
  private final InstantSource clock;
  private final List<String> texts = new ArrayList<>();
  private final List<Made> log = new ArrayList<>();
  private final Map<String, Answer.Done<?>> remembered = new HashMap<>();
  private Releases releases = Releases.NONE;

  public InMemoryVersions(Catalog first, InstantSource clock) {
    this.first = first;
    this.clock = clock;
    texts.add("first");
    make(new ReleaseChange.Draft(1), "test");
    make(new ReleaseChange.Publish(1), "test");
  }

  private Made make(ReleaseChange change, String actor) {
    Made made =
        new Made(
            log.size() + 1,
            clock.instant(),
            actor,
            change,
            releases.at(clock.instant()).published());
    log.add(made);
    releases = releases.after(made);
    return made;
  }

  private Version view(int number) {
    Made drafted =
        log.stream()
            .filter(made -> made.change().equals(new ReleaseChange.Draft(number)))
            .findFirst()
            .orElseThrow();
    return new Version(
        number,
        drafted.madeAt(),
        drafted.actor(),
        "%064x".formatted(texts.get(number - 1).hashCode()),
        releases.status(number, clock.instant()));
  }

  private @Nullable Refusal unknown(int number) {
    return Releases.NONE.fault(new ReleaseChange.Draft(number), texts.size(), clock.instant());
  }

  @Override
  public CompletionStage<Answer<Integer>> readable(int number) {
    Refusal unknown = unknown(number);
    return CompletableFuture.completedFuture(
        unknown == null ? new Answer.Done<>(number, false) : new Answer.Refused<>(unknown));
  }

  private Catalog catalog(int number) {
    Set<String> meters = new java.util.HashSet<>(first.meters());
    if (number > 1) {
      meters.add(texts.get(number - 1));
    }
    return new Catalog(
        first.creditTypes(),
        meters,
        Map.of(),
        first.prices(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of());
  }

  @Override
  public CompletionStage<Releases> releases() {
    return CompletableFuture.completedFuture(releases);
  }

  @Override
  public CompletionStage<Answer<Drafted>> draft(byte[] document, Caller caller) {
    String text = new String(document, StandardCharsets.UTF_8);
    if (text.startsWith("fault")) {
      return CompletableFuture.completedFuture(
          new Answer.Done<>(
              new Drafted.Faulty(
                  List.of(
                      new CatalogFault("rates[0].credit_type", 4, "is required"),
                      new CatalogFault("", 0, "has too much")),
                  2),
              false));
    }
    return once(
        caller,
        () -> {
          texts.add(text);
          make(new ReleaseChange.Draft(texts.size()), caller.actor());
          return new Answer.Done<>(new Drafted.Kept(view(texts.size())), false);
        });
  }

  private <T> CompletionStage<Answer<T>> once(
      Caller caller, java.util.function.Supplier<Answer<T>> work) {
    @SuppressWarnings("unchecked") // a key is used for one kind of call here
    Answer.Done<T> before = (Answer.Done<T>) remembered.get(caller.key());
    if (before != null) {
      return CompletableFuture.completedFuture(new Answer.Done<>(before.value(), true));
    }
    Answer<T> answer = work.get();
    if (answer instanceof Answer.Done<T> done) {
      remembered.put(caller.key(), done);
    }
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public CompletionStage<Answer<Document>> version(int number) {
    Refusal unknown = unknown(number);
    return CompletableFuture.completedFuture(
        unknown != null
            ? new Answer.Refused<>(unknown)
            : new Answer.Done<>(new Document(view(number), texts.get(number - 1)), false));
  }

  @Override
  public CompletionStage<Page> versions(@Nullable Integer before, int limit) {
    List<Version> rows =
        IntStream.iterate(texts.size(), i -> i > 0, i -> i - 1)
            .filter(i -> before == null || i < before)
            .limit(limit + 1)
            .mapToObj(this::view)
            .toList();
    return CompletableFuture.completedFuture(
        new Page(rows.stream().limit(limit).toList(), rows.size() > limit));
  }

  @Override
  public CompletionStage<Log> log(@Nullable Long before, int limit) {
    List<Made> rows =
        log.reversed().stream()
            .filter(made -> before == null || made.sequence() < before)
            .limit(limit + 1)
            .toList();
    return CompletableFuture.completedFuture(
        new Log(rows.stream().limit(limit).toList(), rows.size() > limit));
  }

  @Override
  public CompletionStage<Answer<CatalogDiff>> diff(int number, @Nullable Integer against) {
    int base = against != null ? against : releases.at(clock.instant()).published();
    Refusal unknown = unknown(number) != null ? unknown(number) : unknown(base);
    return CompletableFuture.completedFuture(
        unknown != null
            ? new Answer.Refused<>(unknown)
            : new Answer.Done<>(
                CatalogDiff.of(
                    catalog(base),
                    catalog(number),
                    List.of(new CatalogDiff.Subscribed(null, "pro", Set.of(), 3))),
                false));
  }

  /**
   * One request of everybody's that cost 2, in two parts; of gamma's, if it is asked for, one that
   * cost as much in another credit type.
   */
  @Override
  public CompletionStage<Answer<Trial>> simulate(
      int number, @Nullable String org, Instant from, Instant to, @Nullable Instant pricedAt) {
    Refusal unknown = unknown(number);
    if (unknown != null) {
      return CompletableFuture.completedFuture(new Answer.Refused<>(unknown));
    }
    Rerating rerating = new Rerating(catalog(number), Map.of(), pricedAt);
    for (String each : List.of("acme", "beta")) {
      if (org == null || org.equals(each)) {
        rerating.add(
            used(each, from, each.equals("acme") ? "gpt-5" : "unknown", "platform", 1_000));
      }
    }
    if ("gamma".equals(org)) {
      rerating.add(used(org, from, "gpt-5", "image", 1_000));
    }
    return CompletableFuture.completedFuture(new Answer.Done<>(new Parts(rerating), false));
  }

  private static Rerating.Used used(
      String org, Instant at, String model, String creditType, long tokens) {
    Map<String, Long> units = Map.of("input_tokens", tokens);
    Rerating.Moment moment = new Rerating.Moment(at, new Place(1, 0));
    return new Rerating.Used(
        org,
        null,
        null,
        model,
        Rerating.Decider.ORG,
        CountedWork.of(at, at),
        moment,
        new Quantities(Credits.of(2), units),
        creditType,
        new Rerating.Charge(units, Credits.of(2), Credits.of(2), moment, false));
  }

  private static final class Parts implements Trial {
    private final Rerating rerating;
    private int asked;

    Parts(Rerating rerating) {
      this.rerating = rerating;
    }

    @Override
    public long expected() {
      return 2;
    }

    @Override
    public long events() {
      return rerating.events();
    }

    @Override
    public CompletionStage<Boolean> more() {
      return CompletableFuture.completedFuture(++asked < 2);
    }

    @Override
    public List<Rerating.OfOrg> orgs() {
      return rerating.orgs();
    }
  }

  @Override
  public CompletionStage<Answer<Made>> change(ReleaseChange change, Caller caller) {
    return once(
        caller,
        () -> {
          Instant now = clock.instant();
          Refusal fault = releases.fault(change, texts.size(), now);
          return fault != null
              ? new Answer.Refused<>(fault)
              : new Answer.Done<>(make(change, caller.actor()), false);
        });
  }
}
