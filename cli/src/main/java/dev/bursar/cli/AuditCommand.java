package dev.bursar.cli;

import dev.bursar.audit.Audit;
import dev.bursar.audit.Fault;
import dev.bursar.audit.Totals;
import dev.bursar.audit.Verdict;
import dev.bursar.audit.VerifierKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bursar audit}: verifies an exported month, offline. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Verify an exported month of a ledger, offline: every hash, every running figure, and that a signed"
          + " head of the ledger covers every entry.",
      "Says that it is valid, or names the first entry that is not, and why."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the export is valid",
      "1:the export is not valid",
      "2:it can't be read, is cut off or of another format; or wrong usage"
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  bursar audit acme-2026-11.ndjson \\",
      "      --verifier 'bursar.example+1c5a02b7+AX0pRvGfCn1cs0sYb3m7Ww8l6iVZ6lJmY0d2p9yT4uQk'",
      "",
      "Take the key from where the operator publishes it, not from the export. Keep the exports of earlier",
      "months, and compare with them: --checkpoint acme-2026-10.ndjson"
    })
final class AuditCommand implements Callable<Integer> {

  private static final int VALID = 0;
  private static final int INVALID = 1;
  private static final int UNREADABLE = 2;

  /** The first word of progress, and those after it. */
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(2);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "EXPORT", description = "The exported file; - reads standard input")
  private String export;

  @Option(
      names = "--verifier",
      paramLabel = "KEY",
      description =
          "The operator's published verifier key, <name>+<8 hex digits>+<base64>. Default: the one in"
              + " the export, which does not prove who signed")
  private @Nullable String verifier;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "A signed head that was kept from before, to compare with: a checkpoint as the API gives it, or"
              + " an earlier export. Can be given several times")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--former-verifier",
      paramLabel = "KEY",
      description =
          "A verifier key that the operator has replaced, with which a --checkpoint may be signed. Can be"
              + " given several times")
  private List<String> formerVerifiers = List.of();

  @Override
  public Integer call() {
    Verdict verdict =
        audit(verifier == null ? null : key("--verifier", verifier)).run(this::progress);
    PrintWriter out = spec.commandLine().getOut();
    int code =
        switch (verdict) {
          case Verdict.Valid valid -> valid(valid, out);
          case Verdict.Invalid invalid -> invalid(invalid.fault(), out);
          case Verdict.Unreadable unreadable -> unreadable(unreadable);
        };
    out.flush();
    return code;
  }

  private VerifierKey key(String option, String text) {
    try {
      return VerifierKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": the key " + e.getMessage(), e);
    }
  }

  private Audit audit(@Nullable VerifierKey key) {
    List<String> kept = checkpoints.stream().map(this::checkpointIn).toList();
    List<VerifierKey> former =
        formerVerifiers.stream().map(each -> key("--former-verifier", each)).toList();
    if (export.equals("-")) {
      return Audit.of(System.in, key).comparedWith(kept, former);
    }
    try {
      return Audit.of(Path.of(export), key).comparedWith(kept, former);
    } catch (InvalidPathException e) {
      throw new ParameterException(spec.commandLine(), "EXPORT: " + e.getMessage(), e);
    }
  }

  private String checkpointIn(Path file) {
    try {
      return Audit.checkpointIn(file);
    } catch (IOException | IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--checkpoint: %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private long told = System.nanoTime();

  private void progress(long entries) {
    long now = System.nanoTime();
    if (now - told >= PROGRESS_EVERY.toNanos()) {
      told = now;
      PrintWriter err = spec.commandLine().getErr();
      err.printf("%,d entries verified so far%n", entries);
      err.flush();
    }
  }

  private int valid(Verdict.Valid valid, PrintWriter out) {
    out.println(
        """
        org                %s
        month              %s
        entries            %,d, leaves %d to %d, of them %,d dated in another month
        wallets            %,d"""
            .formatted(
                printable(valid.org()),
                valid.month(),
                valid.entries(),
                valid.firstLeaf(),
                valid.firstLeaf() + valid.entries() - 1,
                valid.entriesOfOtherMonths(),
                valid.wallets().size()));
    for (Map.Entry<String, List<Totals>> wallet : valid.wallets().entrySet()) {
      for (Totals each : wallet.getValue()) {
        print(wallet.getKey(), each, out);
      }
    }
    out.println(
        """
        tree               %,d entries, root %s
        %ssigner             %s
        key                %s
        key fingerprint    SHA-256 %s
        checked            every hash; leaves and sequences without gap or repetition; each entry follows on
                           the one before; running balances and debts; values of %,d paid grants%s;
                           the tree over all entries has the signed root; the signature
        %sVALID"""
            .formatted(
                valid.treeSize(),
                valid.root(),
                keptHeads(valid),
                printable(valid.signer().name()),
                printable(valid.signer().toString()),
                valid.signer().fingerprint(),
                valid.grantsFollowed(),
                valid.grantsNotFollowed() == 0
                    ? ""
                    : ", not of %,d more".formatted(valid.grantsNotFollowed()),
                beside(valid)));
    out.flush();
    if (valid.signerFromExport()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          """
          WARNING: the key was taken from the export itself. Whoever forges an export can put a key of
          their own in it. Compare the key above, or its fingerprint, with the one that the operator
          publishes, or give that one: --verifier KEY""");
      err.flush();
    }
    return VALID;
  }

  /** An export can't show that what lies beside it is of another month. */
  private static String beside(Verdict.Valid valid) {
    List<String> sides = new ArrayList<>();
    long end = valid.firstLeaf() + valid.entries();
    if (valid.firstLeaf() > 0) {
      sides.add("before leaf %d".formatted(valid.firstLeaf()));
    }
    if (end < valid.treeSize()) {
      sides.add("from leaf %d on".formatted(end));
    }
    return sides.isEmpty()
        ? ""
        : """
          not checked        that nothing %s is of %s, too: the exports of the months beside it,
                             and closing balances in statements, would show it
          """
            .formatted(String.join(" or ", sides), valid.month());
  }

  private static String keptHeads(Verdict.Valid valid) {
    int outside = valid.keptHeads() - valid.keptHeadsCompared();
    return valid.keptHeads() == 0
        ? ""
        : "kept checkpoints   %,d agree%s%n"
            .formatted(
                valid.keptHeadsCompared(),
                outside == 0
                    ? ""
                    : "; %,d end outside of the export, and can't be compared".formatted(outside));
  }

  private static void print(String wallet, Totals of, PrintWriter out) {
    out.printf(
        "  %s, %s: %,d entries of the month%s%n",
        printable(wallet),
        printable(of.creditType()),
        of.entries(),
        of.entriesOfOtherMonths() == 0
            ? ""
            : ", and %,d of other months, not in these figures"
                .formatted(of.entriesOfOtherMonths()));
    out.printf(
        "    opening          balance %s, debt %s%n",
        of.openingBalance().toPlainString(), of.openingDebt().toPlainString());
    of.amounts()
        .forEach(
            (type, sum) ->
                out.printf("    %-16s %s%n", type, sum.stripTrailingZeros().toPlainString()));
    out.printf(
        "    closing          balance %s, debt %s%n",
        of.closingBalance().toPlainString(), of.closingDebt().toPlainString());
  }

  private static int invalid(Fault fault, PrintWriter out) {
    out.println("NOT VALID          " + fault.kind().name().toLowerCase(Locale.ROOT));
    out.println("line               " + fault.line());
    if (fault.throughLeaf() == null || fault.throughLeaf().equals(fault.leaf())) {
      print("leaf", fault.leaf(), out);
    } else {
      print("leaf", "one of %d to %d".formatted(fault.leaf(), fault.throughLeaf()), out);
    }
    print("wallet", fault.wallet(), out);
    print("sequence", fault.sequence(), out);
    print("entry_id", fault.entryId(), out);
    out.println("why                " + printable(fault.reason()));
    if (fault.kind() != Fault.Kind.NOT_SIGNED && fault.kind() != Fault.Kind.OTHER_HISTORY) {
      out.println("Nothing behind this line was looked at as to whether it is right.");
    }
    return INVALID;
  }

  private static void print(String name, @Nullable Object value, PrintWriter out) {
    if (value != null) {
      out.printf("%-18s %s%n", name, printable(value.toString()));
    }
  }

  private int unreadable(Verdict.Unreadable unreadable) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "NOT READABLE: %s%s%s"
            .formatted(
                printable(export),
                unreadable.line() == 0 ? ": " : ", line " + unreadable.line() + ": ",
                printable(unreadable.reason())));
    err.flush();
    return UNREADABLE;
  }

  /** What an export says may hold what steers a terminal, or turns the direction of writing. */
  private static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    printable.append("\\u{%x}".formatted(c));
                default -> printable.appendCodePoint(c);
              }
            });
    return printable.toString();
  }
}
