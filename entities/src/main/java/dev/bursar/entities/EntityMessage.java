package dev.bursar.entities;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an entity is sent, from outside and by its own parts. */
public sealed interface EntityMessage {

  /** A request to be decided, and who is to be told once the outcome is in the journal. */
  record Ask<C, R>(Request<C> request, ReplyTo<Answer<R>> replyTo) implements EntityMessage {}

  /**
   * A request to be decided once all is on record whose end somebody may have been told of; not
   * reached if that takes longer than {@link Limits#settledWithin}. For orgs only.
   */
  record AskSettled(Request<OrgCommand> request, ReplyTo<Answer<OrgReply>> replyTo)
      implements EntityMessage {}

  /** A reservation to be decided together with team and wallet; for orgs only. */
  record Reserve(
      OrgCommand.Reserve command, @Nullable Operation operation, ReplyTo<Answer<Decided>> replyTo)
      implements EntityMessage {}

  /** A request on a reservation's behalf; the answer goes back as a message that names it. */
  record AskFor<C>(String reservation, Request<C> request, ReplyTo<EntityMessage> replyTo)
      implements EntityMessage {}

  /** A reservation has ended; whoever holds budget for it is to settle, and to say when it has. */
  record TakeClosure(Closure closure, String key, ReplyTo<EntityMessage> replyTo)
      implements EntityMessage {}

  /** What an org answers on a reservation's behalf. */
  record OrgAnswered(String reservation, Answer<OrgReply> answer) implements EntityMessage {}

  /**
   * What a team answers on a reservation's behalf.
   *
   * @param row the last row of its journal that it knows of; 0 before any
   */
  record TeamAnswered(String reservation, Answer<TeamReply> answer, long row)
      implements EntityMessage {}

  /**
   * What a wallet answers on a reservation's behalf.
   *
   * @param row the last row of its journal that it knows of; 0 before any
   */
  record WalletAnswered(String reservation, Answer<WalletReply> answer, long row)
      implements EntityMessage {}

  /**
   * What a wallet answers to an org that only looks what has become of a reservation.
   *
   * @param row the last row of its journal that it knows of; 0 before any
   */
  record WalletFound(String reservation, Answer<WalletReply> answer, long row)
      implements EntityMessage {}

  /** Whoever was told how a reservation ended has it in its journal. */
  record ClosureTaken(String key) implements EntityMessage {}

  /** The wallet has been opened to which the org's plan gives its grants. */
  record MainWalletOpened() implements EntityMessage {}

  /** Something to be done by the entity itself, such as going on with what it has read. */
  record Run(Runnable what) implements EntityMessage {}

  /** Time to look for what was not answered. */
  record Tick() implements EntityMessage {}

  /** Look again at what is open from before. */
  record Reopen() implements EntityMessage {}

  /** Time to write what nobody waits for. */
  record Reminded() implements EntityMessage {}

  /** Start the journal again after it failed. */
  record Restart() implements EntityMessage {}

  /** Stop, once what is being written is, and answers have had their time; said twice, at once. */
  record Stop() implements EntityMessage {}

  /**
   * The batch under way has been decided, and is being written.
   *
   * @param outcomes of its first requests; the others are to be asked again once it is written
   */
  record BatchDecided<E, R>(long number, @Nullable Batch<E> batch, List<Outcome<R>> outcomes)
      implements EntityMessage {}

  /**
   * The journal is ready.
   *
   * @param sequence its last row
   * @param unheard rows after the last that was known to be written
   */
  record Recovered<E>(long sequence, List<Batch<E>> unheard) implements EntityMessage {}

  /** The batch under way is in the journal. */
  record BatchWritten(long number) implements EntityMessage {}
}
