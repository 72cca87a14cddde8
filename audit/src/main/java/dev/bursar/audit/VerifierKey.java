package dev.bursar.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A public key that verifies signed notes, as C2SP writes it: {@code <name>+<8 hex
 * digits>+<base64>}. Ed25519 only.
 */
public final class VerifierKey {

  private static final byte ED25519 = 1;
  private static final int KEY_BYTES = 32;
  static final int ID_BYTES = 4;

  /** What stands before the 32 bytes in the X.509 form of an Ed25519 key. */
  private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String text;
  private final String name;
  private final byte[] id;
  private final byte[] key;
  private final PublicKey publicKey;

  private VerifierKey(String text, String name, byte[] id, byte[] key, PublicKey publicKey) {
    this.text = text;
    this.name = name;
    this.id = id;
    this.key = key;
    this.publicKey = publicKey;
  }

  /**
   * Reads a verifier key.
   *
   * @throws IllegalArgumentException if it is not one; the message says why
   */
  public static VerifierKey parse(String text) {
    int first = text.indexOf('+');
    int second = text.indexOf('+', first + 1);
    if (first < 1 || second < 0) {
      throw new IllegalArgumentException("is not a verifier key: <name>+<8 hex digits>+<base64>");
    }
    String name = text.substring(0, first);
    if (name.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c))) {
      throw new IllegalArgumentException("has white space in its name");
    }
    byte[] typed = Base64Text.decoded(text.substring(second + 1));
    if (typed == null || typed.length != 1 + KEY_BYTES || typed[0] != ED25519) {
      throw new IllegalArgumentException("is not an Ed25519 key: base64 of a byte 1 and 32 bytes");
    }
    byte[] id =
        Arrays.copyOf(Sha256.of((name + "\n").getBytes(StandardCharsets.UTF_8), typed), ID_BYTES);
    if (!HexFormat.of().formatHex(id).equals(text.substring(first + 1, second))) {
      throw new IllegalArgumentException(
          "is damaged: its key hash is not that of its name and its key");
    }
    byte[] key = Arrays.copyOfRange(typed, 1, typed.length);
    return new VerifierKey(text, name, id, key, publicKey(key));
  }

  private static PublicKey publicKey(byte[] key) {
    byte[] encoded = Arrays.copyOf(X509, X509.length + KEY_BYTES);
    System.arraycopy(key, 0, encoded, X509.length, KEY_BYTES);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("is not a point of Ed25519's curve", e);
    }
  }

  /** The name of who signs. */
  public String name() {
    return name;
  }

  /** SHA-256 of the 32 bytes of the public key, in hex: for comparing by eye or by telephone. */
  public String fingerprint() {
    return HexFormat.of().formatHex(Sha256.of(key));
  }

  /** The first bytes of the hash of name and key, by which a signature names its key. */
  boolean hasId(byte[] other) {
    return Arrays.equals(id, other);
  }

  /** Whether this is the key's signature of a message. */
  boolean verifies(byte[] message, byte[] signature) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(publicKey);
      ed25519.update(message);
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      // Not even the form of a signature, or a key that is no point of the curve.
      return false;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerifierKey that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }

  /** The key as it is published. */
  @Override
  public String toString() {
    return text;
  }
}
