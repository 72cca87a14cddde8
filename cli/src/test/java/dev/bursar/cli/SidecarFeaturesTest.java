package dev.bursar.cli;

import static dev.bursar.cli.NodeBehindProxy.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar that leases for all features of a node, until they count by themselves there. */
class SidecarFeaturesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ONE_SHOT =
      "{'subject':{'org':'box','user':'u'},'feature':'%s','amount':'0.5','credit_type':'platform','commit':true}";
  private static final BigDecimal AMOUNT = new BigDecimal("0.5");

  @TempDir private Path directory;
  private final int port = BursarProcess.freePort();
  private NodeBehindProxy node;
  private int allowed;

  /** One call, decided by the sidecar. */
  private void use(String feature) throws Exception {
    JsonNode answer = sent(port, "POST", "/v1/reservations", ONE_SHOT.formatted(feature));
    assertThat(answer.path("source").asText()).as(answer.toString()).isEqualTo("lease");
    allowed++;
  }

  private JsonNode sent(int to, String method, String path, String body) throws Exception {
    return JSON.readTree(node.send(to, method, path, body).body());
  }

  private String metric(String name) throws Exception {
    return node.send(port, "GET", "/metrics", "")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  private BigDecimal remaining(String grant) throws Exception {
    for (JsonNode each :
        sent(node.port, "GET", "/v1/orgs/box/wallets/main/grants", "").path("data")) {
      if (each.path("id").asText().equals(grant)) {
        return new BigDecimal(each.path("remaining").asText());
      }
    }
    throw new AssertionError("there is no grant " + grant);
  }

  @Test
  void allFeaturesShareALeaseUntilCreditsAreForOneOfThem() throws Exception {
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "1000", "500");
        BursarProcess sidecar = behind.sidecar(port)) {
      node = behind;
      use("chat");
      use("search");
      assertThat(metric("bursar_sidecar_leases")).isEqualTo("1.0");

      node.change(
          "POST",
          "/wallets/main/grants",
          "{'id':'for-chat','credit_type':'platform','amount':'50','category':'promotional','applies_to':{'features':['chat']}}");
      until(
          () -> {
            use("search");
            use("chat");
            return remaining("for-chat").compareTo(new BigDecimal("48")) < 0;
          });
      until(() -> metric("bursar_sidecar_leases").equals("2.0"));

      sidecar.stop();
      BigDecimal used = AMOUNT.multiply(BigDecimal.valueOf(allowed));
      until(() -> held().signum() == 0);
      assertThat(remaining("for-chat").add(remaining("g")))
          .isEqualByComparingTo(new BigDecimal("1050").subtract(used));
      assertThat(remaining("g"))
          .as("search is never paid from what is for chat")
          .isLessThanOrEqualTo(new BigDecimal("1000").subtract(used.divide(BigDecimal.TWO)));
    }
  }

  private BigDecimal held() throws Exception {
    JsonNode balance =
        sent(node.port, "GET", "/v1/orgs/box/wallets/main", "").at("/balances/0/held");
    return new BigDecimal(balance.asText());
  }
}
