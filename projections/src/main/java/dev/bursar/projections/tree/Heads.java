package dev.bursar.projections.tree;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Heads of trees: as they stand in {@code ledger_tree}, and as they were signed. */
final class Heads {

  /** A head that was signed, from {@code ledger_checkpoint}. */
  record Signed(long size, byte[] root, String note, String verifier) {}

  private static final String UNRESERVED = "-._~";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Heads() {}

  /** The tree that an org has now; an empty one if it has none. */
  static Peaks current(Handle handle, String org) {
    return handle
        .createQuery("select size, peaks from ledger_tree where org = :org")
        .bind("org", org)
        .map((rs, context) -> Peaks.of(rs.getLong(1), rs.getBytes(2)))
        .findOne()
        .orElseGet(Peaks::new);
  }

  /**
   * The largest head that was signed; if by several keys, the one by this key, or else the last.
   */
  static Optional<Signed> last(Handle handle, String org, String verifier) {
    return handle
        .createQuery(
            """
            select size, root, note, verifier from ledger_checkpoint where org = :org
            order by size desc, verifier = :verifier desc, signed_at desc limit 1
            """)
        .bind("org", org)
        .bind("verifier", verifier)
        .map(
            (rs, context) ->
                new Signed(rs.getLong(1), rs.getBytes(2), rs.getString(3), rs.getString(4)))
        .findOne();
  }

  /** With which key the newest of the largest heads was signed. */
  static Optional<String> lastVerifier(Handle handle, String org) {
    return handle
        .createQuery(
            """
            select verifier from ledger_checkpoint where org = :org
            order by size desc, signed_at desc limit 1
            """)
        .bind("org", org)
        .mapTo(String.class)
        .findOne();
  }

  /** Keeps a head before anybody is shown it. */
  static void keep(Handle handle, String org, Signed head, Instant signedAt) {
    handle
        .createUpdate(
            """
            insert into ledger_checkpoint (org, size, verifier, root, note, signed_at)
            values (:org, :size, :verifier, :root, :note, :at)
            """)
        .bind("org", org)
        .bind("size", head.size())
        .bind("verifier", head.verifier())
        .bind("root", head.root())
        .bind("note", head.note())
        .bind("at", signedAt.atOffset(ZoneOffset.UTC))
        .execute();
  }

  /** One signer of an org at a time, until the transaction ends. */
  static void lock(Handle handle, String org) {
    handle
        .createQuery(
            "select pg_advisory_xact_lock(hashtextextended('ledger_checkpoint|' || :org, 0))")
        .bind("org", org)
        .mapToMap()
        .one();
  }

  /**
   * The text of a C2SP checkpoint: the same bytes, whatever the platform's locale writes digits as.
   */
  static String text(String signer, String org, long size, byte[] root) {
    return String.join(
        "\n",
        signer + ".ledger/" + encoded(org),
        Long.toString(size),
        Base64.getEncoder().encodeToString(root),
        "");
  }

  /** Percent-encoded, as a segment of a URI's path. */
  private static String encoded(String org) {
    StringBuilder encoded = new StringBuilder(org.length());
    for (byte each : org.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (each & 0xff);
      boolean plain =
          character < 128
              && (Character.isLetterOrDigit(character) || UNRESERVED.indexOf(character) >= 0);
      if (plain) {
        encoded.append(character);
      } else {
        encoded.append('%').append(HEX.toHexDigits(each));
      }
    }
    return encoded.toString();
  }
}
