package dev.bursar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.node.catalog.CatalogFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The node that a command about the catalog asks. */
final class CatalogNode {

  /** Longer than a node takes to wait for one that is silent. */
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private static final String MAY_BE_DONE =
      "; what was asked for may have been done: `GET /v1/catalog` tells what counts";

  private static final Duration ASKED_AGAIN_AFTER = Duration.ofMillis(500);

  /** The code of an answer that lists the faults of a catalog. */
  private static final String FAULTY = "catalog_invalid";

  /** Made when a node is asked: a command that asks none starts in half the time. */
  private static final class Asking {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient CLIENT =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private Asking() {}
  }

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** How long a node may be silent, or ask for patience, from the first time on. */
  Duration askedAgainFor = Duration.ofSeconds(60);

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:BURSAR_URL:-http://127.0.0.1:8080}",
      description = "Where a node listens. Default: $$BURSAR_URL, else http://127.0.0.1:8080")
  private String url;

  @Option(
      names = "--operator-key",
      paramLabel = "KEY",
      defaultValue = "${env:BURSAR_OPERATOR_KEY}",
      description = "The secret of an operator's key. Default: $$BURSAR_OPERATOR_KEY")
  private @Nullable String operatorKey;

  /** Where what is told goes. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /**
   * Makes a version of these files, or finds the one that they are already. The node reads them; of
   * several with faults they are read here, too, so that each fault names its file.
   */
  int draft(List<Path> files) {
    byte[] text = CatalogFile.text(files).getBytes(StandardCharsets.UTF_8);
    try {
      return ask("POST", "/v1/catalog/versions", "application/yaml", text, "")
          .path("version")
          .asInt();
    } catch (Refused e) {
      if (e.code.equals(FAULTY) && files.size() > 1) {
        CatalogFile.read(files);
      }
      throw e;
    }
  }

  JsonNode get(String path) {
    return ask("GET", path, null, new byte[0], "");
  }

  /** Has something done, which may have been done also where nobody answers. */
  JsonNode post(String path, Map<String, ?> body) {
    try {
      byte[] bytes = Asking.JSON.writeValueAsBytes(body);
      return ask("POST", path, "application/json", bytes, MAY_BE_DONE);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks for lines of JSON, each of which is told as it comes; the last. */
  JsonNode lines(String path, Map<String, ?> body, Consumer<JsonNode> told) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(
                  request("POST", path, "application/json", Asking.JSON.writeValueAsBytes(body)),
                  (name, value) -> true)
              .header("Accept", "application/x-ndjson")
              .build();
      HttpResponse<Stream<String>> answer =
          Asking.CLIENT.send(request, HttpResponse.BodyHandlers.ofLines());
      if (answer.statusCode() >= 300) {
        String problem = answer.body().collect(Collectors.joining("\n"));
        throw refused("POST", path, answer.statusCode(), answer.headers(), problem, "");
      }
      JsonNode last = Asking.JSON.createObjectNode();
      for (Iterator<String> lines = answer.body().iterator(); lines.hasNext(); ) {
        last = Asking.JSON.readTree(lines.next());
        told.accept(last);
      }
      return last;
    } catch (IOException | UncheckedIOException e) {
      throw unreachable(e, "");
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Asks; once more, with the same key, where the node says so, or was there and does not answer.
   *
   * @param unclear what that means if it goes on for too long
   */
  private JsonNode ask(
      String method, String path, @Nullable String type, byte[] body, String unclear) {
    HttpRequest request = request(method, path, type, body);
    long began = System.nanoTime();
    boolean reached = false;
    try {
      while (true) {
        HttpResponse<String> answer;
        try {
          answer = Asking.CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
          reached |=
              !(e instanceof ConnectException) && !(e instanceof HttpConnectTimeoutException);
          if (!reached) {
            throw unreachable(e, "");
          }
          if (System.nanoTime() - began > askedAgainFor.toNanos()) {
            throw unreachable(e, unclear);
          }
          TimeUnit.NANOSECONDS.sleep(ASKED_AGAIN_AFTER.toNanos());
          continue;
        }
        reached = true;
        int status = answer.statusCode();
        if (status < 300) {
          return Asking.JSON.readTree(answer.body());
        }
        boolean passing = status == 503 || status == 429;
        if (!passing || System.nanoTime() - began > askedAgainFor.toNanos()) {
          throw refused(
              method, path, status, answer.headers(), answer.body(), passing ? unclear : "");
        }
        TimeUnit.NANOSECONDS.sleep(ASKED_AGAIN_AFTER.toNanos());
      }
    } catch (IOException e) {
      throw unreachable(e, unclear);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private CommandFailure unreachable(Exception e, String unclear) {
    return new CommandFailure(
        "%s can't be reached: %s%s"
            .formatted(
                url,
                e.getMessage() != null
                    ? e.getMessage()
                    : e instanceof ConnectException ? "nobody listens there" : e,
                unclear),
        e);
  }

  private static CommandFailure interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new CommandFailure("interrupted", e);
  }

  private HttpRequest request(String method, String path, @Nullable String type, byte[] body) {
    if (operatorKey == null || operatorKey.isEmpty()) {
      throw new CommandFailure("--operator-key or $BURSAR_OPERATOR_KEY is needed");
    }
    HttpRequest.Builder request;
    try {
      request = HttpRequest.newBuilder(URI.create(url.replaceFirst("/+$", "") + path));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--url: %s is no address of a node".formatted(url), e);
    }
    request
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + operatorKey)
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .method(
            method,
            type == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(body));
    if (type != null) {
      request.header("Content-Type", type);
    }
    return request.build();
  }

  /** What a node has said no with. */
  private static final class Refused extends CommandFailure {

    private static final long serialVersionUID = 1L;

    private final String code;

    Refused(String message, String code) {
      super(message);
      this.code = code;
    }
  }

  private static CommandFailure refused(
      String method, String path, int status, HttpHeaders headers, String body, String unclear)
      throws IOException {
    if (!headers.firstValue("Content-Type").orElse("").contains("json")) {
      return new CommandFailure(
          "%s %s was answered %d, by something that is no node%s"
              .formatted(method, path, status, unclear));
    }
    JsonNode problem = Asking.JSON.readTree(body);
    String code = problem.path("code").asText();
    StringBuilder text = new StringBuilder();
    if (problem.has("field")) {
      text.append(problem.path("field").asText()).append(": ");
    }
    text.append(problem.path("detail").asText());
    for (JsonNode error : problem.path("errors")) {
      String place = error.path("path").asText();
      text.append("\n  ").append(place.isEmpty() ? "(root)" : place);
      if (error.has("line")) {
        text.append(" (line ").append(error.path("line").asInt()).append(')');
      }
      text.append(": ").append(error.path("detail").asText());
    }
    return new Refused(text.append(" (").append(code).append(')').append(unclear).toString(), code);
  }
}
