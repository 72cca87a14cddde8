package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.concurrent.CompletionStage;

/**
 * The entities, wherever they live. Answers come once what they say is in the journal. A
 * reservation is not made through this port but through {@code Enforcement}.
 */
public interface Entities {

  /** Asks an org. */
  CompletionStage<Answer<OrgReply>> org(String org, Request<OrgCommand> request);

  /**
   * Asks an org, which answers once it has on record all that somebody was told of before the call:
   * one that has just started first hears from its wallets what has ended meanwhile. Unreachable if
   * that takes too long.
   */
  CompletionStage<Answer<OrgReply>> orgSettled(String org, Request<OrgCommand> request);

  /** Asks a team of an org. */
  CompletionStage<Answer<TeamReply>> team(String org, String team, Request<TeamCommand> request);

  /** Asks a wallet of an org. */
  CompletionStage<Answer<WalletReply>> wallet(
      String org, String wallet, Request<WalletCommand> request);
}
