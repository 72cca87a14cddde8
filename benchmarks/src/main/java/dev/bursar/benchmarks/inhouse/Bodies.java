package dev.bursar.benchmarks.inhouse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON that comes in, in the shape of Bursar's API. */
final class Bodies {

  static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private static final ObjectReader RESERVATION = JSON.readerFor(Reservation.class);
  private static final ObjectReader COMMIT = JSON.readerFor(Commit.class);

  private Bodies() {}

  record Subject(
      String org,
      @Nullable String team,
      @Nullable String user,
      @Nullable String product,
      @Nullable String costCenter,
      @Nullable String agent) {}

  record Usage(long inputTokens, long outputTokens) {}

  record Reservation(
      Subject subject,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session,
      @Nullable String wallet,
      @Nullable Usage usage,
      @Nullable String amount,
      @Nullable String creditType,
      @Nullable Integer ttlSeconds,
      @Nullable String overagePolicy,
      @JsonProperty("commit") boolean oneShot,
      boolean dryRun,
      @Nullable Map<String, String> metadata) {

    long price() {
      return Bodies.price(model, usage, amount);
    }

    String walletName() {
      return wallet == null ? "main" : wallet;
    }
  }

  record Commit(@Nullable Usage usage, @Nullable String amount) {

    long price(@Nullable String model) {
      return Bodies.price(model, usage, amount);
    }
  }

  static Reservation reservation(byte[] json) {
    Reservation body = (Reservation) read(RESERVATION, json);
    if (body.subject() == null || body.subject().org() == null) {
      throw new BadRequest("subject.org", "required");
    }
    return body;
  }

  static Commit commit(byte[] json) {
    return (Commit) read(COMMIT, json);
  }

  private static Object read(ObjectReader reader, byte[] json) {
    try {
      return reader.readValue(json);
    } catch (IOException e) {
      throw new BadRequest("body", "not the JSON that was expected");
    }
  }

  private static long price(
      @Nullable String model, @Nullable Usage usage, @Nullable String amount) {
    if (usage != null) {
      return Rates.price(model, usage);
    }
    if (amount != null) {
      return Micros.parse("amount", amount);
    }
    throw new BadRequest("usage", "required, or an amount");
  }
}
