package dev.bursar.audit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes exports as the service would, and lets a test forge them: hashes, tree, notes and JSON once
 * more, and by other means than those that are tried.
 */
final class Export {

  static final int SIZE = 500;
  static final Signer OPERATOR = new Signer("bursar.example/books", 1);
  static final Signer OTHER = new Signer("bursar.example/books", 2);

  /** Somebody who signs. */
  static final class Signer {
    private final String name;
    private final KeyPair pair;
    private final byte[] typed;
    private final byte[] id;
    private final VerifierKey key;

    Signer(String name, long seed) {
      try {
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        random.setSeed(seed);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(255, random);
        this.name = name;
        this.pair = generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
      byte[] encoded = pair.getPublic().getEncoded();
      typed = Arrays.copyOfRange(encoded, encoded.length - 33, encoded.length);
      typed[0] = 1;
      byte[] named = (name + "\n").getBytes(StandardCharsets.UTF_8);
      id = Arrays.copyOf(sha256(concat(named, typed)), 4);
      key = VerifierKey.parse(verifier());
    }

    String verifier() {
      return name + "+" + HexFormat.of().formatHex(id) + "+" + base64(typed);
    }

    VerifierKey key() {
      return key;
    }

    String note(String text) {
      try {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(text.getBytes(StandardCharsets.UTF_8));
        return text + "\n— " + name + " " + base64(concat(id, signature.sign())) + "\n";
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  final List<Map<String, Object>> leaves;
  final Map<String, Object> header = new LinkedHashMap<>();
  final List<Map<String, Object>> entries;
  final Map<String, Object> end = new LinkedHashMap<>();

  private Export(List<Map<String, Object>> leaves, int from, int to) {
    this.leaves = leaves;
    rehash(0);
    this.entries = new ArrayList<>(leaves.subList(from, to));
    header.put("kind", "bursar-ledger-export");
    header.put("version", 1L);
    header.put("org", Ledger.ORG);
    header.put(
        "month",
        to > from ? ((String) leaves.get(from).get("posted_at")).substring(0, 7) : "2026-11");
    header.put("from_leaf", (long) from);
    header.put("to_leaf", (long) to);
    header.put("left", cover(0, from));
    header.put("right", cover(to, leaves.size()));
    header.put("checkpoint", OPERATOR.note(head(leaves.size())));
    header.put("verifier", OPERATOR.verifier());
    end.put("kind", "end");
    end.put("entries", (long) (to - from));
  }

  /** The export of all of November of a ledger of 500 entries. */
  static Export november() {
    List<Map<String, Object>> leaves = Ledger.of(7, SIZE);
    int from = 0;
    while (!month(leaves.get(from)).equals("2026-11")) {
      from++;
    }
    int to = SIZE;
    while (!month(leaves.get(to - 1)).equals("2026-11")) {
      to--;
    }
    return new Export(leaves, from, to);
  }

  /** Some leaves of a ledger of this size; the first and the last are of one month. */
  static Export of(long seed, int size, int from, int to) {
    return new Export(Ledger.of(seed, size), from, to);
  }

  static String month(Map<String, Object> entry) {
    return ((String) entry.get("posted_at")).substring(0, 7);
  }

  int from() {
    return Math.toIntExact((Long) header.get("from_leaf"));
  }

  /** Hashes and names, from a leaf on, chained. */
  void rehash(int from) {
    Map<String, String> heads = new HashMap<>();
    for (int i = 0; i < leaves.size(); i++) {
      Map<String, Object> entry = leaves.get(i);
      String wallet = (String) entry.get("wallet");
      if (i >= from) {
        entry.put("previous_hash", heads.getOrDefault(wallet, "0".repeat(64)));
        seal(entry);
      }
      heads.put(wallet, (String) entry.get("hash"));
    }
  }

  /** Gives an entry the hash and the name that its content has. */
  static void seal(Map<String, Object> entry) {
    String hash = HexFormat.of().formatHex(sha256(canonical(entry)));
    entry.put("hash", hash);
    entry.put("entry_id", "ent_" + hash.substring(0, 24));
  }

  /** The text of a head over the first leaves. */
  String head(int size) {
    String origin =
        "bursar.example/books.ledger/"
            + URLEncoder.encode(Ledger.ORG, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    return origin + "\n" + size + "\n" + base64(root(0, size)) + "\n";
  }

  /** RFC 6962, section 2.1, as it is defined there. */
  private byte[] root(int from, int to) {
    int count = to - from;
    if (count == 0) {
      return sha256(new byte[0]);
    }
    if (count == 1) {
      return sha256(concat(new byte[] {0}, canonical(leaves.get(from))));
    }
    int split = 1;
    while (2 * split < count) {
      split *= 2;
    }
    return sha256(concat(new byte[] {1}, concat(root(from, from + split), root(from + split, to))));
  }

  List<Object> cover(int from, int to) {
    List<Object> hashes = new ArrayList<>();
    int at = from;
    while (at < to) {
      int width = 1;
      while (at % (2 * width) == 0 && at + 2 * width <= to) {
        width *= 2;
      }
      hashes.add(base64(root(at, at + width)));
      at += width;
    }
    return hashes;
  }

  static byte[] canonical(Map<String, Object> of) {
    boolean second = of.containsKey("value") || of.containsKey("corrects");
    Bytes bytes = new Bytes(second ? 2 : 1);
    bytes.texts(of, "org", "wallet").number((Long) of.get("sequence")).texts(of, "transaction_id");
    bytes.number(
        ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse((String) of.get("posted_at"))));
    List<String> types =
        List.of(
            "grant",
            "consume",
            "expire",
            "void",
            "refund",
            "adjust",
            "transfer_in",
            "transfer_out",
            "debt",
            "debt_repaid",
            "late_usage");
    bytes.number(1 + types.indexOf((String) of.get("type"))).texts(of, "credit_type");
    bytes.amount(of.get("amount")).amount(of.get("balance")).amount(of.get("debt"));
    bytes.texts(of, "grant", "reservation");
    if (second) {
      Map<?, ?> value = (Map<?, ?>) of.get("value");
      bytes.text(value == null ? null : (String) value.get("currency"));
      if (value != null) {
        bytes.amount(value.get("amount"));
      }
      bytes.texts(of, "corrects");
    }
    Bytes who = new Bytes(1);
    who.bytes(HexFormat.of().parseHex((String) of.get("salt"))).texts(of, "trigger", "actor");
    Map<?, ?> subject = (Map<?, ?>) of.get("subject");
    who.texts(subject, "org", "team", "user", "product", "cost_center", "agent");
    who.texts(of, "feature", "model", "session", "idempotency_key");
    Map<?, ?> metadata = (Map<?, ?>) of.getOrDefault("metadata", Map.of());
    who.number(metadata.size());
    new TreeMap<>(metadata).forEach((k, v) -> who.text((String) k).text((String) v));
    bytes.bytes(sha256(who.all.toByteArray()));
    bytes.bytes(HexFormat.of().parseHex((String) of.get("previous_hash")));
    return bytes.all.toByteArray();
  }

  private static final class Bytes {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(all);

    Bytes(int version) {
      all.write(version);
    }

    Bytes number(long value) {
      return raw(ByteBuffer.allocate(8).putLong(value).array());
    }

    Bytes amount(Object text) {
      return number(new BigDecimal((String) text).scaleByPowerOfTen(6).longValueExact());
    }

    Bytes texts(Map<?, ?> of, String... names) {
      for (String name : names) {
        text((String) of.get(name));
      }
      return this;
    }

    Bytes text(String value) {
      return bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    Bytes bytes(byte[] value) {
      raw(ByteBuffer.allocate(4).putInt(value == null ? -1 : value.length).array());
      return value == null ? this : raw(value);
    }

    private Bytes raw(byte[] value) {
      try {
        out.write(value);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The lines as they stand now. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(json(header));
    entries.forEach(entry -> lines.add(json(entry)));
    lines.add(json(end));
    return lines;
  }

  byte[] bytes() {
    return bytes(lines());
  }

  static byte[] bytes(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  Verdict audit() {
    return audit(bytes());
  }

  static Verdict audit(List<String> lines) {
    return audit(bytes(lines));
  }

  static Verdict audit(byte[] export) {
    return Audit.of(new ByteArrayInputStream(export), OPERATOR.key()).run();
  }

  static String json(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(each -> json(each.getKey()) + ":" + json(each.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case List<?> list ->
          list.stream().map(Export::json).collect(Collectors.joining(",", "[", "]"));
      case String text ->
          "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
      default -> value.toString();
    };
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static byte[] concat(byte[] one, byte[] other) {
    return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
