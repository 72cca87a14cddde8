package dev.bursar.entities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An org is asked to set what is set like that already, or to remove what is not there, as far as
 * it knows. It says so only if that is all that there is to know: another may have gone on where it
 * thinks that it still is the one.
 */
final class AsItWasTest {

  private static final Limits LIMITS =
      new Limits(
          100,
          10,
          100,
          1_000,
          Duration.ofHours(24),
          Duration.ofSeconds(60),
          Duration.ofMinutes(2),
          Duration.ofSeconds(5),
          1_000_000,
          1,
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          4,
          Duration.ofSeconds(3));

  private static final EntityModels MODELS =
      new EntityModels(
          LIMITS, new Catalog(Map.of("platform", "Platform credits"), Set.of(), List.of()));

  private static final OrgSettings SETTINGS =
      new OrgSettings("Acme", ZoneOffset.UTC, null, List.of());

  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<Answer<OrgReply>> told = new ArrayList<>();
  private final HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
  private int keys;

  private HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> start() {
    return new HandDriven<>(
        EntityId.org("acme"),
        MODELS.orgs(),
        LIMITS,
        rows,
        (id, host) -> new OrgEntity(id, MODELS.orgs().reply(), LIMITS, host));
  }

  private static OrgCommand team(String name) {
    return new OrgCommand.PutUnit(new Unit("red", Unit.Kind.TEAM, name, null), "test");
  }

  private EntityMessage asking(OrgCommand command) {
    Operation operation = Operation.ofClient("put", "k" + keys++, 7);
    return new EntityMessage.Ask<OrgCommand, OrgReply>(
        new Request<>(command, operation), told::add);
  }

  @BeforeEach
  void given() {
    org.receive(asking(new OrgCommand.PutOrg(SETTINGS, "test")));
    org.receive(asking(team("Red")));
    told.clear();
    org.reads = 0;
  }

  private void assertDone() {
    assertThat(told).containsExactly(new Answer.Done<>(new OrgReply.Done(), false));
  }

  @Test
  void whatIsSetIsNotSetAgain() {
    org.receive(asking(team("Red")));
    assertDone();
    assertThat(rows).hasSize(2);
  }

  @Test
  void whoeverIsBehindRecoversAndSetsIt() {
    start().receive(asking(team("Crimson")));
    told.clear();
    org.receive(asking(team("Red")));
    assertDone();
    assertThat(rows).hasSize(4);
    assertThat(org.events().getLast())
        .isInstanceOfSatisfying(
            OrgEvent.UnitPut.class, put -> assertThat(put.unit().name()).isEqualTo("Red"));
  }

  private static final OrgCommand REMOVE = new OrgCommand.RemoveUnit("green", "test");

  private static OrgCommand green() {
    return new OrgCommand.PutUnit(new Unit("green", Unit.Kind.TEAM, "Green", null), "test");
  }

  /** A 404 to a request to remove is taken for gone. */
  @Test
  void whoeverIsBehindRemovesWhatItDidNotKnowOf() {
    start().receive(asking(green()));
    told.clear();
    org.receive(asking(REMOVE));
    assertDone();
    assertThat(org.events().getLast()).isInstanceOf(OrgEvent.UnitRemoved.class);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    org.reads = 0;
    org.receive(asking(REMOVE));
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            no -> assertThat(no.refusal().code()).isEqualTo(Refusal.Code.NOT_FOUND));
    assertThat(org.reads).isEqualTo(1);
    assertThat(rows).hasSize(2);
  }

  /** One that did not even know of its org. */
  @Test
  void whoeverStartedBeforeTheOrgWasThereRemovesWhatIs() {
    rows.clear();
    var early = start();
    var other = start();
    other.receive(asking(new OrgCommand.PutOrg(SETTINGS, "test")), asking(green()));
    told.clear();
    early.receive(asking(REMOVE));
    assertDone();
  }

  @Test
  void whoeverCantReadTheJournalSaysNothing() {
    org.readable = false;
    org.receive(asking(team("Red")));
    assertThat(told).containsExactly(new Answer.Unreachable<>());
  }

  /** What is being written by itself is nothing that it does not know of. */
  @Test
  void whatItWritesItselfMeanwhileDoesNotStopIt() {
    org.receive(asking(team("Red")), asking(team("Scarlet")), asking(team("Scarlet")));
    assertThat(told).hasSize(3).allMatch(Answer.Done.class::isInstance);
    assertThat(
            org.events().stream()
                .filter(OrgEvent.UnitPut.class::isInstance)
                .map(each -> ((OrgEvent.UnitPut) each).unit().name()))
        .containsSequence("Red", "Scarlet");
  }

  /** However many ask, the journal is looked at once at a time. */
  @Test
  void thoseWhoAskAtOnceAreToldAfterAFewLooks() {
    EntityMessage[] asking = new EntityMessage[60];
    Arrays.setAll(asking, i -> asking(team("Red")));
    org.receive(asking);
    assertThat(told).hasSize(60).allMatch(Answer.Done.class::isInstance);
    assertThat(org.reads).isLessThan(10);
    assertThat(rows).hasSize(2);
  }

  @Test
  void itIsNotStoppedBeforeItHasAnswered() {
    org.receive(asking(team("Red")), new EntityMessage.Stop(), new EntityMessage.Stop());
    assertDone();
  }
}
