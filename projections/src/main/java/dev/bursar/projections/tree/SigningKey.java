package dev.bursar.projections.tree;

import dev.bursar.database.OwnersFile;
import dev.bursar.domain.ledger.CanonicalEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The Ed25519 key that signs the heads of ledgers, with the name under which it is known. All nodes
 * of a cluster have the same.
 */
public final class SigningKey {

  private static final String ALGORITHM = "Ed25519";
  private static final byte KIND = 1;
  private static final int RAW_BYTES = 32;
  private static final int KEY_HASH_BYTES = 4;
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";
  private static final Pattern NAME = Pattern.compile("[^\\s+\\p{Cntrl}]+");

  private final String name;
  private final PrivateKey key;
  private final byte[] typedPublicKey;

  private SigningKey(String name, KeyPair pair) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of the signing key is '%s'; a name without spaces and without + would be accepted."
              .formatted(name));
    }
    this.name = name;
    this.key = pair.getPrivate();
    byte[] encoded = pair.getPublic().getEncoded();
    this.typedPublicKey = new byte[RAW_BYTES + 1];
    typedPublicKey[0] = KIND;
    System.arraycopy(encoded, encoded.length - RAW_BYTES, typedPublicKey, 1, RAW_BYTES);
  }

  /**
   * The key in a file; if there is none, a new one, which is put there and which only the file's
   * owner can read.
   *
   * @param file PKCS#8 in PEM
   * @param name what is signed says that it is by this name; without spaces and without {@code +}
   * @throws SigningKeyUnusable if the file can't be read or written, or holds no Ed25519 key
   * @throws IllegalArgumentException if the name is none
   */
  public static SigningKey loadOrCreate(Path file, String name) {
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      return new SigningKey(name, pair(read(file)));
    } catch (IOException e) {
      throw new SigningKeyUnusable(
          "The signing key in %s can't be read or made: %s".formatted(file, e), e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      if (e instanceof IllegalArgumentException && !NAME.matcher(name).matches()) {
        throw (IllegalArgumentException) e;
      }
      throw new SigningKeyUnusable(
          "The file %s does not hold an Ed25519 private key, PKCS#8 in PEM.".formatted(file), e);
    }
  }

  /** A key that is kept nowhere. */
  public static SigningKey generate(String name) {
    try {
      return new SigningKey(name, KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void create(Path file) throws IOException, GeneralSecurityException {
    PrivateKey fresh = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair().getPrivate();
    String pem =
        BEGIN
            + "\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(fresh.getEncoded())
            + "\n"
            + END
            + "\n";
    OwnersFile.create(file, pem.getBytes(StandardCharsets.US_ASCII));
  }

  private static PrivateKey read(Path file) throws IOException, GeneralSecurityException {
    String pem = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    if (!pem.startsWith(BEGIN) || !pem.endsWith(END)) {
      throw new IllegalArgumentException("not a PEM of a private key");
    }
    byte[] encoded =
        Base64.getMimeDecoder().decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
    return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  /** The private key is the seed of the pair, so making one from the same seed gives it again. */
  private static KeyPair pair(PrivateKey key) throws GeneralSecurityException {
    byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
    KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
    generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
    KeyPair pair = generator.generateKeyPair();
    if (!Arrays.equals(pair.getPrivate().getEncoded(), key.getEncoded())) {
      throw new GeneralSecurityException("the public key could not be told from the private one");
    }
    return pair;
  }

  /** Random bytes that are known beforehand. */
  private static final class Seed extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final byte[] seed;

    Seed(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }

  /** By whose name it signs. */
  String name() {
    return name;
  }

  /** The key that verifies what this one signs, as a C2SP note verifier key. */
  public String verifier() {
    return "%s+%s+%s"
        .formatted(
            name,
            HexFormat.of().formatHex(keyHash()),
            Base64.getEncoder().encodeToString(typedPublicKey));
  }

  /**
   * A C2SP signed note.
   *
   * @param text lines, each with its end
   */
  String note(String text) {
    byte[] hash = keyHash();
    byte[] signature = sign(text.getBytes(StandardCharsets.UTF_8));
    byte[] both = Arrays.copyOf(hash, hash.length + signature.length);
    System.arraycopy(signature, 0, both, hash.length, signature.length);
    return text + "\n\u2014 " + name + " " + Base64.getEncoder().encodeToString(both) + "\n";
  }

  private byte[] sign(byte[] text) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(text);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] keyHash() {
    byte[] named = (name + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(named, named.length + typedPublicKey.length);
    System.arraycopy(typedPublicKey, 0, all, named.length, typedPublicKey.length);
    return Arrays.copyOf(CanonicalEntry.sha256(all), KEY_HASH_BYTES);
  }
}
