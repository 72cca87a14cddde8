package dev.bursar.api.otlp;

import com.google.protobuf.CodedOutputStream;
import dev.bursar.api.http.ProblemForm;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.problem.Problem;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/** The two forms of OTLP. Whoever asks in one is answered in the same, also if it went wrong. */
enum OtlpForm {
  PROTOBUF(
      "application/x-protobuf", MediaTypes.applicationBinary("x-protobuf", true).toContentType()) {

    @Override
    List<Spans> read(byte[] bytes, Set<String> wanted) {
      return OtlpProtobuf.read(bytes, wanted);
    }

    @Override
    byte[] answer(long rejected, String message) {
      ExportTraceServiceResponse.Builder answer = ExportTraceServiceResponse.newBuilder();
      if (!message.isEmpty()) {
        answer.setPartialSuccess(
            ExportTracePartialSuccess.newBuilder()
                .setRejectedSpans(rejected)
                .setErrorMessage(message));
      }
      return answer.build().toByteArray();
    }

    @Override
    byte[] status(String message) {
      byte[] status = new byte[CodedOutputStream.computeStringSize(STATUS_MESSAGE, message)];
      CodedOutputStream out = CodedOutputStream.newInstance(status);
      try {
        out.writeString(STATUS_MESSAGE, message);
        out.checkNoSpaceLeft();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return status;
    }
  },

  JSON("application/json", ContentTypes.APPLICATION_JSON) {

    @Override
    List<Spans> read(byte[] bytes, Set<String> wanted) {
      return OtlpJson.read(bytes, wanted);
    }

    @Override
    byte[] answer(long rejected, String message) {
      return JsonWriter.bytes(
          json -> {
            if (!message.isEmpty()) {
              // Numbers of 64 bits are strings in Protobuf's JSON.
              json.object(
                  "partialSuccess",
                  inner ->
                      inner
                          .field("rejectedSpans", Long.toString(rejected))
                          .field("errorMessage", message));
            }
          });
    }

    @Override
    byte[] status(String message) {
      return JsonWriter.bytes(json -> json.field("message", message));
    }
  };

  /** The one field of a {@code google.rpc.Status} that OTLP asks for. */
  private static final int STATUS_MESSAGE = 2;

  /**
   * Problems as OTLP has them: a status, in the form of the request, or in JSON if that is none.
   */
  static final ProblemForm PROBLEMS =
      (problem, requestId, request) -> {
        String requestType =
            request.entity().getContentType().mediaType().toString().toLowerCase(Locale.ROOT);
        OtlpForm form = requestType.equals(PROTOBUF.mediaType) ? PROTOBUF : JSON;
        return new ProblemForm.Told(form.type, form.status(message(problem, requestId)));
      };

  private final String mediaType;

  @SuppressWarnings("ImmutableEnumChecker") // content types never change
  private final ContentType type;

  OtlpForm(String mediaType, ContentType type) {
    this.mediaType = mediaType;
    this.type = type;
  }

  /** The one of this media type. */
  static OtlpForm of(String mediaType) {
    return mediaType.equals(PROTOBUF.mediaType) ? PROTOBUF : JSON;
  }

  String mediaType() {
    return mediaType;
  }

  /** The spans in a body, with these attributes. */
  abstract List<Spans> read(byte[] bytes, Set<String> wanted);

  /** The body of an answer that went well; a partial success if there is a message. */
  abstract byte[] answer(long rejected, String message);

  abstract byte[] status(String message);

  Reply reply(long rejected, String message) {
    return Reply.of(type, answer(rejected, message));
  }

  private static String message(Problem problem, String requestId) {
    String field = problem.field() == null ? "" : problem.field() + ": ";
    return "%s%s (%s, request %s)".formatted(field, problem.detail(), problem.code(), requestId);
  }
}
