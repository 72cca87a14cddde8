package dev.bursar.benchmarks.bench;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A question about the usage of an org in a month.
 *
 * @param label what it is called in the table
 * @param query of the address, without the times
 * @param path below the org
 * @param msMax how long the answer may take, in milliseconds; 0 if nothing is said of it
 */
record UsageQuestion(String label, String path, String query, double msMax) {

  UsageQuestion(String label, String path, String query) {
    this(label, path, query, 0);
  }

  /** The path and query of the question, asked of an org. */
  String path(String org, Instant from, Instant to) {
    return "/v1/orgs/%s/%s?from=%s&to=%s%s%s"
        .formatted(org, path, encoded(from), encoded(to), query.isEmpty() ? "" : "&", query);
  }

  private static String encoded(Instant at) {
    return URLEncoder.encode(at.toString(), StandardCharsets.UTF_8);
  }
}
