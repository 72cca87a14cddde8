package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.eachMember;
import static dev.bursar.domain.budget.BudgetWords.member;
import static dev.bursar.domain.budget.BudgetWords.unit;
import static dev.bursar.domain.operation.Refusal.Code.BUDGET_NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.ORG_NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.OWNER_FIXED;
import static dev.bursar.domain.operation.Refusal.Code.UNIT_IN_USE;
import static dev.bursar.domain.operation.Refusal.Code.UNKNOWN_CREDIT_TYPE;
import static dev.bursar.domain.operation.Refusal.Code.UNKNOWN_UNIT;
import static dev.bursar.domain.org.OrgWords.acme;
import static dev.bursar.domain.org.OrgWords.budget;
import static dev.bursar.domain.org.OrgWords.memory;
import static dev.bursar.domain.org.OrgWords.newOrg;
import static dev.bursar.domain.org.OrgWords.put;
import static dev.bursar.domain.org.OrgWords.remove;
import static dev.bursar.domain.org.OrgWords.settings;
import static dev.bursar.domain.org.OrgWords.user;
import static dev.bursar.domain.org.OrgWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an org's units, users, budgets and wallets may be. */
final class HierarchyTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # unit,  kind,        parent,   refusal,         field
          labs,    DEPARTMENT,  science,  UNIT_CYCLE,      parent
          labs,    DEPARTMENT,  labs,     UNIT_CYCLE,      parent
          science, DEPARTMENT,  science,  UNIT_CYCLE,      parent
          new,     DEPARTMENT,  new,      UNKNOWN_UNIT,    parent
          new,     TEAM,        nowhere,  UNKNOWN_UNIT,    parent
          new,     TEAM,        research, UNKNOWN_UNIT,    parent
          new,     DEPARTMENT,  app,      UNKNOWN_UNIT,    parent
          new,     PRODUCT,     labs,     INVALID,         parent
          new,     COST_CENTER, labs,     INVALID,         parent
          new,     AGENT,       labs,     INVALID,         parent
          labs,    TEAM,        -,        UNIT_KIND_FIXED, kind
          bot,     PRODUCT,     -,        UNIT_KIND_FIXED, kind
          """)
  void noOrphansNoCirclesNoKindThatChanges(
      String id, Unit.Kind kind, String parent, Refusal.Code code, String field) {
    acme().when(put(id, kind, parent), NOON).thenRefused(code, field);
  }

  @Test
  void aUnitMayMove() {
    acme()
        .when(put("research", Unit.Kind.TEAM, "labs"), NOON)
        .then(
            new OrgEvent.UnitPut(
                NOON, new Unit("research", Unit.Kind.TEAM, "research", "labs"), "key1"));
  }

  @Test
  void whatIsAsItShouldBeIsNotRecordedAgain() {
    var done = new OrgReply.Done();
    acme().when(put("labs", Unit.Kind.DEPARTMENT, null), NOON).thenTold(done);
    acme().when(user("ann", "research"), NOON).thenTold(done);
    acme().when(new OrgCommand.PutOrg(settings(), "key2"), NOON).thenTold(done);
    acme().after(NOON, wallet("main", null)).when(wallet("main", null), NOON).thenTold(done);
  }

  @Test
  void aUnitInUseStays() {
    acme().when(remove("labs"), NOON).thenRefused(UNIT_IN_USE);
    acme().when(remove("research"), NOON).thenRefused(UNIT_IN_USE);
    acme().when(remove("nowhere"), NOON).thenRefused(NOT_FOUND);
    inUseBy(budget(daily("b", unit(Scope.Type.TEAM, "sales"), "1")));
    inUseBy(budget(daily("b", eachMember("sales"), "1")));
    inUseBy(budget(daily("b", member("ann", "sales"), "1")));
    inUseBy(user("bob", "sales"));
    inUseBy(wallet("purse", "sales"));
  }

  private static void inUseBy(OrgCommand use) {
    acme().after(NOON, use).when(remove("sales"), NOON).thenRefused(UNIT_IN_USE);
  }

  @Test
  void aUserOfThatNameIsNoUseOfAUnit() {
    Budget ofUser = daily("b", new Scope(Scope.Type.USER, "sales", null), "1");
    acme().after(NOON, budget(ofUser)).after(NOON, remove("sales"));
  }

  @Test
  void aUserIsInTeamsThatExist() {
    acme().when(user("bob", "research", "nowhere"), NOON).thenRefused(UNKNOWN_UNIT, "teams");
    acme().when(user("bob", "labs"), NOON).thenRefused(UNKNOWN_UNIT, "teams");
    acme().after(NOON, user("bob", "research", "sales"), user("ann"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # scope,     id,       team,    field
          TEAM,        labs,     -,       scope.id
          TEAM,        nowhere,  -,       scope.id
          DEPARTMENT,  research, -,       scope.id
          AGENT,       app,      -,       scope.id
          PRODUCT,     bot,      -,       scope.id
          COST_CENTER, app,      -,       scope.id
          USER,        ann,      labs,    scope.team
          EACH_MEMBER, -,        nowhere, scope.team
          """)
  void aBudgetCapsWhatExists(Scope.Type type, String id, String team, String field) {
    acme()
        .when(budget(daily("b", new Scope(type, id, team), "1")), NOON)
        .thenRefused(UNKNOWN_UNIT, field);
  }

  @Test
  void aBudgetKeepsItsScopeAndCountsAKnownCreditType() {
    Budget first = daily("b", unit(Scope.Type.TEAM, "sales"), "1");
    var given = acme().after(NOON, budget(first));
    given
        .when(budget(daily("b", unit(Scope.Type.TEAM, "research"), "1")), NOON)
        .thenRefused(OWNER_FIXED, "scope");
    given.after(NOON, budget(daily("b", unit(Scope.Type.TEAM, "sales"), "2")));
    Budget unknown =
        new Budget(
            "c",
            first.scope(),
            "gold",
            first.window(),
            first.limit(),
            first.mode(),
            first.features(),
            first.models(),
            first.thresholds(),
            first.zone(),
            1);
    given.when(budget(unknown), NOON).thenRefused(UNKNOWN_CREDIT_TYPE, "measure");
    given.when(new OrgCommand.RemoveBudget("c", "key1"), NOON).thenRefused(BUDGET_NOT_FOUND);
    given.after(NOON, new OrgCommand.RemoveBudget("b", "key1"));
    given.when(new OrgCommand.ViewBudget("b", null), NOON).thenRefused(BUDGET_NOT_FOUND);
  }

  @Test
  void aTeamOwnsOneWalletAndAnOwnerIsFixed() {
    var given = acme().after(NOON, wallet("main", null), wallet("lab", "research"));
    given.when(wallet("lab", null), NOON).thenRefused(OWNER_FIXED, "owner");
    given.when(wallet("lab2", "research"), NOON).thenRefused(OWNER_FIXED, "owner");
    given.when(wallet("lab3", "nowhere"), NOON).thenRefused(UNKNOWN_UNIT, "owner.id");
    given.after(NOON, wallet("other", null));
  }

  @Test
  void anOrgThatIsNotThereRefusesAllElse() {
    OperationMemory memory = memory();
    var given = Given.nothing(new OrgAggregate(newOrg(memory), OrgWords.CATALOG), memory);
    given.when(user("ann"), NOON).thenRefused(ORG_NOT_FOUND);
    given.when(new OrgCommand.ViewOrg(), NOON).thenRefused(ORG_NOT_FOUND);
  }

  @Test
  void usersAreReadInPages() {
    var given = acme().after(NOON, user("bob"), user("cid"));
    var first = given.when(new OrgCommand.ListUsers(null, 2), NOON).reply(OrgReply.Users.class);
    assertThat(first.users()).extracting(User::id).containsExactly("ann", "bob");
    assertThat(first.hasMore()).isTrue();
    var last = given.when(new OrgCommand.ListUsers("bob", 2), NOON).reply(OrgReply.Users.class);
    assertThat(last.users()).extracting(User::id).containsExactly("cid");
    assertThat(last.hasMore()).isFalse();
  }
}
