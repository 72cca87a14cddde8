package dev.bursar.sidecar.terms;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where terms come from. Whoever pushes changes tells {@code Sidecar.changed} that there are some;
 * whoever does not is asked again and again.
 */
public interface TermsSource {

  /**
   * Terms, and what tells whether they have changed.
   *
   * @param tag what the source wants to see again when it is asked next
   */
  record Tagged(Terms terms, String tag) {}

  /**
   * The terms of an org as they are now.
   *
   * @param known what is known already, or null
   * @return the same that is known if nothing has changed; null if there is no such org; failed
   *     with {@link TermsRefused} if they are refused, with an {@link java.io.IOException} or
   *     {@link dev.bursar.sidecar.server.ServerAway} if it can't be asked, with anything else if
   *     what it answers can't be read
   */
  CompletionStage<@Nullable Tagged> terms(String org, @Nullable Tagged known);
}
