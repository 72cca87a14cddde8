package dev.bursar.api.otlp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A version as schema URLs end in one, such as 1.40.0; what follows a dash says nothing. */
public record SchemaVersion(int major, int minor, int patch) implements Comparable<SchemaVersion> {

  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,6})\\.([0-9]{1,6})\\.([0-9]{1,6})(-.*)?");

  /** The version in this text, or null if it is none. */
  public static @Nullable SchemaVersion parse(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? new SchemaVersion(part(parts, 1), part(parts, 2), part(parts, 3))
        : null;
  }

  private static int part(Matcher parts, int group) {
    return Integer.parseInt(parts.group(group));
  }

  @Override
  public int compareTo(SchemaVersion other) {
    int byMajor = Integer.compare(major, other.major);
    int byMinor = Integer.compare(minor, other.minor);
    return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
