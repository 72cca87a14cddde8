package dev.bursar.api.http;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A request's query parameters, each at most once and none that is not known. */
public final class Query {

  /** What is no such name is not repeated to whoever reads the answer. */
  private static final Pattern SHOWABLE = Pattern.compile("[A-Za-z0-9_.\\[\\]-]{1,64}");

  private static final int DIGEST_BYTES = 8;

  private final Map<String, String> values = new HashMap<>();

  /**
   * Reads what follows the question mark.
   *
   * @throws Fault if a parameter is not accepted, or is there twice, or is not UTF-8
   */
  Query(String raw, Set<String> accepted) {
    for (String pair : raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decoded("query", equals < 0 ? pair : pair.substring(0, equals));
      if (!accepted.contains(name)) {
        throw Problem.of(
                400,
                "unknown_parameter",
                "there is a query parameter that is not known here; accepted are "
                    + (accepted.isEmpty() ? "none" : String.join(", ", new TreeSet<>(accepted))))
            .at(SHOWABLE.matcher(name).matches() ? name : "query")
            .fault();
      }
      String value = equals < 0 ? "" : decoded(name, pair.substring(equals + 1));
      if (values.put(name, value) != null) {
        throw Problem.invalid(name, "is there twice").fault();
      }
    }
  }

  /** The parameter, or null. */
  public @Nullable String get(String name) {
    return values.get(name);
  }

  /** Stands for all parameters but these, in any order: equal for the same question. */
  public String digest(Set<String> except) {
    Map<String, String> counted = new TreeMap<>(values);
    counted.keySet().removeAll(except);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(counted.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a parameter is true; it is false if it is absent, and nothing else may stand there. */
  public boolean flag(String name) {
    String text = get(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw Problem.invalid(name, "has to be true or false").fault();
  }

  private static String decoded(String field, String raw) {
    if (raw.indexOf('%') < 0 && raw.indexOf('+') < 0) {
      return raw;
    }
    byte[] utf8 = raw.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(utf8.length);
    for (int i = 0; i < utf8.length; i++) {
      if (utf8[i] == '+') {
        bytes.put((byte) ' ');
      } else if (utf8[i] == '%') {
        int high = i + 2 < utf8.length ? Character.digit(utf8[i + 1], 16) : -1;
        int low = high < 0 ? -1 : Character.digit(utf8[i + 2], 16);
        if (low < 0) {
          throw Problem.invalid(field, "has a % that no two hexadecimal digits follow").fault();
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else {
        bytes.put(utf8[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw Problem.invalid(field, "is not valid UTF-8").fault();
    }
  }
}
