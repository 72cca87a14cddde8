package dev.bursar.api.lease;

import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners.Reached;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which sidecars have a change, as the header {@code Bursar-Sidecars} says it: a list of RFC 9651.
 * Those that don't have it come first; after 20 of them, or 4,000 characters, the others are
 * counted.
 */
final class SidecarList {

  private static final int NAMED_MAX = 20;
  private static final int CHARS_MAX = 4_000;

  private SidecarList() {}

  /**
   * The list.
   *
   * @param until when the last lease of each ends, where that is known
   * @return null if there is nobody to name
   */
  static @Nullable String of(Map<Listener, Reached> reached, Map<Listener, Instant> until) {
    if (reached.isEmpty()) {
      return null;
    }
    List<Listener> order =
        reached.keySet().stream()
            .sorted(
                Comparator.<Listener, Reached>comparing(reached::get)
                    .reversed()
                    .thenComparing(Listener::sidecar)
                    .thenComparing(Listener::key))
            .toList();
    StringBuilder list = new StringBuilder();
    int named = 0;
    for (Listener who : order) {
      String item = item(who.sidecar(), reached.get(who), until.get(who));
      if (named == NAMED_MAX || list.length() + item.length() > CHARS_MAX) {
        break;
      }
      list.append(named == 0 ? "" : ", ").append(item);
      named++;
    }
    if (named < order.size()) {
      list.append(named == 0 ? "" : ", ").append(order.size() - named).append(";more");
      lastEnd(order.subList(named, order.size()), reached, until, list);
    }
    return list.toString();
  }

  private static String item(String name, @Nullable Reached how, @Nullable Instant until) {
    StringBuilder item = new StringBuilder(quoted(name));
    if (how != null) {
      item.append(';').append(how.name().toLowerCase(Locale.ROOT));
      if (mayStillDecide(how) && until != null) {
        until(item, until);
      }
    }
    return item.toString();
  }

  private static void lastEnd(
      List<Listener> rest,
      Map<Listener, Reached> reached,
      Map<Listener, Instant> until,
      StringBuilder list) {
    Instant last = null;
    for (Listener who : rest) {
      Reached how = reached.get(who);
      Instant end = until.get(who);
      if (how != null
          && mayStillDecide(how)
          && end != null
          && (last == null || end.isAfter(last))) {
        last = end;
      }
    }
    if (last != null) {
      until(list, last);
    }
  }

  private static boolean mayStillDecide(Reached how) {
    return how == Reached.SILENT || how == Reached.AWAY;
  }

  /** A date is in whole seconds: no earlier than it ends. */
  private static void until(StringBuilder item, Instant end) {
    item.append(";until=@")
        .append(end.getNano() == 0 ? end.getEpochSecond() : end.getEpochSecond() + 1);
  }

  /** A string; or, where that can't have a name's characters, a display string. */
  static String quoted(String name) {
    if (name.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
    StringBuilder text = new StringBuilder("%\"");
    for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
      if (each >= ' ' && each <= '~' && each != '%' && each != '"') {
        text.append((char) each);
      } else {
        text.append("%%%02x".formatted(each));
      }
    }
    return text.append('"').toString();
  }
}
