package dev.bursar.sidecar.usage;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of the heap something takes, about, in bytes; and no less than it takes of the usage
 * file, a part of which begins with all that is open.
 */
public final class Weight {

  private static final long OPEN_BYTES = 700;
  private static final long PAIR_BYTES = 64;
  private static final long TEXT_BYTES = 44;

  /** What JSON has for half of a character that does not fit into two bytes. */
  private static final int ESCAPED_BYTES = 6;

  private Weight() {}

  /** A reservation that is open. */
  public static long ofOpen(String id, String lease, ReserveRequest request) {
    Subject subject = request.subject();
    long bytes =
        OPEN_BYTES
            + of(id)
            + of(lease)
            + of(subject.org())
            + of(subject.team())
            + of(subject.user())
            + of(subject.product())
            + of(subject.costCenter())
            + of(subject.agent())
            + of(request.feature())
            + of(request.model())
            + of(request.session())
            + of(request.wallet())
            + of(request.creditType())
            + of(request.traceId());
    for (Map.Entry<String, String> each : request.metadata().entrySet()) {
      bytes += PAIR_BYTES + of(each.getKey()) + of(each.getValue());
    }
    Map<String, Long> usage = request.usage();
    if (usage != null) {
      for (String meter : usage.keySet()) {
        bytes += PAIR_BYTES + of(meter);
      }
    }
    return bytes;
  }

  /** A text: in the heap one or two bytes a character, in the file one to six. */
  private static long of(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    long inFile = 0;
    int inHeap = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      inFile += inFile(c);
      inHeap = c > 0xff ? 2 : inHeap;
    }
    return TEXT_BYTES + Math.max(inFile, (long) inHeap * text.length());
  }

  private static int inFile(char c) {
    if (c < 0x80) {
      return c == '"' || c == '\\' ? 2 : 1;
    }
    if (Character.isSurrogate(c)) {
      return ESCAPED_BYTES;
    }
    return c < 0x800 ? 2 : 3;
  }
}
