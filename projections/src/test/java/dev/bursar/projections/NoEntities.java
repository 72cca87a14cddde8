package dev.bursar.projections;

import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Entities that can't be reached. */
class NoEntities implements Entities {

  @Override
  public CompletionStage<Answer<OrgReply>> org(String org, Request<OrgCommand> request) {
    return CompletableFuture.completedFuture(new Answer.Unreachable<>());
  }

  @Override
  public CompletionStage<Answer<OrgReply>> orgSettled(String org, Request<OrgCommand> request) {
    return org(org, request);
  }

  @Override
  public CompletionStage<Answer<TeamReply>> team(
      String org, String team, Request<TeamCommand> request) {
    return CompletableFuture.completedFuture(new Answer.Unreachable<>());
  }

  @Override
  public CompletionStage<Answer<WalletReply>> wallet(
      String org, String wallet, Request<WalletCommand> request) {
    return CompletableFuture.completedFuture(new Answer.Unreachable<>());
  }
}
