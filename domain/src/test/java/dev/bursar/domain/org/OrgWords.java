package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;

import dev.bursar.domain.Given;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Lateness;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.wallet.WalletOwner;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The words in which tests talk about orgs. */
final class OrgWords {

  private static final AtomicInteger SALTS = new AtomicInteger();

  /** From when on the model big costs more. */
  static final Instant DEARER_FROM = NOON.plus(Duration.ofHours(1));

  static final Catalog CATALOG =
      new Catalog(
          Map.of("platform", "Credits", "image", "Images"),
          Set.of("tokens", "images"),
          List.of(
              new Rate(null, "big", "platform", Map.of("tokens", new BigDecimal("0.003"))),
              new Rate("chat", "big", "platform", Map.of("tokens", new BigDecimal("0.0015005"))),
              new Rate(
                  null,
                  "big",
                  DEARER_FROM,
                  new Price("platform", Map.of("tokens", new BigDecimal("0.004")))),
              new Rate("draw", null, "image", Map.of("images", BigDecimal.ONE))));

  private OrgWords() {}

  static OperationMemory memory() {
    return new OperationMemory(1_000, Long.MAX_VALUE);
  }

  static Org newOrg(OperationMemory memory) {
    return new Org("acme", Lateness.ofHolds(Duration.ofHours(2)), memory);
  }

  /**
   * The org acme: the department labs has below it the department science with the team research,
   * and the team sales; Ann is in research. Its wallet is main.
   */
  static Given<OrgCommand, OrgEvent, OrgReply> acme(Org org, OperationMemory memory) {
    return Given.nothing(new OrgAggregate(org, CATALOG), memory)
        .after(
            NOON,
            new OrgCommand.PutOrg(settings(), "key1"),
            wallet("main", null),
            put("labs", Unit.Kind.DEPARTMENT, null),
            put("science", Unit.Kind.DEPARTMENT, "labs"),
            put("research", Unit.Kind.TEAM, "science"),
            put("sales", Unit.Kind.TEAM, "labs"),
            put("app", Unit.Kind.PRODUCT, null),
            put("cc1", Unit.Kind.COST_CENTER, null),
            put("bot", Unit.Kind.AGENT, null),
            user("ann", "research"));
  }

  static Given<OrgCommand, OrgEvent, OrgReply> acme() {
    OperationMemory memory = memory();
    return acme(newOrg(memory), memory);
  }

  static OrgSettings settings() {
    return new OrgSettings("Acme", ZoneId.of("UTC"), null, List.of());
  }

  static OrgCommand put(String id, Unit.Kind kind, String parent) {
    return new OrgCommand.PutUnit(new Unit(id, kind, id, parent), "key1");
  }

  static OrgCommand user(String id, String... teams) {
    return new OrgCommand.PutUser(new User(id, null, null, List.of(teams)), "key1");
  }

  static OrgCommand remove(String unit) {
    return new OrgCommand.RemoveUnit(unit, "key1");
  }

  static OrgCommand budget(Budget budget) {
    return new OrgCommand.PutBudget(budget, "key1");
  }

  static OrgCommand wallet(String name, String team) {
    return new OrgCommand.PutWallet(name, new WalletOwner(team), "key1");
  }

  static Subject subject(String team, String user) {
    return new Subject("acme", team, user, null, null, null);
  }

  /** A wish to spend an amount. */
  static OrgCommand.Reserve reserve(Subject subject, String amount) {
    return reserve(subject, "chat", "big", null, null, amount, "platform", false);
  }

  /** A wish to spend what so many units cost. */
  static OrgCommand.Reserve reserve(String feature, String model, Map<String, Long> usage) {
    return reserve(Subject.ofOrg("acme"), feature, model, null, usage, null, null, false);
  }

  static OrgCommand.Reserve reserve(
      Subject subject,
      String feature,
      String model,
      String wallet,
      Map<String, Long> usage,
      String amount,
      String creditType,
      boolean dryRun) {
    return new OrgCommand.Reserve(
        new ReserveRequest(
            subject,
            feature,
            model,
            null,
            wallet,
            usage,
            amount == null ? null : Credits.parse(amount),
            creditType,
            300,
            OveragePolicy.RECORD,
            false,
            dryRun,
            Map.of()),
        "K1",
        "key1",
        "K1",
        salt());
  }

  /** One that no other request has. */
  static byte[] salt() {
    return ByteBuffer.allocate(16).putInt(SALTS.incrementAndGet()).array();
  }
}
