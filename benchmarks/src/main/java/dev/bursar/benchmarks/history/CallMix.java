package dev.bursar.benchmarks.history;

import dev.bursar.benchmarks.trace.Zipf;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for next: the same kinds of calls as in the simulation, mostly in the busiest
 * org, with amounts near what is left and near what was set aside. For one thread.
 */
final class CallMix {

  private static final double SKEW = 1.1;

  /** Of those set aside last; and of those that have been for long. */
  private static final int RECENT = 16;

  private static final int LONG_AGO = 400;

  private static final BigDecimal SMALLEST = new BigDecimal("0.000001");
  private static final List<String> POLICIES = List.of("record", "cap", "reject");
  private static final List<String> CATEGORIES = List.of("paid", "promotional", "plan");

  private final Stage stage;
  private final Memory memory;
  private final Random random;
  private final Zipf busy;
  private final String names;
  private int named;

  /**
   * @param names begins the names that this client gives
   */
  CallMix(Stage stage, Memory memory, String names, Random random) {
    this.stage = stage;
    this.memory = memory;
    this.names = names;
    this.random = random;
    this.busy = new Zipf(stage.orgs().size(), SKEW);
  }

  /** A new call. */
  Call next() {
    int chance = random.nextInt(94);
    if (chance < 26) {
      return reserve(Call.Manner.HOLD);
    } else if (chance < 42) {
      return reserve(Call.Manner.AT_ONCE);
    } else if (chance < 45) {
      return reserve(Call.Manner.DRY_RUN);
    } else if (chance < 65) {
      return commit();
    } else if (chance < 70) {
      return release();
    } else if (chance < 73) {
      return extend();
    } else if (chance < 80) {
      return grant();
    } else if (chance < 82) {
      return voidGrant();
    } else if (chance < 84) {
      return adjust();
    } else if (chance < 87) {
      return refund();
    } else if (chance < 90) {
      return transfer();
    }
    return chance < 93 ? changeBudget() : freeze();
  }

  private String org() {
    return stage.orgs().get(busy.draw(random));
  }

  /** The first of a list is asked for most. */
  private <T> T some(List<T> list) {
    int at = 0;
    while (at < list.size() - 1 && random.nextInt(3) == 0) {
      at++;
    }
    return list.get(at);
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private BigDecimal amount() {
    return switch (random.nextInt(6)) {
      case 0 -> SMALLEST.multiply(BigDecimal.valueOf(1 + random.nextInt(3)));
      case 1 -> BigDecimal.valueOf(1 + random.nextInt(10));
      case 2 -> BigDecimal.valueOf(25);
      case 3 -> BigDecimal.TEN.add(SMALLEST.multiply(BigDecimal.valueOf(random.nextInt(3) - 1)));
      case 4 -> BigDecimal.valueOf(1 + random.nextInt(40));
      default -> BigDecimal.valueOf(1 + random.nextInt(20_000_000), 6);
    };
  }

  private Call.Reserve reserve(Call.Manner manner) {
    return new Call.Reserve(
        org(),
        some(Stage.WALLETS),
        random.nextInt(3) == 0 ? null : some(Stage.TEAMS),
        random.nextInt(4) == 0 ? null : some(Stage.USERS),
        amount(),
        random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 6 + random.nextInt(10),
        any(POLICIES),
        manner);
  }

  /** Mostly one that is open still. */
  private Call.@Nullable Reserved reserved() {
    List<Call.Reserved> last = memory.lastReserved(random.nextInt(8) == 0 ? LONG_AGO : RECENT);
    if (last.isEmpty()) {
      return null;
    }
    Call.Reserved one = any(last);
    for (int i = 0; i < 3 && memory.isEnded(one); i++) {
      one = any(last);
    }
    return one;
  }

  private Call commit() {
    Call.Reserved of = reserved();
    if (of == null) {
      return reserve(Call.Manner.HOLD);
    }
    BigDecimal held = of.as().amount();
    return new Call.Commit(
        of,
        switch (random.nextInt(6)) {
          case 0 -> BigDecimal.ZERO;
          case 1, 2 -> held;
          case 3 -> amount();
          case 4 -> held.add(SMALLEST);
          default -> held.divide(BigDecimal.TWO).setScale(6, RoundingMode.DOWN);
        });
  }

  private Call release() {
    Call.Reserved of = reserved();
    return of == null ? reserve(Call.Manner.HOLD) : new Call.Release(of);
  }

  /** Only what is quite new is likely to be open still on a slow machine. */
  private Call extend() {
    List<Call.Reserved> last = memory.lastReserved(random.nextInt(3) == 0 ? RECENT : 1);
    Call.Reserved of = last.isEmpty() ? null : any(last);
    return of == null ? reserve(Call.Manner.HOLD) : new Call.Extend(of, 1 + random.nextInt(15));
  }

  private Call.Grant grant() {
    return new Call.Grant(
        org(),
        some(Stage.WALLETS),
        name("g"),
        BigDecimal.valueOf(1 + random.nextInt(40)),
        any(CATEGORIES),
        random.nextInt(3) * 25,
        random.nextInt(3) > 0 ? null : Instant.now().plusSeconds(10 + random.nextInt(25)));
  }

  private String name(String prefix) {
    return names + "-" + prefix + named++;
  }

  private Call voidGrant() {
    List<Call.Grant> granted = new ArrayList<>();
    for (Told told : memory.last(LONG_AGO)) {
      if (told.isDone() && told.call() instanceof Call.Grant grant) {
        granted.add(grant);
      }
    }
    if (granted.isEmpty()) {
      return grant();
    }
    Call.Grant grant = any(granted);
    return new Call.VoidGrant(grant.org(), grant.wallet(), grant.id());
  }

  private Call adjust() {
    BigDecimal amount = amount();
    return new Call.Adjust(
        org(), some(Stage.WALLETS), random.nextBoolean() ? amount : amount.negate());
  }

  private Call refund() {
    List<Told> charges = new ArrayList<>();
    for (Told told : memory.last(LONG_AGO)) {
      if (told.isDone() && told.body().path("receipt").has("transaction_id")) {
        charges.add(told);
      }
    }
    if (charges.isEmpty()) {
      return reserve(Call.Manner.AT_ONCE);
    }
    Told charge = any(charges);
    return new Call.Refund(
        charge.call().org(),
        charge.body().path("receipt").path("wallet").asText(),
        charge.body().path("receipt").path("transaction_id").asText(),
        random.nextBoolean() ? null : amount());
  }

  private Call transfer() {
    String from = some(Stage.WALLETS);
    String to = Stage.WALLETS.get(1 - Stage.WALLETS.indexOf(from));
    return new Call.Transfer(org(), from, to, amount());
  }

  /** To what is used, and a little more: so that something goes on, and something is denied. */
  private Call changeBudget() {
    String org = org();
    Terms budget = any(stage.budgets().stream().filter(terms -> !terms.fixed()).toList());
    BigDecimal limit = memory.charged(org, budget).add(BigDecimal.valueOf(1 + random.nextInt(150)));
    return new Call.ChangeBudget(org, budget, limit);
  }

  private Call freeze() {
    boolean team = random.nextBoolean();
    return new Call.Freeze(
        org(),
        team ? "team" : "user",
        team ? some(Stage.TEAMS) : some(Stage.USERS),
        Instant.now().plusSeconds(1 + random.nextInt(4)));
  }

  /** Something that was carried out, to be asked for once more; null if there is nothing. */
  @Nullable Told again() {
    List<Told> last = memory.last(LONG_AGO);
    for (int i = 0; i < 10 && !last.isEmpty(); i++) {
      Told told = any(last);
      if (told.isDone() && told.call().kind() != Kind.DRY_RUN) {
        return told;
      }
    }
    return null;
  }

  /** What the same key must not be good for; null if there is no such thing. */
  @Nullable Call other(Call call) {
    BigDecimal more = amount();
    return switch (call) {
      case Call.Reserve r ->
          new Call.Reserve(
              r.org(),
              r.wallet(),
              r.team(),
              r.user(),
              r.amount().add(more),
              r.ttl(),
              r.policy(),
              r.manner());
      case Call.Commit commit -> new Call.Commit(commit.of(), commit.amount().add(more));
      case Call.Extend extend -> new Call.Extend(extend.of(), extend.seconds() + 1);
      case Call.Adjust adjust ->
          new Call.Adjust(adjust.org(), adjust.wallet(), adjust.amount().multiply(BigDecimal.TWO));
      case Call.Transfer transfer ->
          new Call.Transfer(
              transfer.org(), transfer.from(), transfer.to(), transfer.amount().add(more));
      case Call.Release e -> null;
      case Call.Grant e -> null;
      case Call.VoidGrant e -> null;
      case Call.Refund e -> null;
      case Call.ChangeBudget e -> null;
      case Call.Freeze e -> null;
    };
  }
}
