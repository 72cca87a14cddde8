package dev.bursar.sidecar.envoy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.gateway.Said;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.grpc.stub.StreamObserver;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code envoy.service.auth.v3.Authorization}. The route says most, then the metadata under
 * {@code bursar} that other filters have set, then headers of the request: these may say who it is
 * for and what it may cost, where nobody else does, and nothing about what is done with it.
 */
final class GrpcAuthorization extends AuthorizationGrpc.AuthorizationImplBase {

  /** Where other filters leave what they know of a request. */
  static final String METADATA = "bursar";

  private static final Set<String> NOT_FOR_CLIENTS =
      Set.of("mode", "ttl_seconds", "wallet", "credit_type");

  private final Checks checks;

  GrpcAuthorization(Checks checks) {
    this.checks = checks;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> answer) {
    AttributeContext attributes = request.getAttributes();
    AttributeContext.HttpRequest http = attributes.getRequest().getHttp();
    Said said =
        Said.of(attributes.getContextExtensionsMap())
            .or(
                metadata(
                    attributes
                        .getMetadataContext()
                        .getFilterMetadataOrDefault(METADATA, Struct.getDefaultInstance())))
            .or(ofClients(Said.headers(name -> http.getHeadersOrDefault(name, null))));
    Problem shut = Guard.shut();
    (shut != null
            ? CompletableFuture.completedStage(new Verdict(shut, null))
            : checks.check(
                "grpc",
                new Checks.Passing(
                    said,
                    http.getHeadersOrDefault("x-request-id", null),
                    http.getMethod() + ' ' + http.getPath(),
                    http.getHeadersOrDefault("traceparent", null))))
        .thenAccept(
            verdict -> {
              answer.onNext(response(verdict, http.getHeadersOrDefault("x-request-id", "sidecar")));
              answer.onCompleted();
            });
  }

  /** Headers may be a client's own: they don't say what is done with the request. */
  private static Said ofClients(Said headers) {
    return name -> NOT_FOR_CLIENTS.contains(name) ? null : headers.get(name);
  }

  private static Said metadata(Struct struct) {
    return name -> text(struct.getFieldsOrDefault(name, Value.getDefaultInstance()));
  }

  private static @Nullable String text(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue().isBlank() ? null : value.getStringValue();
      case NUMBER_VALUE -> number(value.getNumberValue());
      default -> null;
    };
  }

  /** As it was written, where it was written with few digits. */
  private static String number(double value) {
    return Double.isFinite(value) && Math.abs(value) < 1e15
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }

  private static CheckResponse response(Verdict verdict, String requestId) {
    Problem denial = verdict.denial();
    if (denial == null) {
      OkHttpResponse.Builder ok = OkHttpResponse.newBuilder();
      verdict.headers().forEach((name, value) -> ok.addHeaders(header(name, value)));
      verdict.headers().forEach((name, value) -> ok.addResponseHeadersToAdd(header(name, value)));
      if (!verdict.headers().containsKey(Verdict.RESERVATION)) {
        // What a client made up is not taken for ours.
        ok.addHeadersToRemove(Verdict.RESERVATION);
      }
      return CheckResponse.newBuilder()
          .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
          .setOkResponse(ok)
          .build();
    }
    DeniedHttpResponse.Builder denied =
        DeniedHttpResponse.newBuilder()
            .setStatus(HttpStatus.newBuilder().setCodeValue(denial.status()))
            .setBody(new String(denial.toJson(requestId), StandardCharsets.UTF_8))
            .addHeaders(header("content-type", "application/problem+json"));
    if (denial.status() == 429 || denial.status() >= 500) {
      denied.addHeaders(header("retry-after", "1"));
    }
    verdict.headers().forEach((name, value) -> denied.addHeaders(header(name, value)));
    return CheckResponse.newBuilder()
        .setStatus(
            Status.newBuilder().setCode(Code.PERMISSION_DENIED_VALUE).setMessage(denial.code()))
        .setDeniedResponse(denied)
        .build();
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .build();
  }
}
