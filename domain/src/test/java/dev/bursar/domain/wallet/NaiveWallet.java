package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.NaiveBooks.micros;
import static dev.bursar.domain.wallet.NaiveBooks.text;
import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;

import dev.bursar.domain.wallet.NaiveBooks.Aside;
import dev.bursar.domain.wallet.NaiveBooks.Block;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a wallet does, said again as simply as possible, in the words of {@link WalletText}. Written
 * from the rules, not from the wallet.
 */
final class NaiveWallet {

  private record Due(Instant at, int rank, String id, Runnable happens) {}

  /** A reply, in words, and whether anything was changed. */
  record Said(String reply, boolean changed) {

    static Said done(String reply) {
      return new Said(reply, true);
    }

    static Said told(String reply) {
      return new Said(reply, false);
    }

    static Said refused(String code) {
      return told("refused " + code);
    }
  }

  private final NaiveBooks books = new NaiveBooks();
  private final NaiveReservations reservations = new NaiveReservations(books);
  private final NaiveGrants grants = new NaiveGrants(books);
  private final NaiveCorrections corrections = new NaiveCorrections(books);
  private final NaiveTransfers transfers = new NaiveTransfers(books);
  private final List<String> sent;
  private Instant now;
  private Instant changedAt;

  /**
   * @param sent the names of the transfers that have left the wallet, in their order: the model
   *     can't guess a hash
   */
  NaiveWallet(Instant openedAt, List<String> sent) {
    this.sent = sent;
    this.now = openedAt;
    this.changedAt = openedAt;
  }

  /** All entries so far. */
  List<String> entries() {
    return books.entries();
  }

  /** Lets time pass, though never backwards, and does what falls due on the way. */
  void at(Instant time) {
    Instant to = time.isBefore(changedAt) ? changedAt : time;
    for (Due due = nextDue(); due != null && !due.at.isAfter(to); due = nextDue()) {
      now = due.at.isBefore(changedAt) ? changedAt : due.at;
      due.happens.run();
      changedAt = now;
      books.date(now);
    }
    now = to;
  }

  /** What is decided now is decided at this time, or when something happened last. */
  void decideAt(Instant time) {
    now = time.isBefore(changedAt) ? changedAt : time;
  }

  private Due nextDue() {
    List<Due> dues = new ArrayList<>();
    for (Block b : books.blocks.values()) {
      String id = b.terms.id();
      if (b.state().equals("scheduled")) {
        dues.add(new Due(b.terms.effectiveAt(), 0, id, () -> books.start(b)));
      } else if (b.state().equals("active") && b.terms.expiresAt() != null) {
        dues.add(new Due(b.terms.expiresAt(), 1, id, () -> grants.over(b, now)));
      }
    }
    for (Aside a : books.asides.values()) {
      if (a.open) {
        String id = a.ask.reservation();
        dues.add(new Due(a.until, 2, id, () -> reservations.giveBack(a, "expired", "expired")));
      }
    }
    return dues.stream()
        .min(comparing(Due::at).thenComparing(Due::rank).thenComparing(Due::id))
        .orElse(null);
  }

  /** What becomes of a command. */
  Said decide(WalletCommand command) {
    Said said = reply(command);
    changedAt = said.changed() ? now : changedAt;
    books.date(now);
    for (Block each : books.blocks.values()) {
      if (!each.ended.equals("void")) {
        each.voidedAt = null;
      } else if (each.voidedAt == null) {
        each.voidedAt = now;
        each.voidedThrough = books.entries().size();
      }
    }
    return said;
  }

  private Said reply(WalletCommand command) {
    return switch (command) {
      case WalletCommand.Open open ->
          open.owner().team() == null ? Said.told("opened") : Said.refused("OWNER_FIXED");
      case WalletCommand.AddGrant add -> grants.add(add, now);
      case WalletCommand.VoidGrant it -> grants.voided(it.grant());
      case WalletCommand.Refund refund -> corrections.refund(refund);
      case WalletCommand.Adjust adjust -> corrections.adjust(adjust, now);
      case WalletCommand.Reverse reverse -> corrections.reverse(reverse, now);
      case WalletCommand.TransferOut out -> transfers.out(out);
      case WalletCommand.TransferIn in -> transfers.in(in.transfer(), now);
      case WalletCommand.SettleTransfer settle -> transfers.settle(sent.indexOf(settle.transfer()));
      case WalletCommand.ReturnTransfer it -> transfers.comeBack(sent.indexOf(it.transfer()));
      case WalletCommand.BarTransfer bar -> transfers.bar(bar.transfer());
      case WalletCommand.ListTransfers list -> transfers.list();
      case WalletCommand.HoldCredits ask -> reservations.hold(ask, now);
      case WalletCommand.ChargeUsage ask -> reservations.chargeUsage(ask, now);
      // The simulation has them.
      case WalletCommand.SettleLease never -> throw new IllegalArgumentException(never.toString());
      case WalletCommand.CloseLease never -> throw new IllegalArgumentException(never.toString());
      case WalletCommand.RevokeLease never -> throw new IllegalArgumentException(never.toString());
      // Histories of plans have them.
      case WalletCommand.ChangePlanGrants never ->
          throw new IllegalArgumentException(never.toString());
      case WalletCommand.CheckCredits ask -> {
        String no =
            reservations.denial(
                ask.creditType(), micros(ask.amount()), ask.feature(), ask.model(), now);
        yield Said.told(
            no != null
                ? no
                : "would hold; " + books.figures(ask.creditType(), micros(ask.amount())));
      }
      case WalletCommand.Commit ask -> reservations.commit(ask, now);
      case WalletCommand.Release ask -> {
        Aside a = reservations.open(ask.reservation());
        yield a == null
            ? reservations.notOpen(ask.reservation())
            : reservations.giveBack(a, "released", "released");
      }
      case WalletCommand.Cancel ask -> reservations.cancel(ask.reservation());
      case WalletCommand.Bar ask -> reservations.bar(ask.reservation());
      case WalletCommand.Extend ask -> reservations.extend(ask, now);
      case WalletCommand.Wake wake -> {
        Due next = nextDue();
        Instant at = next == null ? null : next.at;
        Instant look = changedAt.plusSeconds(60);
        boolean looks = transfers.areUnderWay() && (at == null || look.isBefore(at));
        yield Said.told("woken, next " + (looks ? look : at));
      }
      case WalletCommand.View view -> Said.told(view());
      case WalletCommand.ListGrants list -> Said.told(list());
      case WalletCommand.ListOpen list ->
          Said.told(
              "open "
                  + books.asides.keySet().stream()
                      .filter(r -> reservations.open(r) != null)
                      .toList());
      case WalletCommand.Find find -> reservations.find(find.reservation());
    };
  }

  // ---- telling

  private String view() {
    Instant next =
        books.blocks.values().stream()
            .filter(b -> b.state().equals("active") && b.left.signum() > 0)
            .map(b -> b.terms.expiresAt())
            .filter(Objects::nonNull)
            .min(naturalOrder())
            .orElse(null);
    return "view %s; %s, next end %s"
        .formatted(books.figures("image"), books.figures("platform"), next);
  }

  private String list() {
    List<String> all = new ArrayList<>();
    for (List<String> states :
        List.of(List.of("active"), List.of("scheduled"), List.of("expired", "voided"))) {
      books.blocks.values().stream()
          .filter(b -> states.contains(b.state()))
          .sorted(NaiveBooks.BURN_ORDER)
          .forEach(b -> all.add(NaiveGrants.line(b) + " " + text(books.held(b))));
    }
    return "grants " + all;
  }
}
