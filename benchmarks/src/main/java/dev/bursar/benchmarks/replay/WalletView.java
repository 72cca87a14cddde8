package dev.bursar.benchmarks.replay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the node shows of one wallet: its live balance and debt, and its whole ledger, in order.
 *
 * @param entries by sequence
 */
record WalletView(BigDecimal balance, BigDecimal debt, List<LedgerEntry> entries) {

  private static final int PAGE_ENTRIES = 1_000;
  private static final long CATCH_UP_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MILLIS = 200;

  /**
   * Reads it, waiting up to 30 s until the ledger, a read model, has reached a sequence.
   *
   * @param sequence the highest that is known to exist, or 0
   */
  static WalletView read(PatientConnection connection, String org, long sequence)
      throws ReplayFailure, InterruptedException {
    String path = "/v1/orgs/" + org + "/wallets/" + CustomerTerms.WALLET;
    long start = System.nanoTime();
    List<LedgerEntry> entries = ledger(connection, path);
    while (last(entries) < sequence) {
      if (System.nanoTime() - start > CATCH_UP_NANOS_MAX) {
        throw new ReplayFailure(
            org
                + ": the ledger is at sequence "
                + last(entries)
                + " after 30 s, and a commit named "
                + sequence);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      entries = ledger(connection, path);
    }
    Request get = Request.get(path);
    JsonNode wallet = Json.call(connection, get);
    for (JsonNode balance : wallet.path("balances")) {
      if (CustomerTerms.CREDIT_TYPE.equals(Json.text(balance, "credit_type"))) {
        return new WalletView(
            Json.amount(balance, "balance"), Json.amountOrZero(balance, "debt"), entries);
      }
    }
    throw new ReplayFailure(
        get + ": no balance of credit type " + CustomerTerms.CREDIT_TYPE + " is shown");
  }

  private static List<LedgerEntry> ledger(PatientConnection connection, String path)
      throws ReplayFailure, InterruptedException {
    List<LedgerEntry> entries = new ArrayList<>();
    String cursor = "";
    boolean more = true;
    while (more) {
      Request get = Request.get(path + "/ledger?limit=" + PAGE_ENTRIES + cursor);
      JsonNode page = Json.call(connection, get);
      for (JsonNode entry : page.path("data")) {
        entries.add(LedgerEntry.read(entry));
      }
      more = page.path("has_more").asBoolean();
      if (more) {
        cursor = "&cursor=" + encoded(Json.text(page, "next_cursor"));
      }
    }
    entries.sort(Comparator.comparingLong(LedgerEntry::sequence));
    return entries;
  }

  private static String encoded(String cursor) {
    return URLEncoder.encode(cursor, StandardCharsets.UTF_8);
  }

  private static long last(List<LedgerEntry> entries) {
    return entries.isEmpty() ? 0 : entries.getLast().sequence();
  }
}
