package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Credits on their way from one wallet of an org to another. They have left the one for good, and
 * come to the other exactly once, with the terms of the grants that they came from; only if the
 * other can't take them do they go back.
 *
 * @param id its name; no two are alike
 * @param from the wallet that they left
 * @param to the wallet that they go to
 * @param creditType the credit type
 * @param amount how much, above 0
 * @param draws the grants that they left
 * @param grants the grants that they become, one for each draw
 * @param attribution who asked for it: what the entries by which they come say, whoever carries
 *     them; null for one that left before transfers told
 */
public record Transfer(
    String id,
    String from,
    String to,
    String creditType,
    Credits amount,
    List<Draw> draws,
    List<Grant> grants,
    @Nullable Attribution attribution) {

  private static final String PREFIX = "trf_";
  private static final int HASH_BYTES = 12;
  private static final Pattern ID = Pattern.compile(PREFIX + "[0-9a-f]{" + 2 * HASH_BYTES + "}");

  /**
   * The name of the transfer that left by a transaction whose last entry has this hash: no other
   * transfer of the org can have it.
   */
  static String idOf(byte[] hash) {
    return PREFIX + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
  }

  /**
   * How the hash begins of the last entry of the transaction by which a transfer of this name left:
   * 12 bytes. Empty if none can have that name.
   */
  public static Optional<byte[]> hashOf(String id) {
    return ID.matcher(id).matches()
        ? Optional.of(HexFormat.of().parseHex(id, PREFIX.length(), id.length()))
        : Optional.empty();
  }

  /**
   * The name of a grant that it becomes.
   *
   * @param number from 1
   */
  public static String grantOf(String id, int number) {
    return id + "_" + number;
  }
}
