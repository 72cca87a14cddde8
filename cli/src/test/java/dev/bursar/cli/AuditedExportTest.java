package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a running node exports of a month, with entries of every type, as the auditor sees it. */
final class AuditedExportTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();
  private static final String ORG = "/v1/orgs/acme";
  private static final String MAIN = ORG + "/wallets/main";
  private static final int ATTEMPTS_MAX = 20;

  @TempDir private static Path folder;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static int port;
  private static int calls;
  private static List<String> exported = List.of();
  private static String verifier = "";
  private static Path checkpoint = Path.of("");

  private final List<String> lines = new ArrayList<>();
  private String out = "";

  @BeforeAll
  static void aMonthOfARunningNode() throws Exception {
    port = BursarProcess.freePort();
    try (BursarProcess node =
        BursarProcess.up(
            folder.resolve("node"), port, "--no-demo", "--test-clock", "2026-03-30T10:00:00Z")) {
      live();
      clock("2026-04-01T10:00:00Z");
      exported = List.of(text(ORG + "/ledger/export?month=2026-03").split("\n"));
      String head = text(ORG + "/ledger/checkpoint");
      verifier = JSON.readTree(head).at("/verifier").asText();
      checkpoint = Files.writeString(folder.resolve("checkpoint.json"), head);
    }
  }

  private static void live() throws Exception {
    send("PUT", ORG, "{'name':'Acme'}");
    send("PUT", MAIN, "{}");
    send("PUT", ORG + "/wallets/research", "{}");
    grant("main", "promo", "3", 1, "");
    grant("main", "euros", "40", 2, ",'cost_basis':{'amount':'10.01','currency':'EUR'}");
    grant(
        "main",
        "short",
        "50",
        3,
        ",'cost_basis':{'amount':'7.77','currency':'USD'},'expires_at':'2026-03-31T00:00:00Z'");
    String charged = reserve("'amount':'1.5','commit':true").at("/receipt/transaction_id").asText();
    send(
        "POST",
        "/v1/refunds",
        "{'org':'acme','wallet':'main','transaction_id':'%s','amount':'0.25','reason':'cut off'}"
            .formatted(charged));
    send("POST", MAIN + "/grants/promo/void", "{}");
    send(
        "POST",
        MAIN + "/adjustments",
        "{'credit_type':'platform','amount':'-4','grant':'euros','reason':'typo'}");
    send(
        "POST",
        MAIN + "/transfers",
        "{'to_wallet':'research','credit_type':'platform','amount':'5'}");
    String open = reserve("'wallet':'research','amount':'1'").at("/reservation_id").asText();
    send("POST", "/v1/reservations/" + open + "/commit", "{'amount':'7'}");
    grant("research", "pays", "20", 2, ",'cost_basis':{'amount':'20','currency':'EUR'}");
    String late = reserve("'amount':'2','ttl_seconds':60").at("/reservation_id").asText();
    clock("2026-03-30T10:10:00Z");
    send("POST", "/v1/reservations/" + late + "/commit", "{'amount':'2'}");
    clock("2026-03-31T12:00:00Z");
    reserve("'amount':'3','commit':true");
  }

  private static void grant(String wallet, String id, String amount, int priority, String more)
      throws Exception {
    send(
        "POST",
        ORG + "/wallets/" + wallet + "/grants",
        "{'id':'%s','credit_type':'platform','amount':'%s','category':'paid','priority':%d%s}"
            .formatted(id, amount, priority, more));
  }

  private static JsonNode reserve(String what) throws Exception {
    return send(
        "POST",
        "/v1/reservations",
        "{'subject':{'org':'acme','user':'ann'},'credit_type':'platform',%s}".formatted(what));
  }

  private static void clock(String now) throws Exception {
    send("PUT", "/v1/test_clock", "{'now':'%s'}".formatted(now));
  }

  private static JsonNode send(String method, String path, String body) throws Exception {
    return JSON.readTree(answer(method, path, body.replace('\'', '"')));
  }

  private static String text(String path) throws Exception {
    return answer("GET", path, "");
  }

  /** As a client should: an answer that says to ask again is followed by the same, with its key. */
  private static String answer(String method, String path, String body) throws Exception {
    String key = "call-" + calls++;
    HttpResponse<String> answer;
    int attempts = 0;
    do {
      answer =
          CLIENT.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                  .header("Authorization", "Bearer " + BursarProcess.KEY)
                  .header("Content-Type", "application/json")
                  .header("Idempotency-Key", key)
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } while (answer.statusCode() == 503 && ++attempts < ATTEMPTS_MAX);
    assertThat(answer.statusCode()).as("%s %s", path, answer.body()).isLessThan(300);
    return answer.body();
  }

  // ---- what the auditor says

  @BeforeEach
  void theExport() {
    lines.clear();
    lines.addAll(exported);
  }

  private int audit(String... more) throws Exception {
    Path export = Files.write(folder.resolve("export.ndjson"), lines);
    List<String> words = new ArrayList<>(List.of("audit", export.toString()));
    words.addAll(List.of("--verifier", verifier));
    words.addAll(List.of(more));
    StringWriter standard = new StringWriter();
    CommandLine program =
        Bursar.commandLine()
            .setOut(new PrintWriter(standard))
            .setErr(new PrintWriter(new StringWriter()));
    int code = program.execute(words.toArray(String[]::new));
    out = standard.toString();
    return code;
  }

  private void isRefused(String kind, String reason) throws Exception {
    assertThat(audit()).as(() -> out).isOne();
    assertThat(out).contains("NOT VALID          " + kind, reason);
  }

  private ObjectNode entry(int line) throws Exception {
    return (ObjectNode) JSON.readTree(lines.get(line));
  }

  private int firstConsumed() throws Exception {
    int line = 1;
    while (!entry(line).at("/type").asText().equals("consume")) {
      line++;
    }
    return line;
  }

  @Test
  void aMonthWithEntriesOfEveryTypeIsValid() throws Exception {
    List<String> types = new ArrayList<>();
    for (int line = 1; line < lines.size() - 1; line++) {
      types.add(entry(line).at("/type").asText());
    }
    assertThat(types)
        .contains(Arrays.stream(EntryType.values()).map(EntryType::word).toArray(String[]::new));
    assertThat(audit("--checkpoint", checkpoint.toString())).as(() -> out).isZero();
    assertThat(out)
        .contains("VALID", "kept checkpoints   1 agree", "entries            " + types.size());
  }

  @Test
  void anEditedEntryIsNamed() throws Exception {
    int line = firstConsumed();
    ObjectNode edited = entry(line);
    ((ObjectNode) edited.get("subject")).put("user", "eve");
    lines.set(line, edited.toString());
    isRefused("edited", "the entry was edited: what it says has the hash");
    assertThat(out).contains("sequence           " + edited.get("sequence"));
  }

  @Test
  void aRemovedEntryIsMissed() throws Exception {
    lines.remove(firstConsumed());
    isRefused("missing", "is missing: it was removed");
  }

  @Test
  void swappedEntriesAreNoticed() throws Exception {
    int line = firstConsumed();
    Collections.swap(lines, line, line + 1);
    isRefused("out_of_order", "which comes only in line " + (line + 2));
  }

  @Test
  void anAppendedEntryIsNoticed() throws Exception {
    ObjectNode appended = entry(lines.size() - 2);
    appended.put("leaf", appended.get("leaf").asLong() + 1);
    appended.put("sequence", appended.get("sequence").asLong() + 1);
    appended.set("previous_hash", appended.get("hash"));
    seal(appended);
    lines.add(lines.size() - 1, appended.toString());
    isRefused("beyond_range", "it was added");
  }

  /** Every hash is right by itself: only the signed head tells. */
  @Test
  void aTailThatWasMadeAnewIsNotSigned() throws Exception {
    int from = firstConsumed();
    String wallet = entry(from).get("wallet").asText();
    JsonNode head = null;
    for (int line = from; line < lines.size() - 1; line++) {
      ObjectNode each = entry(line);
      assertThat(hash(each)).isEqualTo(HEX.parseHex(each.get("hash").asText()));
      if (each.get("wallet").asText().equals(wallet)) {
        if (head == null) {
          ((ObjectNode) each.get("subject")).put("user", "eve");
        } else {
          each.set("previous_hash", head);
        }
        seal(each);
        head = each.get("hash");
        lines.set(line, each.toString());
      }
    }
    isRefused("not_signed", "made anew from some entry on");
  }

  private static void seal(ObjectNode entry) {
    byte[] hash = hash(entry);
    entry.put("hash", HEX.formatHex(hash)).put("entry_id", LedgerEntry.id(hash));
  }

  private static byte[] hash(JsonNode entry) {
    Map<String, String> metadata = new TreeMap<>();
    entry
        .path("metadata")
        .properties()
        .forEach(each -> metadata.put(each.getKey(), each.getValue().asText()));
    Attribution who =
        new Attribution(
            entry.get("trigger").asText(),
            entry.get("actor").asText(),
            new Subject(
                entry.at("/subject/org").asText(),
                text(entry, "/subject/team"),
                text(entry, "/subject/user"),
                text(entry, "/subject/product"),
                text(entry, "/subject/cost_center"),
                text(entry, "/subject/agent")),
            text(entry, "/feature"),
            text(entry, "/model"),
            text(entry, "/session"),
            text(entry, "/idempotency_key"),
            metadata,
            HEX.parseHex(entry.get("salt").asText()));
    byte[] before = HEX.parseHex(entry.get("previous_hash").asText());
    EntryType type =
        Arrays.stream(EntryType.values())
            .filter(each -> each.word().equals(entry.get("type").asText()))
            .findFirst()
            .orElseThrow();
    Posting posting =
        new Posting(
            entry.get("sequence").asLong(),
            type,
            credits(entry.get("amount")),
            credits(entry.get("balance")),
            credits(entry.get("debt")),
            text(entry, "/grant"),
            entry.has("value")
                ? new Money(
                    credits(entry.at("/value/amount")), entry.at("/value/currency").asText())
                : null,
            CanonicalEntry.NO_HASH);
    Transaction transaction =
        new Transaction(
            entry.get("transaction_id").asText(),
            Instant.parse(entry.get("posted_at").asText()),
            entry.get("credit_type").asText(),
            text(entry, "/reservation"),
            text(entry, "/corrects"),
            who,
            before,
            List.of());
    return CanonicalEntry.sha256(
        CanonicalEntry.bytes(
            entry.get("org").asText(),
            entry.get("wallet").asText(),
            transaction,
            posting,
            CanonicalEntry.attributionDigest(who),
            before));
  }

  private static Credits credits(JsonNode amount) {
    return new Credits(new BigDecimal(amount.asText()).movePointRight(6).longValueExact());
  }

  private static @Nullable String text(JsonNode entry, String path) {
    JsonNode found = entry.at(path);
    return found.isMissingNode() ? null : found.asText();
  }
}
