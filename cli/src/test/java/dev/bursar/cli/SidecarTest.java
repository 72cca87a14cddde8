package dev.bursar.cli;

import static dev.bursar.cli.NodeBehindProxy.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar between an application and a node that is away for a while, and that dies itself. */
class SidecarTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ONE_SHOT =
      "{'subject':{'org':'box','user':'u-%d'},'feature':'chat','amount':'0.5','credit_type':'platform','commit':true}";
  private static final String DRY =
      "{'subject':{'org':'box','user':'u'},'feature':'chat','amount':'0.5','credit_type':'platform','dry_run':true}";
  private static final String HELD =
      "{'subject':{'org':'box','user':'u'},'feature':'chat','model':'gpt-5','usage':{'output_tokens':500}}";

  @TempDir private Path directory;
  private final int port = BursarProcess.freePort();
  private NodeBehindProxy node;
  private int calls;

  private record Answer(int status, JsonNode json) {
    String at(String field) {
      return json.path(field).asText();
    }

    boolean isAllowed() {
      return at("decision").equals("allow");
    }
  }

  private Answer send(int to, String method, String path, String body) throws Exception {
    return send("k" + ++calls, to, method, path, body);
  }

  private Answer send(String key, int to, String method, String path, String body)
      throws Exception {
    HttpResponse<String> answer = node.send(to, method, path, body, "Idempotency-Key", key);
    return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
  }

  private BigDecimal balance(String figure) throws Exception {
    return new BigDecimal(
        send(node.port, "GET", "/v1/orgs/box/wallets/main", "")
            .json()
            .at("/balances/0/" + figure)
            .asText());
  }

  /**
   * Where no lease does; a denial for that is no answer to its key, so each is asked with its own.
   */
  private Answer unleased() throws Exception {
    return send(
        port,
        "POST",
        "/v1/reservations",
        ONE_SHOT.formatted(1_000).replace("'commit':true", "'commit':false"));
  }

  /** A name in which each character takes six, where it is encoded. */
  @Test
  void whatAnOrgOfALongNameUsesIsCharged() throws Exception {
    String org = "ж".repeat(80);
    String path = "/v1/orgs/" + URLEncoder.encode(org, StandardCharsets.UTF_8);
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "1000", "500")) {
      node = behind;
      send(node.port, "PUT", path, "{'name':'Long'}");
      send(node.port, "PUT", path + "/wallets/main", "{}");
      send(
          node.port,
          "POST",
          path + "/wallets/main/grants",
          "{'id':'g','credit_type':'platform','amount':'100','category':'paid'}");
      try (BursarProcess sidecar = node.sidecar(port)) {
        Answer used =
            send(port, "POST", "/v1/reservations", ONE_SHOT.formatted(0).replace("box", org));
        assertThat(used.at("source")).as(used.json().toString()).isEqualTo("lease");
        until(
            () ->
                send(node.port, "GET", path + "/wallets/main", "")
                    .json()
                    .at("/balances/0/balance")
                    .asText()
                    .equals("99.5"));
      }
    }
  }

  @Test
  void aNodeThatStandsStillIsNotWaitedFor() throws Exception {
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "1000", "500")) {
      node = behind;
      try (BursarProcess sidecar = node.sidecar(port)) {
        assertThat(send(port, "POST", "/v1/reservations", ONE_SHOT.formatted(0)).isAllowed())
            .isTrue();
        node.pause();
        try {
          until(() -> unleased().json().at("/denials/0/code").asText().equals("server_away"));
          Answer charging = send(port, "POST", "/v1/reservations", ONE_SHOT.formatted(1_000));
          assertThat(charging.json().at("/denials/0/code").asText())
              .as("known to be silent, it is not sent: so nothing can have been charged")
              .isEqualTo("server_away");
        } finally {
          node.resume();
        }
        until(() -> unleased().isAllowed());
      }
    }
  }

  @Test
  void decisionsGoOnWithoutTheNodeAndTheBooksReconcileAfterwards() throws Exception {
    try (NodeBehindProxy behind = new NodeBehindProxy(directory, "1000", "500")) {
      node = behind;
      BursarProcess first = node.sidecar(port);
      int charged = 0;
      Answer local = send("first", port, "POST", "/v1/reservations", ONE_SHOT.formatted(0));
      assertThat(local.isAllowed()).as(local.json().toString()).isTrue();
      assertThat(local.at("source")).isEqualTo("lease");
      charged++;
      assertThat(send("dry", port, "POST", "/v1/reservations", DRY).isAllowed()).isTrue();
      Answer held = send("held", port, "POST", "/v1/reservations", HELD);
      assertThat(held.at("source")).as(held.json().toString()).isEqualTo("lease");
      assertThat(held.at("amount")).isEqualTo("0.5");
      assertThat(send(port, "GET", "/v1/orgs/box/wallets/main", "").at("id"))
          .as("what is not decided here is passed on")
          .isEqualTo("main");
      assertThat(
              send(port, "POST", "/v1/orgs/box/entitlements/check", "{'features':['chat']}")
                  .json()
                  .at("/features/0/entitled")
                  .asBoolean())
          .isTrue();

      // Away: within the lease decisions go on; beyond it, nothing is given away.
      node.cut();
      int away = 0;
      Answer last = local;
      Answer denied = null;
      while (denied == null) {
        Answer answer =
            send("away" + away, port, "POST", "/v1/reservations", ONE_SHOT.formatted(away));
        if (answer.isAllowed()) {
          last = answer;
          away++;
        } else {
          denied = answer;
        }
      }
      charged += away;
      assertThat(away).as("what was leased beforehand").isPositive();
      Answer none = send(port, "POST", "/v1/reservations", HELD);
      assertThat(none.json().at("/denials/0/code").asText())
          .as(none.json().toString())
          .isEqualTo("server_away");
      assertThat(send("dry", port, "POST", "/v1/reservations", DRY).isAllowed())
          .as("decided anew")
          .isFalse();
      first.kill();

      // What was answered is reported by the next life, which also ends what was open.
      try (BursarProcess second = node.sidecar(port)) {
        Answer again = send("first", port, "POST", "/v1/reservations", ONE_SHOT.formatted(0));
        assertThat(again.json()).as("as the first was").isEqualTo(local.json());
        again =
            send(
                "away" + (away - 1),
                port,
                "POST",
                "/v1/reservations",
                ONE_SHOT.formatted(away - 1));
        assertThat(again.json()).isEqualTo(last.json());
        again = send("held", port, "POST", "/v1/reservations", HELD);
        assertThat(again.at("reservation_id")).isEqualTo(held.at("reservation_id"));
        assertThat(again.at("status")).isEqualTo("open");
        assertThat(
                send("first", port, "POST", "/v1/reservations", ONE_SHOT.formatted(1)).at("code"))
            .isEqualTo("idempotency_key_reused");
        node.connect();
        Answer committed =
            send(
                "commit",
                port,
                "POST",
                "/v1/reservations/" + held.at("reservation_id") + "/commit",
                "{'amount':'0.25'}");
        assertThat(committed.at("status")).as(committed.json().toString()).isEqualTo("committed");
        BigDecimal expected =
            new BigDecimal("1000")
                .subtract(new BigDecimal("0.5").multiply(BigDecimal.valueOf(charged)))
                .subtract(new BigDecimal("0.25"));
        BigDecimal settled = expected;
        until(() -> balance("balance").compareTo(settled) == 0);
        until(() -> send(port, "POST", "/v1/reservations", ONE_SHOT.formatted(1)).isAllowed());
        expected = expected.subtract(new BigDecimal("0.5"));
        send(node.port, "POST", "/v1/orgs/box/freeze", "{'reason':'audit'}");
        Answer frozen = send(port, "POST", "/v1/reservations", ONE_SHOT.formatted(1));
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (frozen.isAllowed()) {
          assertThat(System.nanoTime()).as("the freeze does not reach it").isLessThan(deadline);
          expected = expected.subtract(new BigDecimal("0.5"));
          frozen = send(port, "POST", "/v1/reservations", ONE_SHOT.formatted(1));
        }
        assertThat(frozen.json().at("/denials/0/code").asText()).isEqualTo("frozen");
        second.stop();
        until(() -> balance("held").signum() == 0);
        assertThat(balance("balance")).isEqualByComparingTo(expected);
        assertThat(balance("debt")).isEqualByComparingTo("0");
      }
    }
  }
}
