package dev.bursar.cli;

import static dev.bursar.cli.NodeBehindProxy.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar under limits of units that are nearly free, or nearly used up. */
class SidecarMetersTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REQUEST =
      "{'subject':{'org':'box','user':'u'},'feature':'chat','amount':'%s','credit_type':'platform','commit':%s}";

  @TempDir private Path directory;
  private final int port = BursarProcess.freePort();
  private NodeBehindProxy node;

  private JsonNode sent(int to, String path, String body) throws Exception {
    return JSON.readTree(node.send(to, "POST", path, body).body());
  }

  private JsonNode reserve(int to, String amount, boolean commit) throws Exception {
    return sent(to, "/v1/reservations", REQUEST.formatted(amount, commit));
  }

  private static boolean isAllowed(JsonNode answer) {
    return answer.path("decision").asText().equals("allow");
  }

  private void limit(String measure, String window, int units) throws Exception {
    node.change(
        "PUT",
        "/budgets/" + measure,
        "{'scope':{'type':'org'},'measure':'%s','window':'%s','limit':'%d'}"
            .formatted(measure, window, units));
  }

  @Test
  void nobodyIsDeniedUnitsThatNobodyUsesAndTheLastIsAnybodys() throws Exception {
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "1000", "1000");
        BursarProcess sidecar = behind.sidecar(port)) {
      node = behind;
      limit("open_reservations", "lifetime", 12);
      limit("requests", "day", 37);
      for (int i = 0; i < 36; i++) {
        JsonNode held = reserve(port, "1", false);
        assertThat(isAllowed(held)).as("%d: %s", i, held).isTrue();
        JsonNode done =
            sent(
                port,
                "/v1/reservations/" + held.path("reservation_id").asText() + "/commit",
                "{'amount':'1'}");
        assertThat(done.path("status").asText()).as(done.toString()).isEqualTo("committed");
      }
      until(() -> isAllowed(reserve(node.port, "1", true)));
      JsonNode none = reserve(port, "1", true);
      assertThat(none.at("/denials/0/code").asText())
          .as(none.toString())
          .isEqualTo("budget_exceeded");
      sidecar.stop();
    }
  }
}
