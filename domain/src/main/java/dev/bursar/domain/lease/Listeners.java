package dev.bursar.domain.lease;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who hold leases what has changed, as long as they listen, and knows which of them
 * have taken it in. Nothing of it is kept: whoever listens after something has changed looks by
 * itself.
 */
public interface Listeners {

  /** Takes notices to who listens. It is called by one thread at a time, and never waits. */
  interface Reader {

    /** From now on it is told. */
    void begun();

    /**
     * A notice.
     *
     * @param awaited whether somebody waits until it is acknowledged
     * @return false if there is no room for it: then the reader is ended
     */
    boolean take(Notice notice, boolean awaited);

    /** It is told nothing more. */
    void ended(End why);
  }

  /** Why somebody is told nothing more. */
  enum End {
    /** It listens anew, or somebody does by its name and with its key. */
    REPLACED,
    /** It reads more slowly than it is told. */
    SLOW,
    /** It has not acknowledged a notice in time. */
    SILENT,
    /** The node stops. */
    STOPPED
  }

  /** How far a notice came. */
  enum Reached {
    /** It was taken in: nothing is decided any more but by what counts since. */
    ACKNOWLEDGED,
    /** The last lease ended before it was. */
    OVER,
    /** It was told, and not acknowledged in time. */
    SILENT,
    /** It could not be told: nobody listened, or not any more. */
    AWAY
  }

  /** Somebody that is told. */
  interface Listening extends AutoCloseable {
    /** It listens no longer; what it has not acknowledged did not reach it. */
    @Override
    void close();
  }

  /**
   * Tells somebody what changes from now on, in the place of whoever had that name and key before.
   *
   * @param org the org that it is confined to, of no other is it told; null for all
   */
  Listening listen(Listener who, @Nullable String org, Reader reader);

  /**
   * Tells a notice to all whom it concerns, and waits for some of them: for those that are named,
   * and with a notice of no org in particular for all. A revocation is told to those alone that are
   * named.
   *
   * @param awaited until their last lease ends
   * @return how far it came to each that is waited for; never failed
   */
  CompletionStage<Map<Listener, Reached>> tell(Notice notice, Map<Listener, Duration> awaited);

  /** Somebody has taken a notice in. It may say so twice, and when nobody waits for it any more. */
  void acknowledge(Listener who, String notice);
}
