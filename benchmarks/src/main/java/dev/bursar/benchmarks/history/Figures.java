package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.simulation.history.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the last answers to the clients of one history said of what is left, and what was charged.
 * For one thread at a time.
 */
final class Figures {

  private record Pot(EntityId wallet, String creditType) {}

  private record Room(Subject subject, String creditType) {}

  private final Map<Pot, Credits> left = new HashMap<>();
  private final Map<Room, Credits> room = new HashMap<>();
  private final Map<EntityId, List<String>> charges = new HashMap<>();

  /** Takes in an answer. */
  void told(Told told) {
    if (!(told.call() instanceof Call.OfWallet call)) {
      return;
    }
    JsonNode available = told.body().path("balance").path("available");
    if (available.isTextual()) {
      left.put(new Pot(call.wallet(), told.text("credit_type")), Credits.parse(available.asText()));
    }
    String transaction = told.body().path("receipt").path("transaction_id").asText();
    if (!transaction.isEmpty()) {
      charges.computeIfAbsent(call.wallet(), w -> new ArrayList<>()).add(transaction);
    }
    if (call instanceof Call.Reserve reserve && told.isAllowed()) {
      room(reserve.request().subject(), told);
    }
  }

  private void room(Subject subject, Told told) {
    String creditType = told.text("credit_type");
    Credits least = null;
    for (JsonNode limit : told.body().path("limits")) {
      if (limit.path("mode").asText().equals("hard")
          && limit.path("measure").asText().equals(creditType)) {
        Credits remaining = Credits.parse(limit.path("remaining").asText());
        least = least == null ? remaining : least.min(remaining);
      }
    }
    if (least != null) {
      room.put(new Room(subject, creditType), least);
    }
  }

  /** What a wallet was charged, by transaction. */
  List<String> charges(EntityId wallet) {
    return charges.getOrDefault(wallet, List.of());
  }

  /** What the nearest hard limit has left for a subject; null if nobody was told. */
  @Nullable Credits room(Subject subject, String creditType) {
    return room.get(new Room(subject, creditType));
  }

  /** What a wallet has left; null if nobody was told. */
  @Nullable Credits left(EntityId wallet, String creditType) {
    return left.get(new Pot(wallet, creditType));
  }
}
