package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ContractTest {

  @Test
  void whatIsServedIsWhatIsDocumented() {
    try (RunningApi api = new RunningApi()) {
      TreeSet<String> served =
          Routes.endpoints(api.ports()).stream()
              .map(endpoint -> endpoint.method() + " " + endpoint.path())
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(served).isEqualTo(Contract.operations());
      assertThat(api.send("GET", "/openapi.json", null, null).body()).isEqualTo(Contract.TEXT);
    }
  }

  @Test
  void anAnswerThatIsNotAsDocumentedIsNoticed() {
    assertThatThrownBy(() -> check(200, "application/json", "{'id':'acme','name':'Acme'}"))
        .as("a required field is missing")
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(
            () ->
                check(
                    200,
                    "application/json",
                    "{'id':'acme','name':'Acme','timezone':'UTC','add_ons':[],'surprise':1}"))
        .as("a field is not documented")
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> check(418, "application/json", "{}"))
        .as("a status is not documented")
        .isInstanceOf(AssertionError.class);
    check(200, "application/json", "{'id':'acme','name':'Acme','timezone':'UTC','add_ons':[]}");
  }

  private static void check(int status, String type, String body) {
    var headers =
        java.net.http.HttpHeaders.of(
            Map.of("Content-Type", List.of(type), "X-Request-Id", List.of("r")),
            (name, value) -> true);
    Contract.check(
        new RunningApi.Answer(status, headers, RunningApi.json(body)),
        "GET",
        "/v1/orgs/acme",
        null);
  }
}
