package dev.bursar.domain.wallet;

import dev.bursar.domain.Given;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The words in which tests talk about wallets. Times are in seconds from {@link #START}. */
public final class WalletWords {

  public static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  public static final Duration GRACE = Duration.ofHours(1);
  public static final long TTL = 300;
  public static final String CREDITS = "platform";

  private WalletWords() {}

  public static Instant at(long seconds) {
    return START.plusSeconds(seconds);
  }

  public static Credits credits(String amount) {
    return Credits.parse(amount);
  }

  public static OperationMemory memory() {
    return new OperationMemory(1_000, Duration.ofDays(1).toNanos() / 1_000);
  }

  /** A wallet that nobody has opened. */
  public static Wallet newWallet() {
    return new Wallet("acme", "main", GRACE, memory());
  }

  /** An open wallet with these grants. */
  public static Given<WalletCommand, WalletEvent, WalletReply> wallet(Wording... grants) {
    return wallet(newWallet(), grants);
  }

  /** This wallet, opened, with these grants. */
  public static Given<WalletCommand, WalletEvent, WalletReply> wallet(
      Wallet wallet, Wording... grants) {
    var given =
        Given.nothing(new WalletAggregate(wallet), memory())
            .given(new WalletEvent.Opened(START, "acme", "main", WalletOwner.ORG));
    for (Wording each : grants) {
      given.after(START, each.add());
    }
    return given;
  }

  public static Wording grant(String id, String amount) {
    return new Wording(
        new Grant(
            id,
            CREDITS,
            credits(amount),
            Grant.Category.PAID,
            Grant.PRIORITY_DEFAULT,
            START,
            null,
            Set.of(),
            Set.of(),
            null,
            null,
            "test",
            START),
        null);
  }

  public static Attribution who(String feature, String model) {
    return new Attribution(
        "reservation",
        "key1",
        Subject.ofOrg("acme"),
        feature,
        model,
        null,
        "K1",
        Map.of(),
        new byte[16]);
  }

  public static WalletCommand.HoldCredits hold(String reservation, String amount) {
    return hold(reservation, amount, OveragePolicy.RECORD);
  }

  public static WalletCommand.HoldCredits hold(
      String reservation, String amount, OveragePolicy policy) {
    return hold(reservation, amount, policy, null, who(null, null));
  }

  public static WalletCommand.HoldCredits hold(
      String reservation, String amount, OveragePolicy policy, Price price, Attribution who) {
    return new WalletCommand.HoldCredits(
        reservation,
        CREDITS,
        credits(amount),
        price,
        TTL,
        policy,
        false,
        false,
        who,
        Origin.of(at(0)));
  }

  /** A one-shot: held and charged at once. */
  public static WalletCommand.HoldCredits charge(String reservation, String amount) {
    return new WalletCommand.HoldCredits(
        reservation,
        CREDITS,
        credits(amount),
        null,
        TTL,
        OveragePolicy.RECORD,
        true,
        true,
        who(null, null),
        Origin.of(at(0)));
  }

  public static WalletCommand.HoldCredits holdFor(
      String reservation, String amount, String feature, String model) {
    return hold(reservation, amount, OveragePolicy.RECORD, null, who(feature, model));
  }

  public static WalletCommand.Commit commit(String reservation, String amount) {
    return new WalletCommand.Commit(reservation, credits(amount), null, "key1", "K2");
  }

  public static WalletCommand.Commit commitUsage(String reservation, Map<String, Long> usage) {
    return new WalletCommand.Commit(reservation, null, usage, "key1", "K2");
  }

  public static WalletCommand.Release release(String reservation) {
    return new WalletCommand.Release(reservation, "key1", "K3");
  }

  public static WalletCommand.VoidGrant voiding(String grant) {
    return new WalletCommand.VoidGrant(grant, who(null, null));
  }

  public static Price price(String meter, String perUnit) {
    return new Price(CREDITS, Map.of(meter, new BigDecimal(perUnit)));
  }

  /** The entries that came of a command, as {@code consume g1 -5}. */
  public static List<String> entries(Given.Then<WalletEvent, WalletReply> then) {
    List<String> lines = new ArrayList<>();
    for (WalletEvent event : then.events()) {
      Transaction transaction = event.transaction();
      if (transaction != null) {
        transaction.postings().forEach(posting -> lines.add(line(posting)));
      }
    }
    return lines;
  }

  private static String line(Posting posting) {
    String grant = posting.grant() == null ? "" : " " + posting.grant();
    return posting.type().word() + grant + " " + posting.amount();
  }

  /** The grants that a hold drew on, as {@code g1 5}. */
  public static List<String> draws(Given.Then<WalletEvent, WalletReply> then) {
    return then.reply(WalletReply.Held.class).hold().draws().stream()
        .map(draw -> draw.grant() + " " + draw.amount())
        .toList();
  }

  /** A wallet's only figures, as {@code balance 5, held 2, debt 0}. */
  public static String figures(Wallet wallet) {
    return figures(wallet.balances().iterator().next());
  }

  public static String figures(Balance of) {
    return "balance %s, held %s, debt %s".formatted(of.balance(), of.held(), of.debt());
  }

  /** The values of the entries that came of a command, as {@code consume g1 -0.5}. */
  public static List<String> values(Given.Then<WalletEvent, WalletReply> then) {
    List<String> lines = new ArrayList<>();
    for (WalletEvent event : then.events()) {
      Transaction transaction = event.transaction();
      if (transaction != null) {
        for (Posting each : transaction.postings()) {
          Money value = each.value();
          String worth = value == null ? "nothing" : value.amount() + " " + value.currency();
          lines.add("%s %s %s".formatted(each.type().word(), each.grant(), worth));
        }
      }
    }
    return lines;
  }

  /** The last transaction that came of a command. */
  public static Transaction chargeOf(Given.Then<WalletEvent, WalletReply> then) {
    return then.events().getLast().transaction();
  }

  /** What the ledger tells of a transaction by now. */
  public static Charge read(
      Given<WalletCommand, WalletEvent, WalletReply> given, Transaction charge) {
    return ChargeTrace.of(charge, ledger(given.past()));
  }

  static List<Transaction> ledger(List<WalletEvent> events) {
    return events.stream().map(WalletEvent::transaction).filter(Objects::nonNull).toList();
  }

  /** A refund, of what the ledger tells by now; of all that is left, where the amount is null. */
  public static WalletCommand.Refund refund(
      Given<WalletCommand, WalletEvent, WalletReply> given, Transaction charge, String amount) {
    return refund(read(given, charge), amount);
  }

  public static WalletCommand.Refund refund(Charge charge, String amount) {
    return new WalletCommand.Refund(
        charge, amount == null ? null : credits(amount), who(null, null));
  }

  public static WalletCommand.Adjust adjust(String grant, String amount) {
    return new WalletCommand.Adjust(CREDITS, credits(amount), grant, who(null, null));
  }

  /** Gives back so much of what the last transaction that came of a command took away. */
  public static WalletCommand.Reverse reverse(
      Given<WalletCommand, WalletEvent, WalletReply> given,
      Given.Then<WalletEvent, WalletReply> taken,
      String amount) {
    return reverse(Taken.of(chargeOf(taken), ledger(given.past())), amount);
  }

  public static WalletCommand.Reverse reverse(Taken taken, String amount) {
    return new WalletCommand.Reverse(CREDITS, credits(amount), taken, who(null, null));
  }

  public static WalletCommand.TransferOut transferOut(String to, String amount) {
    return new WalletCommand.TransferOut(to, CREDITS, credits(amount), who(null, null));
  }

  public static WalletCommand.TransferIn transferIn(Transfer transfer) {
    return new WalletCommand.TransferIn(transfer);
  }

  /** A grant being described. */
  public record Wording(Grant terms, Recurrence.Terms recurrence) {

    public Wording priority(int priority) {
      return with(priority, terms.category(), terms.effectiveAt(), terms.expiresAt());
    }

    public Wording category(Grant.Category category) {
      return with(terms.priority(), category, terms.effectiveAt(), terms.expiresAt());
    }

    public Wording from(Instant effectiveAt) {
      return with(terms.priority(), terms.category(), effectiveAt, terms.expiresAt());
    }

    public Wording until(Instant expiresAt) {
      return with(terms.priority(), terms.category(), terms.effectiveAt(), expiresAt);
    }

    /** Given again every so often, counted from where it takes effect; nothing rolls over. */
    public Wording every(Recurrence.Interval interval) {
      return every(interval, null, "0", "0");
    }

    public Wording every(
        Recurrence.Interval interval, Instant anchor, String rolloverMin, String rolloverMax) {
      return new Wording(
          terms,
          new Recurrence.Terms(interval, anchor, credits(rolloverMin), credits(rolloverMax)));
    }

    /** What was paid for it, in euros. */
    public Wording cost(String euros) {
      return with(terms.features(), terms.models(), new Money(credits(euros), "EUR"));
    }

    public Wording only(Set<String> features, Set<String> models) {
      return with(features, models, terms.costBasis());
    }

    private Wording with(Set<String> features, Set<String> models, Money cost) {
      return new Wording(
          new Grant(
              terms.id(),
              terms.creditType(),
              terms.amount(),
              terms.category(),
              terms.priority(),
              terms.effectiveAt(),
              terms.expiresAt(),
              features,
              models,
              cost,
              terms.recurrence(),
              terms.source(),
              terms.createdAt()),
          recurrence);
    }

    private Wording with(int priority, Grant.Category category, Instant from, Instant until) {
      return new Wording(
          new Grant(
              terms.id(),
              terms.creditType(),
              terms.amount(),
              category,
              priority,
              from,
              until,
              terms.features(),
              terms.models(),
              terms.costBasis(),
              terms.recurrence(),
              terms.source(),
              terms.createdAt()),
          recurrence);
    }

    public WalletCommand.AddGrant add() {
      return new WalletCommand.AddGrant(terms, recurrence, who(null, null));
    }
  }
}
