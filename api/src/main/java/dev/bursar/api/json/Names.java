package dev.bursar.api.json;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.identity.Identifiers;

/**
 * The names that clients choose, as requests carry them: the rule of {@link Identifiers}, less what
 * no URL can carry. U+FFFD stands for bytes that could not be decoded, so that two names with it
 * may have been different ones.
 */
public final class Names {

  private Names() {}

  /**
   * The name, if it is one.
   *
   * @param field where it was found, for the message
   * @throws Fault if it is not
   */
  public static String checked(String field, String name) {
    String fault = plainAscii(name) ? null : Identifiers.fault(name);
    if (fault != null) {
      throw Problem.invalid(field, fault).fault();
    }
    if (name.indexOf('\uFFFD') >= 0) {
      throw Problem.invalid(field, "is not valid UTF-8").fault();
    }
    if (name.equals(".") || name.equals("..")) {
      throw Problem.invalid(field, "is " + name + ", which no URL can carry").fault();
    }
    return name;
  }

  /** Whether it is short and of letters, digits and the like: the usual case, told cheaply. */
  private static boolean plainAscii(String name) {
    if (name.isEmpty() || name.length() > Identifiers.BYTES_MAX) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }
}
