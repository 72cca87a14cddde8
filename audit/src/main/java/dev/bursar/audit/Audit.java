package dev.bursar.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An audit of one exported month. It reads the export once, from its first line to its last, and
 * keeps in memory the last figures of every wallet, not the entries.
 */
public final class Audit {

  private final Source source;
  private final @Nullable VerifierKey key;
  private final List<String> kept;
  private final List<VerifierKey> formerKeys;

  /** Where the export comes from. */
  private interface Source {
    InputStream open() throws IOException;
  }

  private Audit(
      Source source, @Nullable VerifierKey key, List<String> kept, List<VerifierKey> formerKeys) {
    this.source = source;
    this.key = key;
    this.kept = kept;
    this.formerKeys = formerKeys;
  }

  /**
   * The audit of a file.
   *
   * @param key the key that must have signed, from the operator itself and not from the export;
   *     null takes the export's own, which proves nothing about who signed
   */
  public static Audit of(Path export, @Nullable VerifierKey key) {
    return new Audit(() -> Files.newInputStream(export), key, List.of(), List.of());
  }

  /**
   * The audit of a stream, which is read to its end, or to the first fault, and closed. It can run
   * once.
   *
   * @param key as above
   */
  public static Audit of(InputStream export, @Nullable VerifierKey key) {
    return new Audit(() -> export, key, List.of(), List.of());
  }

  /**
   * The same audit, which also compares the export with signed heads of the ledger that were kept
   * from before: with each that ends within the export.
   *
   * @param checkpoints the signed notes; one that is signed with none of the keys, or is of another
   *     ledger, makes the verdict unreadable
   * @param formerKeys with which they may be signed besides the export's key: those that it has
   *     replaced, from the operator itself
   */
  public Audit comparedWith(List<String> checkpoints, List<VerifierKey> formerKeys) {
    return new Audit(source, key, List.copyOf(checkpoints), List.copyOf(formerKeys));
  }

  /**
   * The signed note that a file has: alone, or as the field {@code checkpoint} of the JSON in its
   * first line, as an earlier export has it.
   *
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it has none
   */
  public static String checkpointIn(Path file) throws IOException {
    return KeptHeads.noteIn(file);
  }

  /** Runs it. Nothing that an export contains makes it throw. */
  public Verdict run() {
    return run(entries -> {});
  }

  /**
   * Runs it.
   *
   * @param progress is told, every thousand entries, how many have been verified
   */
  public Verdict run(LongConsumer progress) {
    try (InputStream in = source.open()) {
      return new Pass(new Lines(in), key, kept, formerKeys, progress).run();
    } catch (Stopped stopped) {
      return stopped.verdict();
    } catch (NoSuchFileException e) {
      return new Verdict.Unreadable(0, "there is no file " + e.getFile());
    } catch (IOException e) {
      return new Verdict.Unreadable(0, "can't be opened: " + e);
    }
  }
}
