package dev.bursar.benchmarks.customers;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.benchmarks.load.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The requests that bring one org into being, in the order in which they must be sent. All ids are
 * the caller's, and the idempotency keys follow from what is sent, so that sending them again finds
 * everything as it is.
 */
public final class OrgRequests {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String TIMEZONE = "UTC";

  private final String keyPrefix;
  private final String org;
  private final String path;
  private final List<Request> requests = new ArrayList<>();

  /**
   * @param keyPrefix begins every idempotency key
   */
  public OrgRequests(String keyPrefix, String org) {
    this.keyPrefix = keyPrefix;
    this.org = org;
    this.path = "/v1/orgs/" + org;
    put(path, object().put("name", org).put("timezone", TIMEZONE));
  }

  public OrgRequests unit(String unit, String kind, @Nullable String parent) {
    ObjectNode body = object().put("kind", kind).put("name", unit);
    if (parent != null) {
      body.put("parent", parent);
    }
    return put(path + "/units/" + unit, body);
  }

  public OrgRequests user(String user, String team) {
    ObjectNode body = object().put("name", user).put("email", user + "@" + org + ".example.com");
    body.putArray("teams").add(team);
    return put(path + "/users/" + user, body);
  }

  /** A wallet that the org owns. */
  public OrgRequests wallet(String wallet) {
    ObjectNode body = object();
    body.putObject("owner").put("type", "org").put("id", org);
    return put(path + "/wallets/" + wallet, body);
  }

  /**
   * Credits without an expiry.
   *
   * @param priority 0 to 100, lower burns first
   * @param amount a decimal
   */
  public OrgRequests grant(
      String wallet,
      String grant,
      String category,
      int priority,
      String creditType,
      String amount) {
    String json =
        object()
            .put("id", grant)
            .put("credit_type", creditType)
            .put("amount", amount)
            .put("category", category)
            .put("priority", priority)
            .toString();
    String grants = path + "/wallets/" + wallet + "/grants";
    requests.add(Request.post(grants, json, key(grants, json)));
    return this;
  }

  /**
   * A hard budget.
   *
   * @param scopeId none for the org itself
   * @param limit a decimal
   */
  public OrgRequests budget(
      String budget,
      String scope,
      @Nullable String scopeId,
      String window,
      String measure,
      String limit) {
    ObjectNode body = object();
    ObjectNode of = body.putObject("scope").put("type", scope);
    if (scopeId != null) {
      of.put("id", scopeId);
    }
    body.put("measure", measure)
        .put("window", window)
        .put("limit", limit)
        .put("mode", "hard")
        .put("timezone", TIMEZONE);
    return put(path + "/budgets/" + budget, body);
  }

  /**
   * Anything else of the org.
   *
   * @param below its path, below the org's own
   */
  public OrgRequests also(String below, ObjectNode body) {
    return put(path + below, body);
  }

  public List<Request> list() {
    return List.copyOf(requests);
  }

  private OrgRequests put(String where, ObjectNode body) {
    String json = body.toString();
    requests.add(Request.put(where, json, key(where, json)));
    return this;
  }

  private String key(String where, String json) {
    byte[] all = (where + "\n" + json).getBytes(StandardCharsets.UTF_8);
    CRC32C checksum = new CRC32C();
    checksum.update(all);
    return "%ssetup-%s-%d-%08x".formatted(keyPrefix, org, requests.size(), checksum.getValue());
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode();
  }
}
