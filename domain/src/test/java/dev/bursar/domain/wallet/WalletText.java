package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** What a wallet says and holds, in words that can be compared. */
final class WalletText {

  private WalletText() {}

  static String of(WalletReply reply) {
    return switch (reply) {
      case WalletReply.Opened r -> "opened";
      case WalletReply.GrantAdded r -> "granted " + of(r.grant());
      case WalletReply.GrantVoided r -> "voided " + r.grant() + " " + r.amount();
      case WalletReply.Held r ->
          "held %s until %s; %s"
              .formatted(
                  r.hold().draws().stream().map(d -> d.grant() + " " + d.amount()).toList(),
                  r.hold().expiresAt(),
                  of(r.balance()));
      case WalletReply.NotHeld r ->
          "denied %s, available %s"
              .formatted(r.denials().getFirst().code(), r.denials().getFirst().available());
      case WalletReply.WouldHold r -> "would hold; " + of(r.balance());
      case WalletReply.Ended r ->
          "%s %s, back %s, debt %s, uncharged %s; %s"
              .formatted(
                  r.status() + (r.late() ? " late" : ""),
                  r.amount(),
                  r.released(),
                  r.debt(),
                  r.uncharged(),
                  of(r.balance()));
      case WalletReply.LeaseSettled r ->
          "leased %s of %s in epoch %d until %s; %s"
              .formatted(
                  r.terms().left(),
                  r.terms().granted(),
                  r.terms().epoch(),
                  r.terms().expiresAt(),
                  of(r.balance()));
      case WalletReply.LeaseRevoked r -> "revoked";
      case WalletReply.Extended r -> "extended until " + r.expiresAt();
      case WalletReply.Woken r -> "woken, next " + r.nextDue();
      case WalletReply.Viewed r -> {
        TreeMap<String, Balance> figures = new TreeMap<>();
        for (String type : List.of("image", "platform")) {
          figures.put(type, new Balance(type, Credits.ZERO, Credits.ZERO, Credits.ZERO));
        }
        r.balances().forEach(each -> figures.put(each.creditType(), each));
        yield "view %s; %s, next end %s"
            .formatted(of(figures.get("image")), of(figures.get("platform")), r.nextExpiry());
      }
      case WalletReply.Grants r ->
          "grants " + r.grants().stream().map(g -> of(g) + " " + g.held()).toList();
      case WalletReply.Open r ->
          "open %s until %s; %s"
              .formatted(r.hold().amount(), r.hold().expiresAt(), of(r.balance()));
      case WalletReply.OpenList r -> "open " + r.reservations().stream().sorted().toList();
      case WalletReply.Barred r -> "barred";
      case WalletReply.ReadFurther r -> "read through " + r.through();
      case WalletReply.Corrected r -> "corrected " + r.grant() + "; " + of(r.balance());
      case WalletReply.Transferred r ->
          "transferred %s; %s".formatted(r.transfer().amount(), of(r.balance()));
      case WalletReply.TransferTaken r -> "transfer taken";
      case WalletReply.TransferBarred r -> "transfer barred";
      case WalletReply.TransferEnded r -> "transfer ended";
      case WalletReply.PlanGrantsChanged r -> "plan grants " + r.steps();
      case WalletReply.TransferList r -> "transfers " + r.transfers().size();
    };
  }

  private static String of(WalletReply.GrantView view) {
    return view.grant().id() + " " + view.state() + " " + view.remaining();
  }

  private static String of(Balance of) {
    return "%s %s/%s/%s".formatted(of.creditType(), of.balance(), of.held(), of.debt());
  }

  /** The entries of a batch, as {@code when credit_type type grant amount value currency}. */
  static List<String> entries(Batch<WalletEvent> batch) {
    List<String> lines = new ArrayList<>();
    for (var recorded : batch.recorded()) {
      Transaction transaction = recorded.event().transaction();
      if (transaction != null) {
        String start = transaction.postedAt() + " " + transaction.creditType() + " ";
        for (Posting p : transaction.postings()) {
          Money value = p.value();
          String worth = value == null ? "" : " " + value.amount() + " " + value.currency();
          lines.add(start + p.type().word() + " " + p.grant() + " " + p.amount() + worth);
        }
      }
    }
    return lines;
  }

  /** All of a snapshot. */
  static List<String> of(WalletSnapshot of) {
    List<String> lines = new ArrayList<>();
    lines.add(of.owner() + " " + of.lastAt() + " " + of.ledgerSequence());
    lines.add(HexFormat.of().formatHex(of.ledgerHead()));
    lines.add(HexFormat.of().formatHex(of.endings()));
    of.balances().forEach(each -> lines.add(each.toString()));
    of.grants().stream().map(Object::toString).sorted().forEach(lines::add);
    of.scheduled().stream().map(Object::toString).sorted().forEach(lines::add);
    of.holds().stream().map(Object::toString).sorted().forEach(lines::add);
    of.lapsed().forEach(each -> lines.add(each.toString()));
    lines.add(of.transfers().toString());
    lines.add(of.barredTransfers().toString());
    lines.add("plan changes " + of.planChanges());
    lines.add("used ahead " + of.usedAhead());
    lines.add("cut short " + of.cutShort());
    return lines;
  }

  /** What is rare about an event, in words that can be counted. */
  static List<String> marks(WalletEvent event) {
    List<String> marks = new ArrayList<>();
    List<EntryType> types =
        event.transaction() == null
            ? List.of()
            : event.transaction().postings().stream().map(Posting::type).toList();
    boolean ended = types.contains(EntryType.EXPIRE) || types.contains(EntryType.VOID);
    boolean paid = types.contains(EntryType.DEBT_REPAID);
    switch (event) {
      case WalletEvent.GrantRenewed it -> {
        marks.add("renewed");
        add(marks, types.contains(EntryType.TRANSFER_IN), "renewed and rolled over");
        Recurrence how = it.grant().recurrence();
        Credits given =
            it.transaction().postings().stream()
                .filter(p -> p.type() == EntryType.GRANT)
                .findFirst()
                .orElseThrow()
                .amount();
        add(marks, given.compareTo(how.amount()) > 0, "renewed and more given");
        add(marks, it.balance().held().isPositive(), "renewed with a part held");
      }
      case WalletEvent.Refunded it -> {
        add(marks, types.contains(EntryType.DEBT), "refund of a debt");
        add(marks, !it.paidDebt().isEmpty(), "refund of a debt that was paid");
        add(marks, ended, "refund that ended at once");
        add(marks, paid, "refund that paid debt");
      }
      case WalletEvent.Adjusted it when it.transaction().corrects() != null -> {
        marks.add("reversed");
        add(marks, types.contains(EntryType.EXPIRE), "reversal that expired at once");
        add(marks, paid, "reversal that paid debt");
      }
      case WalletEvent.TransferSettled it -> marks.add("transfer settled");
      case WalletEvent.TransferReturned it -> {
        marks.add("transfer came back");
        add(marks, ended, "transfer came back and ended at once");
      }
      case WalletEvent.TransferredIn it -> {
        add(marks, ended, "transfer expired on its way");
        add(marks, paid, "transfer paid debt");
      }
      default -> {}
    }
    return marks;
  }

  private static void add(List<String> marks, boolean so, String mark) {
    if (so) {
      marks.add(mark);
    }
  }
}
