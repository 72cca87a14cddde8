package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a sidecar hears. */
final class EventStream implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Event END = new Event("", "end", JSON.createObjectNode());

  /** One event. */
  record Event(String id, String name, JsonNode data) {
    String at(String field) {
      return data.path(field).asText();
    }
  }

  final HttpResponse<InputStream> response;
  final AtomicInteger heartbeats = new AtomicInteger();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  /** Connects; done once it is told what changes. */
  static EventStream open(RunningApi api, String key, String sidecar) {
    try {
      EventStream stream =
          new EventStream(
              api.client()
                  .send(
                      api.request("GET", "/v1/leases/stream?sidecar=" + sidecar, key, null),
                      HttpResponse.BodyHandlers.ofInputStream()));
      assertThat(stream.next().name()).isEqualTo("hello");
      return stream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private EventStream(HttpResponse<InputStream> response) {
    this.response = response;
    assertThat(response.statusCode()).isEqualTo(200);
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String id = "";
      String name = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(":")) {
          heartbeats.incrementAndGet();
        } else if (line.startsWith("id: ")) {
          id = line.substring("id: ".length());
        } else if (line.startsWith("event: ")) {
          name = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
          events.add(new Event(id, name, JSON.readTree(line.substring("data: ".length()))));
          id = "";
        }
      }
    } catch (IOException e) {
      // It was cut off: that is an end, too.
    } finally {
      events.add(END);
    }
  }

  /** What comes next; fails if nothing does. */
  Event next() {
    try {
      Event event = events.poll(30, TimeUnit.SECONDS);
      assertThat(event).as("nothing comes").isNotNull();
      return event;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Demands that nothing comes any more. */
  void ends() {
    assertThat(next()).isSameAs(END);
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
