package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.MerkleTree;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The auditor, which shares no code with the domain, agrees with it on entries of every type. */
final class AuditCommandTest {

  @TempDir private Path folder;

  private final List<LedgerEntry> entries = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private String verifier = "";
  private String out = "";
  private String err = "";

  @BeforeEach
  void anExportOfTheDomainsEntries() throws Exception {
    long balance = 0;
    long debt = 0;
    byte[] head = CanonicalEntry.NO_HASH;
    for (EntryType type : EntryType.values()) {
      for (int variant = 0; variant < 4; variant++) {
        long sequence = entries.size() + 1;
        long amount = amount(type, sequence);
        balance += type == EntryType.DEBT ? 0 : amount;
        debt += type == EntryType.DEBT || type == EntryType.DEBT_REPAID ? amount : 0;
        Money value =
            type == EntryType.DEBT || variant % 2 == 0
                ? null
                : new Money(new Credits(amount / 7), "EUR");
        String corrects = variant < 2 ? null : "txn_main_1";
        Posting posting =
            posting(sequence, type, amount, balance, debt, value, CanonicalEntry.NO_HASH);
        Transaction unhashed = transaction(sequence, variant, corrects, head, List.of(posting));
        byte[] digest = CanonicalEntry.attributionDigest(unhashed.attribution());
        byte[] canonical = CanonicalEntry.bytes("acmé", "main", unhashed, posting, digest, head);
        assertThat(canonical[0]).isEqualTo((byte) (value == null && corrects == null ? 1 : 2));
        Posting hashed =
            posting(sequence, type, amount, balance, debt, value, CanonicalEntry.sha256(canonical));
        entries.addAll(
            LedgerEntry.of(
                "acmé", "main", transaction(sequence, variant, corrects, head, List.of(hashed))));
        head = hashed.hash();
      }
    }
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] key = Arrays.copyOfRange(encoded, encoded.length - 33, encoded.length);
    key[0] = 1;
    byte[] id =
        Arrays.copyOf(
            CanonicalEntry.sha256(joined("signer\n".getBytes(StandardCharsets.UTF_8), key)), 4);
    verifier = "signer+" + HexFormat.of().formatHex(id) + "+" + base64(key);
    MerkleTree.Subtrees subtrees = this::subtree;
    String text =
        "signer.ledger/acm%C3%A9\n"
            + entries.size()
            + "\n"
            + base64(MerkleTree.root(entries.size(), subtrees))
            + "\n";
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    String note = text + "\n— signer " + base64(joined(id, signature.sign())) + "\n";
    lines.add(
        """
        {"kind":"bursar-ledger-export","version":1,"org":"acmé","month":"2026-11","from_leaf":0,"to_leaf":%d,\
        "left":[],"right":[],"checkpoint":"%s","verifier":"%s"}"""
            .formatted(entries.size(), note.replace("\n", "\\n"), verifier));
    for (LedgerEntry each : entries) {
      lines.add(json(each));
    }
    lines.add("{\"kind\":\"end\",\"entries\":%d}".formatted(entries.size()));
  }

  private static long amount(EntryType type, long sequence) {
    return switch (type) {
      case GRANT, REFUND, TRANSFER_IN, DEBT, ADJUST -> 1_000_000_007L * sequence;
      case CONSUME, EXPIRE, VOID, TRANSFER_OUT, DEBT_REPAID, LATE_USAGE -> -1_000_003L * sequence;
    };
  }

  private static Posting posting(
      long sequence,
      EntryType type,
      long amount,
      long balance,
      long debt,
      @Nullable Money value,
      byte[] hash) {
    return new Posting(
        sequence,
        type,
        new Credits(amount),
        new Credits(balance),
        new Credits(debt),
        type == EntryType.DEBT ? null : "g" + sequence,
        value,
        hash);
  }

  private static Transaction transaction(
      long sequence,
      int variant,
      @Nullable String corrects,
      byte[] previousHash,
      List<Posting> postings) {
    boolean all = variant % 2 == 0;
    Attribution who =
        new Attribution(
            "commit",
            "key_1",
            all ? new Subject("acmé", "t", "ü", "p", "c", "🤖") : Subject.ofOrg("acmé"),
            all ? "chat" : null,
            all ? "m" : null,
            all ? "s" : null,
            all ? "k" : null,
            all ? Map.of("b", "1", "a", "2", "ﬀ", "3", "😀", "4") : Map.of(),
            new byte[] {(byte) sequence, 2, 3});
    return new Transaction(
        "txn_main_" + sequence,
        Instant.parse("2026-11-03T09:00:00.000001Z").plusNanos(sequence * 123_000),
        "platform",
        all ? "rsv_1" : null,
        corrects,
        who,
        previousHash,
        postings);
  }

  private byte[] subtree(int level, long index) {
    if (level == 0) {
      return MerkleTree.leaf(entries.get((int) index).canonical());
    }
    return MerkleTree.node(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
  }

  private static String json(LedgerEntry entry) {
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution who = transaction.attribution();
    Subject subject = who.subject();
    Money value = posting.value();
    StringBuilder json = new StringBuilder("{\"leaf\":" + (posting.sequence() - 1));
    json.append(",\"sequence\":").append(posting.sequence());
    text(json, "entry_id", entry.entryId());
    text(json, "org", entry.org());
    text(json, "wallet", entry.wallet());
    text(json, "transaction_id", transaction.id());
    text(json, "posted_at", transaction.postedAt().toString());
    text(json, "type", posting.type().word());
    text(json, "credit_type", transaction.creditType());
    text(json, "amount", posting.amount().toString());
    text(json, "balance", posting.balance().toString());
    text(json, "debt", posting.debt().toString());
    text(json, "grant", posting.grant());
    if (value != null) {
      json.append(",\"value\":{\"currency\":\"").append(value.currency()).append('"');
      text(json, "amount", value.amount().toString());
      json.append('}');
    }
    text(json, "reservation", transaction.reservation());
    text(json, "corrects", transaction.corrects());
    text(json, "trigger", who.trigger());
    text(json, "actor", who.actor());
    json.append(",\"subject\":{\"org\":\"").append(subject.org()).append('"');
    text(json, "team", subject.team());
    text(json, "user", subject.user());
    text(json, "product", subject.product());
    text(json, "cost_center", subject.costCenter());
    text(json, "agent", subject.agent());
    json.append('}');
    text(json, "feature", who.feature());
    text(json, "model", who.model());
    text(json, "session", who.session());
    text(json, "idempotency_key", who.idempotencyKey());
    if (!who.metadata().isEmpty()) {
      StringBuilder metadata = new StringBuilder();
      who.metadata().forEach((name, each) -> text(metadata, name, each));
      json.append(",\"metadata\":{").append(metadata.substring(1)).append('}');
    }
    text(json, "salt", HexFormat.of().formatHex(who.salt()));
    text(json, "previous_hash", HexFormat.of().formatHex(entry.previousHash()));
    text(json, "hash", HexFormat.of().formatHex(posting.hash()));
    return json.append('}').toString();
  }

  private static void text(StringBuilder to, String name, @Nullable String value) {
    if (value != null) {
      to.append(",\"").append(name).append("\":\"").append(value).append('"');
    }
  }

  private static byte[] joined(byte[] one, byte[] other) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(one);
    joined.writeBytes(other);
    return joined.toByteArray();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private int audit(String... more) throws Exception {
    Path export = Files.write(folder.resolve("export.ndjson"), lines);
    List<String> words = new ArrayList<>(List.of("audit", export.toString()));
    words.addAll(List.of(more));
    return run(words);
  }

  private int run(List<String> words) {
    StringWriter standard = new StringWriter();
    StringWriter error = new StringWriter();
    CommandLine program =
        Bursar.commandLine().setOut(new PrintWriter(standard)).setErr(new PrintWriter(error));
    int code = program.execute(words.toArray(String[]::new));
    out = standard.toString();
    err = error.toString();
    return code;
  }

  @Test
  void theDomainsEntriesAreValid() throws Exception {
    assertThat(audit("--verifier", verifier)).as(() -> out + err).isZero();
    assertThat(out)
        .contains("org                acmé", "entries            44, leaves 0 to 43", "VALID")
        .contains(
            "main, platform: 44 entries of the month",
            "opening          balance 0, debt 0",
            verifier);
    assertThat(err).isEmpty();
  }

  @Test
  void whatMayHaveBeenCutOffAtAnEdgeIsSaid() throws Exception {
    assertThat(audit("--verifier", verifier)).isZero();
    assertThat(out).doesNotContain("not checked");
    // As if the first entry were of the month before: its hash is all that is told of it.
    lines.remove(1);
    lines.set(
        0,
        lines
            .getFirst()
            .replace("\"from_leaf\":0", "\"from_leaf\":1")
            .replace("\"left\":[]", "\"left\":[\"%s\"]".formatted(base64(subtree(0, 0)))));
    lines.set(lines.size() - 1, "{\"kind\":\"end\",\"entries\":%d}".formatted(entries.size() - 1));
    assertThat(audit("--verifier", verifier)).as(() -> out + err).isZero();
    assertThat(out).contains("not checked        that nothing before leaf 1 is of 2026-11, too");
  }

  @Test
  void aKeyFromTheExportIsWarnedOf() throws Exception {
    assertThat(audit()).isZero();
    assertThat(out).contains("key fingerprint    SHA-256 ");
    assertThat(err).contains("WARNING: the key was taken from the export itself");
  }

  @Test
  void aForgeryIsNamed() throws Exception {
    lines.set(17, lines.get(17).replace("\"trigger\":\"commit\"", "\"trigger\":\"\\u001bcommit\""));
    assertThat(audit("--verifier", verifier)).isOne();
    assertThat(out)
        .contains("NOT VALID          edited", "line               18", "leaf               16")
        .contains("wallet             main", "sequence           17", "entry_id           ent_");
  }

  @Test
  void itIsComparedWithWhatWasKept() throws Exception {
    Path kept = Files.write(folder.resolve("kept.ndjson"), lines);
    assertThat(audit("--verifier", verifier, "--checkpoint", kept.toString())).isZero();
    assertThat(out).contains("kept checkpoints   1 agree\n");
    Path none = Files.writeString(folder.resolve("none"), "{}");
    assertThat(audit("--checkpoint", none.toString())).isEqualTo(2);
    assertThat(err).contains("--checkpoint: ", "has no field checkpoint");
  }

  @Test
  void whatCannotBeReadOrIsMisused() throws Exception {
    lines.removeLast();
    assertThat(audit()).isEqualTo(2);
    assertThat(err).contains("NOT READABLE", "line 46", "cut off");
    assertThat(audit("--verifier", verifier.replace("+", "-"))).isEqualTo(2);
    assertThat(err).contains("--verifier: the key is not a verifier key");
    assertThat(run(List.of("audit"))).isEqualTo(2);
    assertThat(run(List.of("audit", folder.resolve("none").toString()))).isEqualTo(2);
    assertThat(err).contains("there is no file");
  }
}
