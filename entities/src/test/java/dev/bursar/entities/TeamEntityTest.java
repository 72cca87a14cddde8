package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.LIMITS;
import static dev.bursar.entities.HandDriven.MODELS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A team that starts again, and asks what has become of what it finds. */
final class TeamEntityTest {

  private static final EntityId TEAM = EntityId.team("acme", "red");
  private static final EntityId WALLET = EntityId.wallet("acme", "main");
  private static final String RESERVATION =
      ReservationId.of("acme", "main", "k1", new byte[16]).toString();

  private final List<StoredBatch> rows = new ArrayList<>();

  private HandDriven<TeamCommand, TeamEvent, TeamReply, Team.Snapshot> start() {
    return new HandDriven<>(
        TEAM,
        MODELS.teams(),
        LIMITS,
        rows,
        (id, host) -> new TeamEntity(id, MODELS.teams().reply(), LIMITS, host));
  }

  private static EntityMessage ask(TeamCommand command) {
    return new EntityMessage.Ask<TeamCommand, TeamReply>(
        new Request<>(command, null), answer -> {});
  }

  private static final EntityMessage NOT_KNOWN =
      new EntityMessage.WalletAnswered(
          RESERVATION,
          new Answer.Refused<>(
              Refusal.of(Refusal.Code.RESERVATION_NOT_FOUND, "there is no such reservation")),
          0);

  private static final WalletReply EXPIRED =
      new WalletReply.Ended(
          RESERVATION,
          "expired",
          Credits.ZERO,
          Credits.of(3),
          Credits.ZERO,
          Credits.ZERO,
          false,
          Map.of(),
          new Transaction(
              "txn_main_1",
              HandDriven.BEGINNING,
              "platform",
              RESERVATION,
              null,
              new Attribution(
                  "expiry",
                  "bursar",
                  Subject.ofOrg("acme"),
                  null,
                  null,
                  null,
                  null,
                  Map.of(),
                  new byte[16]),
              new byte[32],
              List.of()),
          new Balance("platform", Credits.of(97), Credits.ZERO, Credits.ZERO));

  private static final TeamCommand HOLD =
      new TeamCommand.HoldBudget(
          RESERVATION,
          Quantities.of(Credits.of(3)),
          List.of(),
          Origin.of(Instant.parse("2026-03-01T12:00:00Z")));

  /** The wallet's memory is as long by its own time, in which days may have passed at once. */
  @Test
  void whatHasExpiredIsNotBarredWhereItIsForgotten() {
    start()
        .receive(
            ask(HOLD),
            ask(
                new TeamCommand.Settle(
                    Closure.of(RESERVATION, Credits.ZERO, Closure.Kind.EXPIRED))));
    var team = start();
    assertThat(team.sent()).extracting(HandDriven.Sent::to).containsExactly(WALLET);
    team.receive(NOT_KNOWN);
    assertThat(team.sent()).isEmpty();
  }

  /** Days have passed, and the wallet has found it in its journal: late usage did not come. */
  @Test
  void whatHasExpiredIsNotBarredWhereOnlyTheWalletKnowsOfIt() {
    start()
        .receive(
            ask(HOLD),
            ask(
                new TeamCommand.Settle(
                    Closure.of(RESERVATION, Credits.ZERO, Closure.Kind.EXPIRED))));
    var team = start();
    Instant later = HandDriven.BEGINNING.plus(Duration.ofDays(3));
    team.receive(
        ask(
            new TeamCommand.HoldBudget(
                "another", Quantities.of(Credits.of(1)), List.of(), Origin.of(later))),
        ask(new TeamCommand.Settle(Closure.of("another", Credits.ZERO, Closure.Kind.EXPIRED))));
    int before = rows.size();
    team.receive(
        new EntityMessage.WalletAnswered(RESERVATION, new Answer.Done<>(EXPIRED, false), 0));
    assertThat(rows).hasSize(before);
  }

  /** Whether that was ever begun, the org knows. */
  @Test
  void whatIsHeldAndNotKnownToTheWalletIsAskedOfTheOrg() {
    start().receive(ask(HOLD));
    var team = start();
    team.sent();
    team.receive(NOT_KNOWN);
    assertThat(team.sent()).extracting(HandDriven.Sent::to).containsExactly(EntityId.org("acme"));
  }
}
