package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** How much was answered in all histories of a run, and what. For any thread. */
public final class Counts {

  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final Map<String, Integer> denials = new TreeMap<>();
  private long answers;
  private int allowed;
  private int denied;

  /** Takes in an answer. */
  synchronized void told(Told told) {
    answers++;
    boolean asWanted = told.kind() == Kind.KEY_REUSE ? !told.isDone() : told.isDone();
    if (asWanted) {
      done.merge(told.kind(), 1, Integer::sum);
    } else {
      refusals.merge(told.kind().words() + " " + told.code(), 1, Integer::sum);
    }
    if (told.kind() == Kind.AGAIN) {
      return;
    }
    allowed += told.isAllowed() && told.kind() != Kind.DRY_RUN ? 1 : 0;
    denied += told.isDenied() && told.kind() != Kind.DRY_RUN ? 1 : 0;
    for (JsonNode denial : told.body().path("denials")) {
      denials.merge(denial.path("code").asText(), 1, Integer::sum);
    }
  }

  /** How many answers there were. */
  public synchronized long answers() {
    return answers;
  }

  /** How often each kind of call was carried out, or answered with a decision. */
  public synchronized Map<Kind, Integer> done() {
    return new EnumMap<>(done);
  }

  /** How often what was refused. */
  public synchronized Map<String, Integer> refusals() {
    return new TreeMap<>(refusals);
  }

  /** How often what stood in the way. */
  public synchronized Map<String, Integer> denials() {
    return new TreeMap<>(denials);
  }

  /** How many reservations were allowed. */
  public synchronized int allowed() {
    return allowed;
  }

  /** How many were denied. */
  public synchronized int denied() {
    return denied;
  }
}
