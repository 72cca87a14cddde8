package dev.bursar.entities;

import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.operation.Answer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a request's outcome into the answer that somebody waits for. */
final class Replying<R> implements Inbox.Caller<R> {

  private static final Logger LOG = LoggerFactory.getLogger(Replying.class);

  private final Inbox<?, ?, R> inbox;
  private final Consumer<Answer<R>> answer;
  private final LongConsumer forgotten;

  /**
   * @param answer told once; for an answer that has to be read from the journal, later than {@link
   *     #done}
   */
  Replying(Inbox<?, ?, R> inbox, Consumer<Answer<R>> answer) {
    this(inbox, answer, through -> answer.accept(new Answer.Unreachable<>()));
  }

  /**
   * The same of what may be forgotten.
   *
   * @param forgotten told instead, of the last row that it may stand in
   */
  Replying(Inbox<?, ?, R> inbox, Consumer<Answer<R>> answer, LongConsumer forgotten) {
    this.inbox = inbox;
    this.answer = answer;
    this.forgotten = forgotten;
  }

  @Override
  public void done(Outcome<R> outcome) {
    switch (outcome) {
      case Outcome.Replied<R> replied ->
          answer.accept(new Answer.Done<>(replied.reply(), replied.replayed()));
      case Outcome.Unchanged<R> it -> answer.accept(new Answer.Done<>(it.reply(), false));
      case Outcome.Forgotten<R> it -> forgotten.accept(it.through());
      case Outcome.Absent<R> absent -> answer.accept(new Answer.Refused<>(absent.refusal()));
      case Outcome.Refused<R> refused -> answer.accept(new Answer.Refused<>(refused.refusal()));
      case Outcome.Failed<R> failed -> {
        LOG.error("a rule failed", failed.fault());
        answer.accept(new Answer.Unreachable<>());
      }
      case Outcome.Stored<R> stored ->
          inbox.stored(
              stored,
              reply -> answer.accept(new Answer.Done<>(reply, stored.replayed())),
              fault -> {
                LOG.warn("an answer could not be read back from the journal", fault);
                answer.accept(new Answer.Unreachable<>());
              });
    }
  }

  @Override
  public void failed(Answer<R> why) {
    answer.accept(why);
  }
}
