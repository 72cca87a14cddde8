package dev.bursar.simulation;

import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The grants of one credit type in a wallet: what is left of each, and which burns first. */
final class NaivePots {

  /** So much of a grant, in millionths. */
  record Part(String grant, BigInteger amount) {

    static List<Part> of(List<Draw> draws) {
      return draws.stream()
          .map(draw -> new Part(draw.grant(), NaiveWallet.micros(draw.amount().micros())))
          .toList();
    }

    @Override
    public String toString() {
      return "Part[grant=%s, amount=%s]".formatted(grant, PlainWords.amount(amount));
    }
  }

  /**
   * What credits are wanted for.
   *
   * @param wide whether a feature or model that is not named stands for any, as in a lease: then
   *     limits of some count it, too
   */
  record Use(@Nullable String feature, @Nullable String model, boolean wide) {
    Use(@Nullable String feature, @Nullable String model) {
      this(feature, model, false);
    }

    /** Whether a limit of some features and models counts it; of none means of all. */
    boolean isCountedBy(Set<String> features, Set<String> models) {
      return wide ? mayBe(feature, features) && mayBe(model, models) : isPaidFrom(features, models);
    }

    private static boolean mayBe(@Nullable String name, Set<String> some) {
      return some.isEmpty() || name == null || some.contains(name);
    }

    boolean isPaidFrom(Set<String> features, Set<String> models) {
      return (features.isEmpty() || (feature != null && features.contains(feature)))
          && (models.isEmpty() || (model != null && models.contains(model)));
    }
  }

  /** What can be drawn of grants that pay for the same. */
  record Share(Set<String> features, Set<String> models, BigInteger free) {
    @Override
    public String toString() {
      return "Share[features=%s, models=%s, free=%s]"
          .formatted(features, models, PlainWords.amount(free));
    }
  }

  /** A grant, and what is left and held of it. */
  static final class Pot {
    final Grant grant;
    BigInteger left = BigInteger.ZERO;
    BigInteger held = BigInteger.ZERO;
    boolean over;

    /** Whether somebody has taken it back, which could be taken back. */
    boolean voided;

    /** When that was done. */
    @Nullable Instant voidedAt;

    /** The last entry of its wallet once that was done. */
    private long voidedThrough;

    /** Whether it was in force again after that. */
    private boolean wasInForceAgain;

    /** Whether it has yet to take effect. */
    boolean waits;

    /** When its end was moved; null if it was not. */
    @Nullable Instant movedAt;

    /** Whether its end was moved to within the interval that ran then. */
    boolean cutShort;

    Pot(Grant grant) {
      this.grant = grant;
    }

    void isVoidedWith(Transaction transaction, Instant at) {
      voided = true;
      voidedAt = at;
      voidedThrough =
          transaction.postings().isEmpty()
              ? Transaction.firstSequence(transaction.id()) - 1
              : transaction.lastSequence();
    }

    /** Whether what a transaction took away ended with it, or after it, and not before. */
    boolean isVoidedBy(Transaction taking) {
      boolean byVoid =
          taking.postings().stream()
              .anyMatch(each -> each.type() == EntryType.VOID && each.amount().isNegative());
      return over && voided && byVoid && taking.lastSequence() >= voidedThrough;
    }

    void inForceAgain() {
      over = false;
      voided = false;
      voidedAt = null;
      wasInForceAgain = true;
    }

    BigInteger free() {
      return left.subtract(held);
    }

    boolean canBeDrawnAt(Instant at) {
      return !over && at.isBefore(end());
    }

    Instant end() {
      Instant end = grant.expiresAt();
      return end == null ? Instant.MAX : end;
    }

    /** When something happens to it by itself. */
    private Instant due() {
      return over ? Instant.MAX : waits ? grant.effectiveAt() : ends();
    }

    /** When it ends: where the end was moved into the past, when that was done. */
    Instant ends() {
      return movedAt != null && end().isBefore(movedAt) ? movedAt : end();
    }

    /** What was given for nothing burns first, and what was paid for last. */
    private int rank() {
      return switch (grant.category()) {
        case PROMOTIONAL -> 1;
        case PLAN -> 2;
        case PAID -> 3;
      };
    }
  }

  static final Comparator<Pot> BURN_ORDER =
      Comparator.comparingInt((Pot pot) -> pot.grant.priority())
          .thenComparing(Pot::end)
          .thenComparingInt(Pot::rank)
          .thenComparing(pot -> pot.grant.effectiveAt())
          .thenComparing(pot -> pot.grant.createdAt())
          .thenComparing(pot -> pot.grant.id());

  private final String name;
  private final Watch watch;
  private final Map<String, Pot> pots = new LinkedHashMap<>();

  NaivePots(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  @Nullable Pot get(String grant) {
    return pots.get(grant);
  }

  Stream<Pot> all() {
    return pots.values().stream();
  }

  BigInteger balance() {
    return pots.values().stream().map(pot -> pot.left).reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** What grants will bring that have yet to take effect. */
  BigInteger promised() {
    return pots.values().stream()
        .filter(pot -> pot.waits && !pot.over)
        .map(pot -> NaiveWallet.micros(pot.grant.amount()))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** What can be drawn, by what it may pay for. */
  List<Share> shares() {
    List<Share> shares = new ArrayList<>();
    for (Pot pot : pots.values()) {
      if (!pot.over && pot.free().signum() > 0) {
        shares.add(new Share(pot.grant.features(), pot.grant.models(), pot.free()));
      }
    }
    return shares;
  }

  /** What comes too late to be used has ended when it comes. */
  Pot add(Grant grant, Instant at) {
    Pot pot = new Pot(grant);
    pot.over = !at.isBefore(pot.end());
    pots.put(grant.id(), pot);
    return pot;
  }

  /** Whether a grant has ended, or was voided. */
  boolean isOver(String grant) {
    Pot pot = pots.get(grant);
    return pot != null && pot.over;
  }

  /** Whether a grant has ended, or was voided, at any time. */
  boolean wasOver(String grant) {
    Pot pot = pots.get(grant);
    return pot != null && (pot.over || pot.wasInForceAgain);
  }

  /** Whether a grant has yet to take effect. */
  boolean waits(String grant) {
    Pot pot = pots.get(grant);
    return pot != null && pot.waits;
  }

  /** Those that begin like this and have not ended. */
  Stream<String> allOf(String prefix) {
    return pots.values().stream()
        .filter(pot -> !pot.over && pot.grant.id().startsWith(prefix))
        .map(pot -> pot.grant.id());
  }

  /** Whether the last interval of a grant, or it itself if it has none, was voided. */
  boolean wasVoided(String series) {
    boolean voided = false;
    for (Pot pot : pots.values()) {
      if (pot.grant.id().equals(series) || pot.grant.id().startsWith(series + "#")) {
        voided = pot.voided;
      }
    }
    return voided;
  }

  /** A grant has other terms. */
  Pot change(Pot before, Grant grant) {
    Pot after = new Pot(grant);
    after.left = before.left;
    after.held = before.held;
    after.waits = before.waits;
    after.over = before.over;
    after.voided = before.voided;
    after.voidedAt = before.voidedAt;
    after.voidedThrough = before.voidedThrough;
    after.wasInForceAgain = before.wasInForceAgain;
    after.movedAt = before.movedAt;
    after.cutShort = before.cutShort;
    pots.put(grant.id(), after);
    return after;
  }

  // ---- what comes by itself

  /** It has nothing left until it starts; but it may be voided before. */
  void schedule(Grant grant, Instant at) {
    expect(grant.effectiveAt().isAfter(at), "model", "%s is to start in the past", grant);
    add(grant, at).waits = true;
  }

  /** A grant takes effect: at once, or when it was promised for. */
  void start(Grant grant, Instant at) {
    Pot before = pots.get(grant.id());
    if (before == null) {
      expect(
          !grant.effectiveAt().isAfter(at), "model", "%s starts before it should: %s", grant, at);
      add(grant, at);
      return;
    }
    expect(
        before.waits && !before.over && before.grant.equals(grant) && at.equals(before.due()),
        "model",
        "%s starts at %s, and was promised as %s",
        grant,
        at,
        before.grant);
    before.waits = false;
    watch.saw(Rarity.GRANT_STARTED_LATER);
  }

  /**
   * What falls due by itself is done first.
   *
   * @param itself whether what happens now fell due by itself, too
   */
  void nothingIsDue(Instant at, boolean itself, Object event) {
    for (Pot pot : pots.values()) {
      Instant due = pot.due();
      expect(
          itself ? !due.isBefore(at) : due.isAfter(at),
          "model",
          "%s was due at %s, and first comes %s",
          pot.grant.id(),
          due,
          event);
    }
  }

  /** What fell due by itself before a time is done. */
  void expectNothingDue(Instant by) {
    for (Pot pot : pots.values()) {
      expect(
          !pot.due().isBefore(by),
          "model",
          "%s was due at %s, and nobody was woken for it by %s",
          pot.grant.id(),
          pot.due(),
          by);
    }
  }

  // ---- what is drawn

  /** So much more of these grants is held, or less. */
  void hold(List<Draw> draws, int sign) {
    for (Draw draw : draws) {
      Pot pot = pots.get(draw.grant());
      if (pot != null) {
        BigInteger amount = NaiveWallet.micros(draw.amount().micros());
        pot.held = pot.held.add(amount.multiply(BigInteger.valueOf(sign)));
        expect(pot.free().signum() >= 0, "I2", "more of %s is held than is left", draw.grant());
      }
    }
  }

  /**
   * What an amount is drawn on: one grant after the other is used up, as far as there are any.
   *
   * @param use what for; null for whatever grants may pay for
   */
  List<Part> burnt(BigInteger amount, @Nullable Use use, Instant at) {
    List<Part> drawn = new ArrayList<>();
    BigInteger left = amount;
    for (Pot pot : pots.values().stream().sorted(BURN_ORDER).toList()) {
      boolean pays = use == null || use.isPaidFrom(pot.grant.features(), pot.grant.models());
      BigInteger part = pays && pot.canBeDrawnAt(at) ? pot.free().min(left) : BigInteger.ZERO;
      if (part.signum() > 0) {
        drawn.add(new Part(pot.grant.id(), part));
        left = left.subtract(part);
        if (!pot.grant.features().isEmpty() || !pot.grant.models().isEmpty()) {
          watch.saw(Rarity.DRAWN_ON_WHAT_PAYS_FOR_THIS_ONLY);
        }
      }
    }
    return drawn;
  }

  /** All that can be drawn for something. */
  BigInteger free(Use use, Instant at) {
    return pots.values().stream()
        .filter(pot -> pot.canBeDrawnAt(at))
        .filter(pot -> use.isPaidFrom(pot.grant.features(), pot.grant.models()))
        .map(Pot::free)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }
}
