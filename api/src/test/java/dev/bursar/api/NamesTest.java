package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No two names become one. */
class NamesTest {

  @Test
  void namesThatLookAlikeStayApart() {
    List<String> names =
        List.of(
            "é",
            "e\u0301",
            "a|b",
            "a/b",
            "a%2Fb",
            "a b",
            "a+b",
            "A",
            "a",
            "a_b",
            "a*b",
            "ａ",
            "😀",
            "a\\b",
            "a?b",
            "a#b",
            "a;b",
            "x".repeat(255));
    try (RunningApi api = new RunningApi().withAcme()) {
      for (String name : names) {
        String path = "/v1/orgs/acme/users/" + encoded(name);
        assertThat(api.put(path, "{}").at("/id")).isEqualTo(name);
        api.put("/v1/orgs/acme/wallets/" + encoded(name), "{}");
        api.put("/v1/orgs/" + encoded(name), "{'name':'No. " + names.indexOf(name) + "'}");
      }
      assertThat(api.get("/v1/orgs/acme/users").json().at("/data")).hasSize(names.size() + 1);
      assertThat(api.get("/v1/orgs").json().at("/data").findValuesAsText("id"))
          .containsAll(names)
          .hasSize(names.size() + 1);
      for (String name : names) {
        assertThat(api.get("/v1/orgs/acme/users/" + encoded(name)).at("/id")).isEqualTo(name);
        assertThat(api.get("/v1/orgs/acme/wallets/" + encoded(name)).at("/id")).isEqualTo(name);
        assertThat(api.get("/v1/orgs/" + encoded(name)).at("/name"))
            .isEqualTo("No. " + names.indexOf(name));
      }
    }
  }

  @Test
  void reservationsOfAnyNameFindTheirWay() {
    try (RunningApi api = new RunningApi()) {
      String org = "a_|/é 1";
      api.put("/v1/orgs/" + encoded(org), "{'name':'Odd'}");
      api.put("/v1/orgs/" + encoded(org) + "/wallets/main", "{}");
      api.post(
          "/v1/orgs/" + encoded(org) + "/wallets/main/grants",
          "{'credit_type':'platform','amount':'500','category':'paid'}");
      String id =
          api.post(
                  "/v1/reservations",
                  "{'subject':{'org':'" + org + "'},'amount':'1','credit_type':'platform'}")
              .at("/reservation_id");
      assertThat(api.get("/v1/reservations/" + encoded(id)).at("/reservation_id")).isEqualTo(id);
      assertThat(api.post("/v1/reservations/" + encoded(id) + "/commit", "{'amount':'1'}").status())
          .isEqualTo(200);
    }
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
