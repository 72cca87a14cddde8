package dev.bursar.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

final class PatientConnectionTest {

  @Test
  void sendsTheSameAgainUntilThereIsAnAnswer() throws Exception {
    List<String> keys = new CopyOnWriteArrayList<>();
    LongAdder retries = new LongAdder();
    try (TestServer server =
            new TestServer(
                exchange -> {
                  keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                  switch (keys.size()) {
                    case 1 -> {
                      exchange.getResponseHeaders().set("Retry-After", "0");
                      TestServer.answer(exchange, 503, "");
                    }
                    case 2 -> TestServer.answer(exchange, 429, "");
                    case 3 -> exchange.close();
                    default -> TestServer.answer(exchange, 422, "no");
                  }
                });
        PatientConnection connection = new PatientConnection(server.endpoint(), retries)) {
      Response response = connection.call(Request.post("/", "{}", "key-1"));
      assertThat(response.status()).isEqualTo(422);
      assertThat(keys).containsExactly("key-1", "key-1", "key-1", "key-1");
      assertThat(retries.sum()).isEqualTo(3);
    }
  }
}
