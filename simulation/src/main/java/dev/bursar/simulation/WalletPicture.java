package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.GrantPlace;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.NaivePots.Pot;
import dev.bursar.simulation.NaiveWallet.Figures;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a wallet has to tell of itself at one moment, as its events have it.
 *
 * @param owner whose it is; null while it is not open
 * @param figures those of every credit type that ever was in it
 * @param last the last entry of its ledger; null while there is none
 * @param rows its grants, in the order in which they are listed
 * @param open the open holds, by reservation
 */
record WalletPicture(
    @Nullable WalletOwner owner,
    Map<String, Figures> figures,
    @Nullable Posting last,
    List<Row> rows,
    Map<String, Hold> open) {

  static final WalletPicture UNOPENED =
      new WalletPicture(null, Map.of(), null, List.of(), Map.of());

  private static final byte[] NO_HASH = new byte[32];

  /**
   * A grant.
   *
   * @param terms of these only the terms are looked at: all else in it may have changed since
   */
  record Row(
      Pot terms, BigInteger left, BigInteger held, String state, @Nullable Instant voidedAt) {

    static Row of(Pot pot) {
      boolean isToCome = pot.waits && !pot.over;
      return new Row(
          pot,
          isToCome ? NaiveWallet.micros(pot.grant.amount()) : pot.left,
          pot.held,
          pot.over ? (pot.voided ? "voided" : "expired") : isToCome ? "scheduled" : "active",
          pot.over ? pot.voidedAt : null);
    }

    String grant() {
      return terms.grant.id();
    }

    int part() {
      return WalletPicture.part(state);
    }

    /** Whether it is one in force, with something left of it, that ends. */
    private boolean isEnding() {
      return part() == 0 && left.signum() > 0 && terms.grant.expiresAt() != null;
    }

    private boolean isTold(WalletReply.GrantView told) {
      return terms.grant.equals(told.grant())
          && left.equals(NaiveWallet.micros(told.remaining()))
          && held.equals(NaiveWallet.micros(told.held()))
          && state.equals(told.state())
          && Objects.equals(voidedAt, told.voidedAt());
    }

    @Override
    public String toString() {
      return "%s %s, %s left, %s held".formatted(grant(), state, left, held);
    }
  }

  /** Those in force come first, then those to come, then those that are over. */
  private static int part(String state) {
    return switch (state) {
      case "active" -> 0;
      case "scheduled" -> 1;
      default -> 2;
    };
  }

  private static final Comparator<Row> AS_LISTED =
      Comparator.comparing(Row::part).thenComparing(Row::terms, NaivePots.BURN_ORDER);

  static WalletPicture of(
      @Nullable WalletOwner owner,
      Map<String, Figures> figures,
      @Nullable Posting last,
      List<Pot> pots,
      Map<String, Hold> open) {
    return new WalletPicture(
        owner, figures, last, pots.stream().map(Row::of).sorted(AS_LISTED).toList(), open);
  }

  // ---- what is told

  /** Whether that is what it is to tell of its balances. */
  boolean isTold(WalletReply.Viewed told) {
    return told.owner().equals(owner)
        && told.sequence() == (last == null ? 0 : last.sequence())
        && Arrays.equals(told.hash(), last == null ? NO_HASH : last.hash())
        && Objects.equals(told.nextExpiry(), nextExpiry())
        && areTold(told.balances());
  }

  /** When the next of those in force ends of which something is left; null if none does. */
  @Nullable Instant nextExpiry() {
    return rows.stream()
        .filter(Row::isEnding)
        .map(row -> row.terms.end())
        .min(Instant::compareTo)
        .orElse(null);
  }

  /** Each credit type once; of which nothing ever came, none need be told. */
  private boolean areTold(List<Balance> told) {
    return told.stream().map(Balance::creditType).distinct().count() == told.size()
        && told.stream()
            .allMatch(each -> figures.getOrDefault(each.creditType(), Figures.NOTHING).isLike(each))
        && figures.entrySet().stream()
            .allMatch(
                each ->
                    each.getValue().isLike(nothingOf(each.getKey()))
                        || told.stream().anyMatch(one -> one.creditType().equals(each.getKey())));
  }

  private static Balance nothingOf(String creditType) {
    return new Balance(creditType, Credits.ZERO, Credits.ZERO, Credits.ZERO);
  }

  /**
   * Whether that is a page of its grants: so many of those that come after a place, wherever the
   * grant that was there is by now.
   */
  boolean isTold(WalletReply.Grants told, @Nullable GrantPlace after, int limit) {
    List<Row> rest = after(after);
    List<WalletReply.GrantView> page = told.grants();
    if (page.size() != Math.min(limit, rest.size()) || told.hasMore() != (rest.size() > limit)) {
      return false;
    }
    for (int i = 0; i < page.size(); i++) {
      if (!rest.get(i).isTold(page.get(i))) {
        return false;
      }
    }
    return true;
  }

  private List<Row> after(@Nullable GrantPlace place) {
    Row from = place == null ? null : row(place.grant());
    if (place == null || from == null) {
      return rows;
    }
    int part = part(place.state());
    List<Row> found = new ArrayList<>();
    for (Row row : rows) {
      boolean isBehind =
          row.part() == part
              ? NaivePots.BURN_ORDER.compare(row.terms, from.terms) > 0
              : row.part() > part;
      if (isBehind) {
        found.add(row);
      }
    }
    return found;
  }

  private @Nullable Row row(String grant) {
    return rows.stream().filter(row -> row.grant().equals(grant)).findFirst().orElse(null);
  }

  /** Whether the grant where a page ended has come elsewhere in the list since. */
  boolean hasMoved(GrantPlace place) {
    Row row = row(place.grant());
    return row != null && row.part() != part(place.state());
  }

  /** Whether that is what it is to tell of an open reservation. */
  boolean isTold(WalletReply.Open told) {
    Hold hold = open.get(told.hold().reservation());
    return hold != null
        && told.hold().equals(hold)
        && figures.getOrDefault(hold.creditType(), Figures.NOTHING).isLike(told.balance());
  }
}
