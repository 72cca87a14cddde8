package dev.bursar.domain.protocol;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.wallet.WalletCommand;

/**
 * What a protocol wants done by whoever drives it.
 *
 * @param <W> whoever waits for an answer
 */
public sealed interface Effect<W> {

  /** Ask a wallet of the org, and tell the protocol what it answers for this reservation. */
  record AskWallet<W>(String reservation, String wallet, Request<WalletCommand> request)
      implements Effect<W> {}

  /** Ask a team of the org, and tell the protocol what it answers for this reservation. */
  record AskTeam<W>(String reservation, String team, Request<TeamCommand> request)
      implements Effect<W> {}

  /** Have the org's own entity decide this, and tell the protocol once it is in the journal. */
  record AskOrg<W>(String reservation, Request<OrgCommand> request) implements Effect<W> {}

  /** Answer somebody who waits. */
  record Reply<W>(W waiting, Answer<Decided> answer) implements Effect<W> {}
}
