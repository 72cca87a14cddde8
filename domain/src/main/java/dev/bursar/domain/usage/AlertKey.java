package dev.bursar.domain.usage;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which alert of an org it is: where the journal has it, so that it is the same however often the
 * read model is made again. Keys of one org order its alerts by time.
 *
 * @param at when the threshold was reached, to the microsecond
 * @param team the team that told of it; empty if the org did
 * @param sequence the journal row of the team or org, from 1
 * @param index the place in the row, from 0
 * @param number the place among the alerts of one event, from 0
 */
public record AlertKey(Instant at, String team, long sequence, int index, int number) {

  private static final Pattern TEXT =
      Pattern.compile(
          "(-?[0-9]{1,17}|[0-9]{18})\\.([0-9]{1,18})\\.([0-9]{1,9})\\.([0-9]{1,9})\\.([^\\p{Cntrl}]*)");

  /** The key as a text that tells nothing: letters, digits, {@code -} and {@code _}. */
  public String text() {
    String text =
        "%d.%d.%d.%d.%s"
            .formatted(ChronoUnit.MICROS.between(Instant.EPOCH, at), sequence, index, number, team);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The key of such a text; empty if it is none. */
  public static Optional<AlertKey> parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    Matcher parts = TEXT.matcher(new String(bytes, StandardCharsets.UTF_8));
    return parts.matches()
        ? Optional.of(
            new AlertKey(
                Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS),
                parts.group(5),
                Long.parseLong(parts.group(2)),
                Integer.parseInt(parts.group(3)),
                Integer.parseInt(parts.group(4))))
        : Optional.empty();
  }
}
