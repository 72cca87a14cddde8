package dev.bursar.sidecar.command;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/** A few requests, so that the classes are loaded which answers take. */
final class Rehearsal {

  private static final int TIMES = 20;
  private static final String WORK =
      """
      {"subject":{"org":"rehearsal","user":"nobody"},"feature":"chat","model":"any",
       "usage":{"input_tokens":1,"output_tokens":1}}
      """;

  private Rehearsal() {}

  /** Asks the sidecar at this port; what it answers does not matter. */
  static void of(int port, String key) throws IOException, InterruptedException {
    URI base = URI.create("http://127.0.0.1:" + port);
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      // Once: they wait for a server that is not there.
      send(
          client,
          HttpRequest.newBuilder(base.resolve("/v1/reservations"))
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", "k")
              .POST(BodyPublishers.ofString(WORK)),
          key);
      send(client, HttpRequest.newBuilder(base.resolve("/v1/orgs/rehearsal/entitlements")), key);
      for (int i = 0; i < TIMES; i++) {
        for (String path : List.of("/health/ready", "/metrics")) {
          send(client, HttpRequest.newBuilder(base.resolve(path)), key);
        }
      }
    }
  }

  private static void send(HttpClient client, HttpRequest.Builder request, String key)
      throws IOException, InterruptedException {
    client.send(request.header("Authorization", "Bearer " + key).build(), BodyHandlers.ofString());
  }
}
