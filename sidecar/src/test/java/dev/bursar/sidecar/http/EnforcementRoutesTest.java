package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.lease.ModelServer;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server's own routes, answered from leases. */
@Timeout(60)
final class EnforcementRoutesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WORK = "{\"amount\":\"1\"}";

  @TempDir private Path directory;
  private final ModelServer model = new ModelServer(1_000);
  private LocalRoutes routes;

  @BeforeEach
  void start() throws IOException {
    routes = new LocalRoutes(SidecarSettings.USUAL, model, directory);
  }

  @AfterEach
  void stop() {
    routes.close();
  }

  private HttpResponse post(String path, String body, String key) throws Exception {
    return routes.answer(
        LocalRoutes.post(path, body).addHeader(RawHeader.create("Idempotency-Key", key)));
  }

  private String reserve(String org, String key) throws Exception {
    String body =
        """
        {"subject": {"org": "%s"}, "feature": "chat", "amount": "2", "credit_type": "platform"}
        """
            .formatted(org);
    return JSON.readTree(LocalRoutes.text(post("/v1/reservations", body, key)))
        .path("reservation_id")
        .asText();
  }

  @Test
  void theKeysOfOneOrgAreNotThoseOfAnother() throws Exception {
    String acme = reserve("acme", "k");
    String zeta = reserve("zeta", "k");
    assertThat(Sidecar.org(acme)).isEqualTo("acme");
    assertThat(Sidecar.org(zeta)).isEqualTo("zeta");
    stop();
    start();
    assertThat(reserve("acme", "k")).as("in another life, too").isEqualTo(acme);
    assertThat(reserve("zeta", "k")).isEqualTo(zeta);
  }

  @Test
  void whatHasEndedIsNotEndedOtherwiseInAnotherLifeEither() throws Exception {
    String committed = "/v1/reservations/" + reserve("acme", "a");
    String released = "/v1/reservations/" + reserve("acme", "b");
    assertThat(post(committed + "/commit", WORK, "c").status().intValue()).isEqualTo(200);
    assertThat(post(released + "/release", "{}", "r").status().intValue()).isEqualTo(200);
    stop();
    start();
    assertThat(post(committed + "/commit", WORK, "c").status().intValue())
        .as("as before")
        .isEqualTo(200);
    for (String[] again :
        new String[][] {
          {committed + "/commit", WORK},
          {committed + "/release", "{}"},
          {released + "/commit", WORK},
          {committed + "/extend", "{\"ttl_seconds\":60}"}
        }) {
      HttpResponse answer = post(again[0], again[1], "another");
      assertThat(answer.status().intValue()).as(again[0]).isEqualTo(409);
      JsonNode problem = JSON.readTree(LocalRoutes.text(answer));
      assertThat(problem.path("code").asText()).isEqualTo("reservation_finalized");
    }
    assertThat(
            post("/v1/reservations/" + Sidecar.RESERVATION + "acme_none.1/commit", WORK, "x")
                .status()
                .intValue())
        .isEqualTo(404);
  }
}
