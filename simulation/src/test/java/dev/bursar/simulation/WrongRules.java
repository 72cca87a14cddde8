package dev.bursar.simulation;

import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Rules gone wrong.
 *
 * @param takenIn for each entity of its own, what is taken in of an event: nothing, it, or others
 * @param decided what is decided in the place of an event
 * @param told what is told without any event in the place of one; null where that is right
 * @param due the time by which things fall due
 * @param answered what is made of a command in the place of something else than an event
 */
record WrongRules(
    Supplier<Function<Object, List<Object>>> takenIn,
    UnaryOperator<Object> decided,
    Function<Object, @Nullable Object> told,
    UnaryOperator<Instant> due,
    UnaryOperator<Decision<Object, Object>> answered) {

  /** Rules as they are, by way of this class. */
  static WrongRules none() {
    return takingIn(() -> List::of);
  }

  /** Only some events are taken in. */
  static WrongRules evolving(Predicate<Object> which) {
    return takingIn(() -> event -> which.test(event) ? List.of(event) : List.of());
  }

  /** Of those of one name only the first is taken in; all without a name are. */
  static WrongRules evolvingTheFirst(Function<Object, @Nullable String> name) {
    return takingIn(
        () -> {
          Set<String> there = new HashSet<>();
          return event -> {
            String named = name.apply(event);
            return named == null || there.add(named) ? List.of(event) : List.of();
          };
        });
  }

  /** Some events are taken in twice. */
  static WrongRules evolvingTwice(Predicate<Object> which) {
    return takingIn(() -> event -> which.test(event) ? List.of(event, event) : List.of(event));
  }

  /** Something else is taken in. */
  static WrongRules event(UnaryOperator<Object> change) {
    return takingIn(() -> event -> List.of(change.apply(event)));
  }

  static WrongRules takingIn(Supplier<Function<Object, List<Object>>> takenIn) {
    return new WrongRules(
        takenIn,
        UnaryOperator.identity(),
        event -> null,
        UnaryOperator.identity(),
        UnaryOperator.identity());
  }

  /** Something else is decided. */
  static WrongRules deciding(UnaryOperator<Object> change) {
    return new WrongRules(
        none().takenIn, change, event -> null, UnaryOperator.identity(), UnaryOperator.identity());
  }

  /** What should be written is only told. */
  static WrongRules telling(Function<Object, @Nullable Object> told) {
    return new WrongRules(
        none().takenIn,
        UnaryOperator.identity(),
        told,
        UnaryOperator.identity(),
        UnaryOperator.identity());
  }

  /** What should be written is refused. */
  static WrongRules refusing(Function<Object, @Nullable Refusal> refusal) {
    return telling(refusal::apply);
  }

  /** Things fall due at another time. */
  static WrongRules due(UnaryOperator<Instant> time) {
    return new WrongRules(
        none().takenIn, UnaryOperator.identity(), event -> null, time, UnaryOperator.identity());
  }

  /** Something else is made of a command that leads to no event. */
  static WrongRules answering(UnaryOperator<Decision<Object, Object>> answered) {
    return new WrongRules(
        none().takenIn,
        UnaryOperator.identity(),
        event -> null,
        UnaryOperator.identity(),
        answered);
  }

  <C, E, R> Aggregate<C, E, R> of(Aggregate<C, E, R> real) {
    return new Wrong<>(real, this, takenIn.get());
  }

  private record Wrong<C, E, R>(
      Aggregate<C, E, R> real, WrongRules rules, Function<Object, List<Object>> takenIn)
      implements AsReal<C, E, R> {

    @Override
    public Decision<E, R> decide(C command, Instant now, Instant clock) {
      return wrong(real.decide(command, now, clock));
    }

    @SuppressWarnings("unchecked")
    private Decision<E, R> wrong(Decision<E, R> decision) {
      if (decision instanceof Decision.AndThen<E, R>(E event, var next)) {
        return new Decision.AndThen<>((E) rules.decided.apply(event), () -> wrong(next.get()));
      }
      if (!(decision instanceof Decision.Accepted<E, R>(E event))) {
        return (Decision<E, R>) rules.answered.apply((Decision<Object, Object>) decision);
      }
      Object told = rules.told.apply(event);
      return told instanceof Refusal refusal
          ? new Decision.Refused<>(refusal)
          : told != null
              ? new Decision.Told<>((R) told)
              : new Decision.Accepted<>((E) rules.decided.apply(event));
    }

    @Override
    public @Nullable E due(Instant now) {
      return real.due(rules.due.apply(now));
    }

    @Override
    @SuppressWarnings("unchecked")
    public void evolve(E event, Place place) {
      for (Object each : takenIn.apply(event)) {
        real.evolve((E) each, place);
      }
    }
  }
}
