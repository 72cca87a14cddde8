package dev.bursar.entities;

import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgAggregate;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.team.TeamAggregate;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.domain.wallet.WalletSnapshot;
import dev.bursar.journal.BatchCodec;
import dev.bursar.journal.SnapshotCodec;
import java.util.List;

/** The three kinds of entities. */
public final class EntityModels {

  private final EntityModel<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> orgs;
  private final EntityModel<TeamCommand, TeamEvent, TeamReply, Team.Snapshot> teams;
  private final EntityModel<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> wallets;

  /**
   * @param limits how much is remembered, and for how long
   * @param catalogs what things cost
   */
  public EntityModels(Limits limits, Catalogs catalogs) {
    orgs =
        new EntityModel<>(
            id -> {
              OperationMemory memory = memory(limits);
              Org org = new Org(id.org(), limits.lateness(), memory);
              return new Entity<>(new OrgAggregate(org, catalogs), memory);
            },
            new OrgAggregate(new Org("", limits.lateness(), memory(limits)), catalogs)::reply,
            BatchCodec.orgs(),
            SnapshotCodec.orgs(),
            entity -> org(entity).snapshot(),
            (entity, snapshot) -> org(entity).restore(snapshot),
            entity -> List.of(entity.memory()));
    teams =
        new EntityModel<>(
            id -> {
              OperationMemory memory = memory(limits);
              return new Entity<>(new TeamAggregate(new Team(limits.lateness(), memory)), memory);
            },
            new TeamAggregate(new Team(limits.lateness(), memory(limits)))::reply,
            BatchCodec.teams(),
            SnapshotCodec.teams(),
            entity -> team(entity).snapshot(),
            (entity, snapshot) -> team(entity).restore(snapshot),
            entity -> List.of(entity.memory()));
    wallets =
        new EntityModel<>(
            id -> {
              Wallet wallet = new Wallet(id.org(), id.name(), limits.grace(), memory(limits));
              return new Entity<>(new WalletAggregate(wallet), memory(limits));
            },
            new WalletAggregate(new Wallet("", "", limits.grace(), memory(limits)))::reply,
            BatchCodec.wallets(),
            SnapshotCodec.wallets(),
            entity -> wallet(entity).outline(),
            (entity, snapshot) -> wallet(entity).restore(snapshot),
            entity -> List.of(entity.memory(), wallet(entity).endings()));
  }

  /** Orgs. */
  public EntityModel<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> orgs() {
    return orgs;
  }

  /** Teams. */
  public EntityModel<TeamCommand, TeamEvent, TeamReply, Team.Snapshot> teams() {
    return teams;
  }

  /** Wallets. */
  public EntityModel<WalletCommand, WalletEvent, WalletReply, WalletSnapshot> wallets() {
    return wallets;
  }

  private static OperationMemory memory(Limits limits) {
    return new OperationMemory(
        limits.operationsRemembered(), limits.operationsRememberedFor().toNanos() / 1_000);
  }

  private static Org org(Entity<OrgCommand, OrgEvent, OrgReply> entity) {
    return ((OrgAggregate) entity.aggregate()).org();
  }

  private static Team team(Entity<TeamCommand, TeamEvent, TeamReply> entity) {
    return ((TeamAggregate) entity.aggregate()).team();
  }

  private static Wallet wallet(Entity<WalletCommand, WalletEvent, WalletReply> entity) {
    return ((WalletAggregate) entity.aggregate()).wallet();
  }
}
