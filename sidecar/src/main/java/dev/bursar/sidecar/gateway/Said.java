package dev.bursar.sidecar.gateway;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said about a call, by the API's names for it: {@code org}, {@code team}, {@code
 * cost_center}, {@code feature}, {@code model}, {@code amount} and so on.
 */
@FunctionalInterface
public interface Said {

  /** How headers begin that say something. */
  String PREFIX = "x-bursar-";

  /** What is said under a name; null if nothing is. */
  @Nullable String get(String name);

  /**
   * Somebody who is asked for what another does not say. Who says an amount or a usage is asked for
   * both: nobody makes it less by saying it otherwise.
   */
  default Said or(Said other) {
    return name -> {
      String own = get(name);
      boolean isEstimate = name.equals("amount") || name.equals("usage");
      return own != null || (isEstimate && (get("amount") != null || get("usage") != null))
          ? own
          : other.get(name);
    };
  }

  /** What these pairs say; an empty value says nothing. */
  static Said of(Map<String, String> pairs) {
    return name -> something(pairs.get(name));
  }

  /** What headers say, each found by its name in lower case; an empty one says nothing. */
  static Said headers(Headers headers) {
    return name -> something(headers.get(header(name)));
  }

  /** The header that says something under this name, in lower case. */
  static String header(String name) {
    return PREFIX + name.replace('_', '-');
  }

  private static @Nullable String something(@Nullable String value) {
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** Headers by name. */
  @FunctionalInterface
  interface Headers {

    /** The value of a header; null if there is none. */
    @Nullable String get(String lowerCaseName);
  }
}
