package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.GrantPlace;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.NaiveBudgets.Applied;
import dev.bursar.simulation.history.OrgShape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Asks for what only is to be told, and compares it with the naive models: it was so when it was
 * asked, or at some moment until it was told. Whoever is behind its journal may tell what was so
 * before; but all of it at one moment.
 */
final class ViewChecks {

  /** What an org tells without being told more. */
  static final List<OrgCommand> LISTS =
      List.of(
          new OrgCommand.ViewOrg(),
          new OrgCommand.ListUnits(),
          new OrgCommand.ListWallets(),
          new OrgCommand.ListOverrides());

  private static final int PAGE = 4;

  private final World world;
  private final Watch watch;

  /** What has yet to be told, of what was asked when nothing could keep it from being told. */
  private int awaited;

  ViewChecks(World world) {
    this.world = world;
    this.watch = world.watch;
  }

  // ---- what is asked

  /** The figures of a wallet. */
  void wallet(EntityId id) {
    this.<WalletReply>ask(
        id,
        new WalletCommand.View(),
        (told, since) -> {
          List<WalletPicture> pictures = pictures(id, since);
          return told == null
              ? pictures.stream().anyMatch(each -> each.owner() == null)
              : told instanceof WalletReply.Viewed it
                  && pictures.stream().anyMatch(each -> each.isTold(it));
        },
        told -> {});
  }

  /**
   * A page of the grants of a wallet.
   *
   * @param then told what is on it; it is null where the wallet is not open
   */
  void grants(
      EntityId id,
      @Nullable GrantPlace after,
      int limit,
      Consumer<WalletReply.@Nullable Grants> then) {
    this.<WalletReply>ask(
        id,
        new WalletCommand.ListGrants(after, limit),
        (told, since) -> {
          List<WalletPicture> pictures = pictures(id, since);
          saw(
              after != null && pictures.getLast().hasMoved(after),
              Rarity.GRANTS_LISTED_AFTER_ONE_THAT_HAD_MOVED);
          return told == null
              ? pictures.stream().anyMatch(each -> each.owner() == null)
              : told instanceof WalletReply.Grants it
                  && pictures.stream().anyMatch(each -> each.isTold(it, after, limit));
        },
        told -> then.accept((WalletReply.Grants) told));
  }

  /** What has become of a reservation in its wallet. */
  void reservation(EntityId wallet, String reservation) {
    this.<WalletReply>ask(
        wallet,
        new WalletCommand.Find(reservation),
        (told, since) ->
            atSomeMoment(
                since,
                wallet,
                moment ->
                    watch
                        .wallet(wallet)
                        .isFound(
                            reservation,
                            told,
                            watch.memories.hasForgottenEnding(wallet, reservation),
                            moment)),
        told -> {});
  }

  /** The settings of an org, its units, its wallets, or what is set for some time. */
  void org(EntityId id, OrgCommand what) {
    this.<OrgReply>ask(
        id,
        what,
        (told, since) ->
            listing(id).since(world.from(since, id)).stream()
                .anyMatch(each -> told == null ? each.settings() == null : each.isTold(told)),
        told -> {});
  }

  /** A page of the budgets of an org. */
  void budgets(
      EntityId id,
      @Nullable String after,
      int limit,
      Consumer<OrgReply.@Nullable BudgetPage> then) {
    this.<OrgReply>ask(
        id,
        new OrgCommand.ListBudgets(after, limit),
        (told, since) ->
            listing(id).since(world.from(since, id)).stream()
                .anyMatch(
                    each ->
                        told == null
                            ? each.settings() == null
                            : told instanceof OrgReply.BudgetPage it
                                && each.isTold(it, after, limit)),
        told -> then.accept((OrgReply.BudgetPage) told));
  }

  /** What was decided of a reservation that never came to its wallet. */
  void decided(EntityId org, String reservation) {
    this.<OrgReply>ask(
        org,
        new OrgCommand.FindReservation(reservation),
        (told, since) ->
            atSomeMoment(
                since,
                org,
                moment ->
                    listing(org)
                        .isFound(
                            reservation,
                            told,
                            !watch.memories.remembersDecision(org, reservation),
                            moment)),
        told -> {});
  }

  /** A budget with its figures: where a team counts it, those of the team. */
  void budget(EntityId org, String budget, @Nullable String user) {
    this.<OrgReply>ask(
        org,
        new OrgCommand.ViewBudget(budget, user),
        (told, since) ->
            atSomeMoment(
                since,
                org,
                moment -> {
                  Budget of = listing(org).at(moment).budgets().get(budget);
                  return told == null
                      ? of == null
                      : of != null
                          && told instanceof OrgReply.OneBudget it
                          && isViewed(it.budget(), of, user, org, since, moment);
                }),
        told -> {
          if (told instanceof OrgReply.OneBudget it) {
            viewed(org, it.budget());
          }
        });
  }

  private void viewed(EntityId org, OrgReply.BudgetView view) {
    saw(view.applicable().override() != null, Rarity.BUDGET_VIEWED_UNDER_AN_OVERRIDE);
    String team = view.budget().scope().countingTeam();
    if (team != null) {
      limits(EntityId.team(org.org(), team), List.of(view.applicable()));
    }
  }

  /** What a team counts in some limits. */
  void limits(EntityId team, List<Budgets.Applicable> limits) {
    this.<TeamReply>ask(
        team,
        new TeamCommand.ViewLimits(limits),
        (told, since) ->
            told instanceof TeamReply.Limits it
                && atSomeMoment(
                    since, team, moment -> areCounted(it.limits(), limits, team, since, moment)),
        told -> {});
  }

  /** Everything that was asked in quiet times is told by now. */
  void expectTold() {
    watch.expect(
        awaited == 0, "progress", "%d questions are not answered, though all is quiet", awaited);
  }

  /** All that an org, a team or a wallet is to tell when all is quiet. */
  void all(EntityId id) {
    switch (id.kind()) {
      case ORG -> {
        for (OrgCommand each : LISTS) {
          org(id, each);
        }
        budgets(id, null, PAGE);
        listing(id).at(watch.moment()).budgets().forEach((name, budget) -> budget(id, budget));
      }
      case WALLET -> grants(id, null, PAGE);
      case TEAM -> {}
    }
  }

  private void budgets(EntityId org, @Nullable String after, int limit) {
    budgets(
        org,
        after,
        limit,
        page -> {
          if (page != null && page.hasMore()) {
            budgets(org, page.budgets().getLast().id(), limit);
          }
        });
  }

  private void grants(EntityId wallet, @Nullable GrantPlace after, int limit) {
    grants(
        wallet,
        after,
        limit,
        page -> {
          if (page != null && page.hasMore()) {
            WalletReply.GrantView last = page.grants().getLast();
            grants(wallet, new GrantPlace(last.state(), last.grant().id()), limit);
          }
        });
  }

  /** Of a default, for somebody. */
  private void budget(EntityId org, Budget budget) {
    budget(org, budget.id(), budget.scope().isDefault() ? OrgShape.USERS.getFirst() : null);
  }

  // ---- figures of limits

  private boolean isViewed(
      OrgReply.BudgetView told,
      Budget budget,
      @Nullable String user,
      EntityId org,
      Since since,
      long moment) {
    NaiveBudgets budgets = watch.org(org).budgets;
    String id = budget.id();
    Scope scope = budget.scope();
    Scope counted = scope.isDefault() ? new Scope(Scope.Type.USER, user, scope.team()) : scope;
    LimitState state = told.state();
    List<Instant> ends = budgets.overridesEnd(budget, user, moment);
    return told.budget().equals(budget)
        && times(org, since, state, ends).stream()
            .anyMatch(
                at -> {
                  Applied applied = budgets.viewed(budget, user, at, moment);
                  Budgets.Applicable applicable =
                      new Budgets.Applicable(
                          applied.of(), counted, budgets.overriddenBy(budget, user, at, moment));
                  return told.applicable().equals(applicable)
                      && isOf(state, applied, applicable)
                      && (applied.byTeam()
                          ? state.used().isZero() && state.held().isZero()
                          : isCounted(state, applied, org, since, moment));
                });
  }

  private boolean areCounted(
      List<LimitState> told,
      List<Budgets.Applicable> limits,
      EntityId team,
      Since since,
      long moment) {
    if (told.size() != limits.size()) {
      return false;
    }
    for (int i = 0; i < told.size(); i++) {
      LimitState state = told.get(i);
      Budgets.Applicable limit = limits.get(i);
      boolean isRight =
          times(team, since, state, List.of()).stream()
              .map(at -> NaiveBudgets.of(limit.budget(), counted(limit, team), at))
              .anyMatch(
                  applied ->
                      isOf(state, applied, limit)
                          && isCounted(state, applied, team, since, moment));
      if (!isRight) {
        return false;
      }
    }
    return true;
  }

  /** Whom a default is counted for; of all else that makes no difference. */
  private static Subject counted(Budgets.Applicable limit, EntityId team) {
    return new Subject(team.org(), team.name(), limit.counted().id(), null, null, null);
  }

  /** Whether a limit is told as it applies, in the window in which it is looked at. */
  private static boolean isOf(LimitState told, Applied applied, Budgets.Applicable limit) {
    Budget of = limit.budget();
    return told.budget().equals(of.id())
        && told.scope().equals(limit.counted())
        && told.measure().equals(of.measure())
        && told.window() == of.window()
        && told.mode() == of.mode()
        && told.limit().equals(of.limit())
        && told.windowStart().equals(applied.window())
        && (applied.end() == null || applied.end().equals(told.resetsAt()))
        && told.source().equals(of.scope().isDefault() ? "default" : "budget")
        && Objects.equals(told.override(), limit.override())
        && told.thresholds().equals(of.thresholds())
        && Objects.equals(told.since(), of.since());
  }

  private boolean isCounted(
      LimitState told, Applied applied, EntityId by, Since since, long moment) {
    NaiveLimits counted = watch.limits(by);
    return !counted.starts.isKnown(applied.key(), world.from(since, by))
        || counted
            .at(applied.key(), moment)
            .equals(
                new NaiveLimits.Count(
                    NaiveWallet.micros(told.used()), NaiveWallet.micros(told.held())));
  }

  /**
   * The times by which an entity may have told it: between any two of them nothing that is told
   * becomes another.
   */
  private List<Instant> times(EntityId id, Since since, LimitState told, List<Instant> changes) {
    Instant earliest = world.cluster.earliestSince(since);
    Instant clock = world.cluster.latestSince(since);
    Instant last = watch.shadows.lastAt(id);
    Instant latest = last.isAfter(clock) ? last : clock;
    List<Instant> times = new ArrayList<>(List.of(earliest, latest));
    changes.stream()
        .filter(each -> each.isAfter(earliest) && each.isBefore(latest))
        .forEach(times::add);
    Instant begins = told.windowStart();
    if (begins.isAfter(earliest) && begins.isBefore(latest)) {
      times.add(begins);
    }
    return times;
  }

  // ---- asking

  /**
   * Asks, and compares.
   *
   * @param isRight whether that may be told, null for that there is nothing of it, to whom asks it
   *     then
   * @param then what is done with it
   */
  private <R> void ask(
      EntityId id,
      Object command,
      BiPredicate<@Nullable R, Since> isRight,
      Consumer<@Nullable R> then) {
    Since since = world.since();
    boolean isAwaited = world.isCalm();
    awaited += isAwaited ? 1 : 0;
    world.<Answer<R>>ask(
        id,
        replyTo -> new EntityMessage.Ask<>(new Request<>(command, null), replyTo),
        new World.Answered<>() {
          @Override
          public void sent(String node, Answer<R> answer) {
            awaited -= isAwaited ? 1 : 0;
            told(id, command, world.tampering.heard(answer), isRight, since);
          }

          @Override
          public void by(String node, Answer<R> answer) {
            switch (answer) {
              case Answer.Done<R> done -> then.accept(done.value());
              case Answer.Refused<R> refused -> then.accept(null);
              case Answer<R> nobodyKnows -> {}
            }
          }
        });
  }

  private <R> void told(
      EntityId id,
      Object command,
      Answer<R> answer,
      BiPredicate<@Nullable R, Since> isRight,
      Since since) {
    R told;
    switch (answer) {
      case Answer.Done<R> done -> told = done.value();
      case Answer.Refused<R>(Refusal refusal) -> told = null;
      case Answer<R> nobodyKnows -> {
        return;
      }
    }
    watch.expect(
        isRight.test(told, since),
        "model",
        "%s is asked for %s and tells %s, which was never so",
        id,
        command,
        answer);
    saw(world.wasBehind(since, id), Rarity.VIEWED_AS_IT_WAS_BEFORE);
  }

  private void saw(boolean really, Rarity rarity) {
    if (really) {
      watch.saw(rarity);
    }
  }

  private NaiveListing listing(EntityId org) {
    return watch.org(org).listing;
  }

  private List<WalletPicture> pictures(EntityId wallet, Since since) {
    return watch.wallet(wallet).pictures(world.from(since, wallet));
  }

  private boolean atSomeMoment(Since since, EntityId id, LongPredicate so) {
    return LongStream.rangeClosed(world.from(since, id), watch.moment()).anyMatch(so);
  }
}
