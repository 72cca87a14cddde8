package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The OpenAPI document, which every answer has to keep to, and every request that went well. */
final class Contract {

  static final String TEXT = text();
  private static final OpenApiInteractionValidator VALIDATOR =
      OpenApiInteractionValidator.createForInlineApiSpecification(TEXT).build();

  private static String text() {
    try (InputStream in = Contract.class.getResourceAsStream("/openapi.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every operation, as {@code GET /v1/orgs}. */
  static TreeSet<String> operations() {
    try {
      TreeSet<String> operations = new TreeSet<>();
      JsonNode paths = new ObjectMapper().readTree(TEXT).get("paths");
      paths
          .properties()
          .forEach(
              path ->
                  path.getValue()
                      .fieldNames()
                      .forEachRemaining(
                          method ->
                              operations.add(
                                  method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
      return operations;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails if the answer is not as documented, or a request went well that should not have. */
  static void check(RunningApi.Answer answer, String method, String path, @Nullable String body) {
    check(answer, method, path, body, "application/json");
  }

  /** The same for a body of this type. */
  static void check(
      RunningApi.Answer answer,
      String method,
      String path,
      @Nullable String body,
      String contentType) {
    assertThat(answer.header("X-Request-Id")).isNotEmpty();
    if (answer.status() == 405 || answer.code().equals("not_found") && answer.status() == 404) {
      return;
    }
    URI uri = URI.create(path);
    SimpleResponse.Builder response =
        SimpleResponse.Builder.status(answer.status()).withBody(answer.body());
    answer.headers().map().forEach((name, values) -> response.withHeader(name, values));
    Request.Method verb = Request.Method.valueOf(method);
    require(VALIDATOR.validateResponse(uri.getRawPath(), verb, response.build()), answer);
    // The validator takes a body that may be left out for one that has to have a type.
    if (answer.status() < 300 && (body != null || !method.equals("POST"))) {
      SimpleRequest.Builder request =
          new SimpleRequest.Builder(verb, uri.getRawPath())
              .withHeader("Authorization", "Bearer any");
      if (uri.getQuery() != null) {
        for (String pair : uri.getQuery().split("&")) {
          int is = pair.indexOf('=');
          request.withQueryParam(pair.substring(0, is), pair.substring(is + 1));
        }
      }
      if (body != null) {
        request.withBody(body).withContentType(contentType);
      }
      require(VALIDATOR.validateRequest(request.build()), answer);
    }
  }

  private static void require(ValidationReport report, RunningApi.Answer answer) {
    assertThat(report.getMessages())
        .as("%s %s", answer.status(), answer.body())
        .noneMatch(message -> message.getLevel() == ValidationReport.Level.ERROR);
  }
}
