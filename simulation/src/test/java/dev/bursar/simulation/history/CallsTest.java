package dev.bursar.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A history as a client would play it to whom everything is granted. */
final class CallsTest {

  private static final int STEPS = 4_000;
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
  private static final Orgs ORGS = new Orgs("busy", "other");
  private static final Credits LEFT = Credits.parse("33.333333");

  private final Known known = new Known();
  private final List<Call> finished = new ArrayList<>();
  private final Map<String, Call> byKey = new HashMap<>();

  /** Where the same is left of everything. */
  private final class Plenty implements Sight {

    @Override
    public Instant now(String org) {
      return NOW;
    }

    @Override
    public Instant earliestNow() {
      return NOW;
    }

    @Override
    public int finished() {
      return finished.size();
    }

    @Override
    public List<String> charges(EntityId wallet) {
      return List.of("t1", "t2");
    }

    @Override
    public @Nullable Credits room(Subject subject, String creditType) {
      return null;
    }

    @Override
    public Credits available(
        EntityId wallet, String creditType, @Nullable String feature, @Nullable String model) {
      return LEFT;
    }
  }

  private List<Step> play(int secondsMax) {
    return play(secondsMax, mix(true));
  }

  private static Mix mix(boolean ofAll) {
    return new Random(7)
        .longs()
        .mapToObj(seed -> Mix.of(new Random(seed)))
        .filter(mix -> mix.hasAll() == ofAll)
        .findFirst()
        .orElseThrow();
  }

  private List<Step> play(int secondsMax, Mix mix) {
    Calls calls = new Calls(ORGS, secondsMax, known, mix, new Plenty(), false, new Random(7));
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      Step step = calls.next();
      steps.add(step);
      if (step instanceof Step.New(Call call, String key)) {
        grant(call, key);
      }
    }
    return steps;
  }

  private void grant(Call call, String key) {
    finished.add(call);
    assertThat(byKey.put(key, call)).as("a new key").isNull();
    switch (call) {
      case Call.Reserve it when !it.request().dryRun() -> {
        known.used(it, key);
        known.reserved(new Call.Reserved("r" + key, it.wallet(), it.request().amount()));
      }
      case Call.AddGrant it -> {
        known.used(it, key);
        known.granted(it.wallet(), it.grant().id());
      }
      case Call.Adjust it -> known.used(it, key);
      case Call.Transfer it -> known.used(it, key);
      case Call other -> {}
    }
  }

  private static List<Call> calls(List<Step> steps) {
    List<Call> calls = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.New(Call call, String key)) {
        calls.add(call);
      }
    }
    return calls;
  }

  @Test
  void theSameLotsMakeTheSameHistory() {
    List<Step> first = play(Calls.SECONDS_MAX);
    assertThat(new CallsTest().play(Calls.SECONDS_MAX)).isEqualTo(first);
  }

  @Test
  void everyKindOfCallAndOfStepIsMade() {
    List<Step> steps = play(Calls.SECONDS_MAX);
    Set<Class<?>> kinds = new HashSet<>();
    steps.forEach(step -> kinds.add(step.getClass()));
    calls(steps).forEach(call -> kinds.add(call.getClass()));
    Set<Class<?>> all = new HashSet<>(Set.of(Step.class.getPermittedSubclasses()));
    leaves(Call.class, all);
    assertThat(kinds).containsExactlyInAnyOrderElementsOf(all);
  }

  /** So that what is left comes together more often. */
  @Test
  void halfOfTheHistoriesLeaveSomeKindsOut() {
    long withAll =
        new Random(7).longs(1_000).filter(seed -> Mix.of(new Random(seed)).hasAll()).count();
    assertThat(withAll).isBetween(450L, 550L);

    Mix some = mix(false);
    Set<Mix.Kind> drawn = EnumSet.noneOf(Mix.Kind.class);
    Random random = new Random(7);
    for (int i = 0; i < STEPS; i++) {
      drawn.add(some.draw(random));
    }
    assertThat(drawn).contains(Mix.Kind.RESERVE).hasSizeBetween(5, Mix.Kind.values().length - 1);
    assertThat(drawn).hasToString(some.toString());
  }

  private static void leaves(Class<?> sealed, Set<Class<?>> into) {
    for (Class<?> each : sealed.getPermittedSubclasses()) {
      if (each.isSealed()) {
        leaves(each, into);
      } else {
        into.add(each);
      }
    }
  }

  @Test
  void someAmountsAreAllThatIsLeftOrOneMillionthMoreOrLess() {
    Set<Long> beside = new HashSet<>();
    for (Call call : calls(play(Calls.SECONDS_MAX))) {
      if (call instanceof Call.Reserve it) {
        beside.add(it.request().amount().micros() - LEFT.micros());
      }
    }
    assertThat(beside).contains(-1L, 0L, 1L);
  }

  @Test
  void aUsedKeyIsUsedForSomethingElseOfItsKind() {
    int reused = 0;
    for (Step step : play(Calls.SECONDS_MAX)) {
      if (step instanceof Step.Reuse(Call call, String key)) {
        Call used = byKey.get(key);
        assertThat(call).hasSameClassAs(used).isNotEqualTo(used);
        assertThat(call.org()).isEqualTo(used.org());
        reused++;
      }
    }
    assertThat(reused).isPositive();
  }

  @Test
  void nothingLastsLongerThanItMay() {
    int secondsMax = 15;
    for (Call call : calls(play(secondsMax))) {
      switch (call) {
        case Call.Reserve it ->
            assertThat(it.request().ttlSeconds()).isBetween(1L, (long) secondsMax);
        case Call.Extend it -> assertThat(it.seconds()).isBetween(1, secondsMax);
        case Call.AddGrant it when it.grant().expiresAt() != null ->
            assertThat(it.grant().expiresAt())
                .isBefore(NOW.plusSeconds(secondsMax + secondsMax * 3 / 2 + 2));
        case Call other -> {}
      }
    }
  }

  @Test
  void mostIsAskedOfTheBusyOrgWhichAloneHasBudgets() {
    Map<String, Integer> asked = new HashMap<>();
    for (Call call : calls(play(Calls.SECONDS_MAX))) {
      asked.merge(call.org(), 1, Integer::sum);
      if (call instanceof Call.PutBudget) {
        assertThat(call.org()).isEqualTo(ORGS.busy());
      }
    }
    assertThat(asked.get("busy")).isGreaterThan(3 * asked.get("other"));
    assertThat(asked.get("other")).isPositive();
  }
}
