package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Request;
import dev.bursar.benchmarks.load.Response;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a node shows. For one thread. */
final class NodeView {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int PAGE = 1_000;

  private final PatientConnection connection;

  NodeView(PatientConnection connection) {
    this.connection = connection;
  }

  /**
   * One thing.
   *
   * @throws HistoryFailure if it is not shown
   */
  JsonNode get(String path) throws HistoryFailure, InterruptedException {
    try {
      Response response = connection.call(Request.get(path));
      if (response.status() != 200) {
        throw new HistoryFailure(
            "GET %s: %d %s".formatted(path, response.status(), response.text()));
      }
      return MAPPER.readTree(response.body());
    } catch (IOException e) {
      throw new HistoryFailure("GET %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** A whole list, page by page. */
  List<JsonNode> list(String path) throws HistoryFailure, InterruptedException {
    return list(path, "");
  }

  /**
   * A whole list, page by page.
   *
   * @param question what of it, as parameters that each end with an ampersand
   */
  List<JsonNode> list(String path, String question) throws HistoryFailure, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    String cursor = "";
    boolean more = true;
    while (more) {
      JsonNode page = get(path + "?" + question + "limit=" + PAGE + cursor);
      page.path("data").forEach(all::add);
      more = page.path("has_more").asBoolean();
      cursor =
          "&cursor=" + URLEncoder.encode(page.path("next_cursor").asText(), StandardCharsets.UTF_8);
    }
    return all;
  }
}
