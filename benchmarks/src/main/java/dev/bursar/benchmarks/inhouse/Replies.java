package dev.bursar.benchmarks.inhouse;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON that goes out, in the shape of Bursar's API. */
final class Replies {

  private Replies() {}

  record Balance(String balance, String held, String available, String debt) {}

  record Scope(String type, String id) {}

  record Limit(
      Scope scope,
      String budget,
      String measure,
      String window,
      String mode,
      String limit,
      String used,
      String held,
      String remaining,
      String resetsAt,
      String source) {}

  record Entry(String entryId, long sequence, String grant, String amount, String balance) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Allowed(
      String reservationId,
      String decision,
      String status,
      String amount,
      String creditType,
      String expiresAt,
      Balance balance,
      List<Limit> limits,
      @Nullable List<Entry> entries) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Denial(
      String code,
      @Nullable Scope scope,
      @Nullable String budget,
      @Nullable String limit,
      @Nullable String used,
      @Nullable String held,
      String requested,
      @Nullable String window,
      @Nullable String resetsAt,
      String source,
      String detail) {}

  record Denied(String reservationId, String decision, List<Denial> denials) {}

  record Committed(
      String reservationId,
      String status,
      String amount,
      String released,
      String debt,
      List<Entry> entries,
      Balance balance) {}

  record Problem(String title, int status, String code) {}

  static String json(Object reply) {
    try {
      return Bodies.JSON.writeValueAsString(reply);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static String time(Instant instant) {
    return instant.toString();
  }
}
