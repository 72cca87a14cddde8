package dev.bursar.audit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Signed heads of the ledger that somebody kept from before. The export's tree must begin as each
 * of them says; where it does not, they tell from where on.
 */
final class KeptHeads {

  /** A file with a checkpoint in it is not larger, but for the lines behind an export's first. */
  private static final int NOTE_BYTES_MAX = 64 << 10;

  private final TreeMap<Long, List<Checkpoint>> bySize = new TreeMap<>();
  private int compared;
  private long agreed;
  private @Nullable Checkpoint other;

  private KeptHeads() {}

  /**
   * The heads in these notes, which must be signed with one of the keys and be of the org's ledger.
   *
   * @param keys at least one: that of the export first
   * @throws Stopped if one is not
   */
  static KeptHeads verified(List<String> notes, List<VerifierKey> keys, String org) throws Stopped {
    KeptHeads kept = new KeptHeads();
    for (int i = 0; i < notes.size(); i++) {
      Checkpoint head;
      try {
        head = verified(notes.get(i), keys, org);
      } catch (Stopped no) {
        throw Stopped.unreadable(
            0,
            "kept checkpoint %d of %d: ".formatted(i + 1, notes.size())
                + (no.verdict() instanceof Verdict.Invalid it ? it.fault().reason() : no));
      }
      kept.bySize.computeIfAbsent(head.size(), size -> new ArrayList<>()).add(head);
    }
    return kept;
  }

  private static Checkpoint verified(String note, List<VerifierKey> keys, String org)
      throws Stopped {
    Stopped other = null;
    for (VerifierKey key : keys) {
      try {
        Checkpoint head = Checkpoint.verified(note, key, 0);
        String origin = Checkpoint.originOf(key.name(), org);
        if (!head.origin().equals(origin)) {
          throw Stopped.by(
              Fault.ofFile(
                  Fault.Kind.CONTRADICTION,
                  0,
                  "it is of %s, not of %s".formatted(head.origin(), origin)));
        }
        return head;
      } catch (Stopped no) {
        if (!(no.verdict() instanceof Verdict.Invalid it)
            || it.fault().kind() != Fault.Kind.OTHER_KEY) {
          throw no;
        }
        other = other == null ? no : other;
      }
    }
    throw Objects.requireNonNull(other);
  }

  /** The note in a file: by itself, or as {@code checkpoint} in the JSON of its first line. */
  static String noteIn(Path file) throws IOException {
    byte[] first;
    try (InputStream in = Files.newInputStream(file)) {
      first = in.readNBytes(Lines.BYTES_MAX);
    }
    try {
      Lines lines = new Lines(new ByteArrayInputStream(first));
      String line = lines.next();
      if (line == null || !line.startsWith("{")) {
        if (first.length > NOTE_BYTES_MAX) {
          throw new IllegalArgumentException("is too long for a checkpoint");
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(first)).toString();
      }
      String note = Json.object(line, 1).optionalText("checkpoint");
      if (note == null) {
        throw new IllegalArgumentException("has no field checkpoint in its first line");
      }
      return note;
    } catch (Stopped no) {
      throw new IllegalArgumentException("is neither a checkpoint nor JSON with one in it", no);
    }
  }

  /** Compares the tree so far with those that are over as many leaves. */
  void compare(CompactRange tree) {
    for (Checkpoint head : bySize.getOrDefault(tree.size(), List.of())) {
      compared++;
      if (other == null && Arrays.equals(head.root(), tree.root())) {
        agreed = tree.size();
      } else if (other == null) {
        other = head;
      }
    }
  }

  /**
   * How many leaves, from the first on, are proven by a kept head to be as they were; 0 if none.
   */
  long agreed() {
    return agreed;
  }

  /** The first of which the leaves are not those that it was signed over; null if none was met. */
  @Nullable Checkpoint other() {
    return other;
  }

  /** How many there are. */
  int given() {
    return bySize.values().stream().mapToInt(List::size).sum();
  }

  /** How many of them could be compared: those that end with one of the export's leaves. */
  int compared() {
    return compared;
  }
}
