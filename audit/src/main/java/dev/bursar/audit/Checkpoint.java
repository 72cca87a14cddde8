package dev.bursar.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A signed head of a ledger: a C2SP checkpoint in a signed note.
 *
 * @param origin which ledger
 * @param size how many leaves its tree has
 * @param root the root of the tree over them
 */
record Checkpoint(String origin, long size, byte[] root) {

  private static final String SIGNATURE_MARK = "— ";
  private static final int SIGNATURE_BYTES = 64;
  private static final String LEDGER = ".ledger/";

  /** Verifies and reads a note. The line is where it stands. */
  static Checkpoint verified(String note, VerifierKey key, long line) throws Stopped {
    int gap = note.lastIndexOf("\n\n");
    if (gap < 0 || gap + 2 == note.length() || !note.endsWith("\n")) {
      throw malformed(line, "is not a signed note: a text, an empty line, lines of signature");
    }
    String text = note.substring(0, gap + 1);
    verify(text, note.substring(gap + 2, note.length() - 1), key, line);
    List<String> lines = List.of(text.split("\n", -1));
    // The text's last newline leaves an empty string behind it.
    if (lines.size() < 4 || lines.subList(0, lines.size() - 1).contains("")) {
      throw malformed(line, "does not begin with the three lines origin, size and root");
    }
    Long size = size(lines.get(1));
    byte[] root = Base64Text.decoded(lines.get(2));
    if (size == null || root == null || root.length != Sha256.BYTES) {
      throw malformed(line, "does not state a size and the 32 bytes of a root");
    }
    return new Checkpoint(lines.get(0), size, root);
  }

  /**
   * Verifies what the key signed; a note must have that at least. Other signatures are of
   * witnesses, or of a key that came before or after: they are passed over, whatever they are.
   */
  private static void verify(String text, String signatures, VerifierKey key, long line)
      throws Stopped {
    boolean signed = false;
    for (String each : signatures.split("\n", -1)) {
      int space = each.indexOf(' ', SIGNATURE_MARK.length());
      byte[] bytes =
          each.startsWith(SIGNATURE_MARK) && space > SIGNATURE_MARK.length()
              ? Base64Text.decoded(each.substring(space + 1))
              : null;
      if (bytes == null || bytes.length <= VerifierKey.ID_BYTES) {
        throw malformed(
            line,
            "has a line of signature that is not \"— <name> <base64>\", of key hash and signature");
      }
      if (each.substring(SIGNATURE_MARK.length(), space).equals(key.name())
          && key.hasId(Arrays.copyOf(bytes, VerifierKey.ID_BYTES))) {
        verify(text, bytes, key, line);
        signed = true;
      }
    }
    if (!signed) {
      throw Stopped.by(
          Fault.ofFile(
              Fault.Kind.OTHER_KEY,
              line,
              "the checkpoint is signed with another key than " + key + ", so it proves nothing"));
    }
  }

  private static void verify(String text, byte[] signature, VerifierKey key, long line)
      throws Stopped {
    if (signature.length != VerifierKey.ID_BYTES + SIGNATURE_BYTES) {
      throw malformed(line, "has a signature that is not the base64 of 68 bytes");
    }
    if (!key.verifies(
        text.getBytes(StandardCharsets.UTF_8),
        Arrays.copyOfRange(signature, VerifierKey.ID_BYTES, signature.length))) {
      throw Stopped.by(
          Fault.ofFile(
              Fault.Kind.SIGNATURE,
              line,
              "the checkpoint's signature is not valid: its text (ledger, size, root) or its"
                  + " signature was changed after it was signed, or somebody else signed it"));
    }
  }

  private static @Nullable Long size(String text) {
    if (!text.matches("0|[1-9][0-9]{0,18}")) {
      return null;
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException beyondLong) {
      return null;
    }
  }

  private static Stopped malformed(long line, String why) {
    return Stopped.by(Fault.ofFile(Fault.Kind.CONTRADICTION, line, "the checkpoint " + why));
  }

  /**
   * The origin of an org's ledger: by whose name it is signed, and the org's, percent-encoded as in
   * the path of a URI.
   */
  static String originOf(String signer, String org) {
    StringBuilder origin = new StringBuilder(signer).append(LEDGER);
    for (byte each : org.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (each & 0xff);
      boolean unreserved =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._~".indexOf(c) >= 0;
      if (unreserved) {
        origin.append(c);
      } else {
        origin.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return origin.toString();
  }
}
