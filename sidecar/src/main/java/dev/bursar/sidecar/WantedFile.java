package dev.bursar.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Wanted;
import dev.bursar.sidecar.server.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was wanted of leases lately, and of which orgs the server has told, where the next life
 * finds it. One that is lost, can't be read, or was another key's, is as if there were none.
 */
public final class WantedFile {

  private static final Logger LOG = LoggerFactory.getLogger(WantedFile.class);

  /** What was wanted so long ago says nothing of what will be. */
  private static final Duration OLD = Duration.ofHours(1);

  private static final long BYTES_MAX = 1 << 20;

  /**
   * What an earlier life knew.
   *
   * @param wanted what it has wanted; empty if that was long ago
   * @param orgs of which orgs the server has told it
   */
  public record Before(List<Wanted> wanted, List<String> orgs) {
    static final Before NONE = new Before(List.of(), List.of());
  }

  private final Path path;
  private final String key;

  /**
   * @param path need not exist
   * @param key stands for the key that all of it was told to
   */
  public WantedFile(Path path, String key) {
    this.path = path;
    this.key = key;
  }

  /** Writes it anew; where there is nothing there is no file. */
  public synchronized void write(List<Wanted> all, List<String> orgs, Instant now) {
    try {
      if (all.isEmpty() && orgs.isEmpty()) {
        Files.deleteIfExists(path);
      } else {
        replace(bytes(all, orgs, now));
      }
    } catch (IOException e) {
      LOG.atDebug().setMessage("what was wanted is not kept").setCause(e).log();
    }
  }

  private void replace(byte[] bytes) throws IOException {
    Path next = path.resolveSibling(path.getFileName() + ".new");
    Files.write(next, bytes);
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private byte[] bytes(List<Wanted> all, List<String> orgs, Instant now) {
    return JsonWriter.bytes(
        json ->
            json.field("at", now)
                .field("key", key)
                .objects("wanted", all, WantedFile::write)
                .objects("orgs", orgs, (in, org) -> in.field("id", org)));
  }

  private static void write(JsonWriter json, Wanted it) {
    LeaseKey key = it.key();
    ReservationViews.subject(json, key.subject());
    json.field("feature", key.feature())
        .field("wallet", key.wallet())
        .field("credit_type", key.creditType())
        .field("amount", it.amount())
        .objects("meters", List.copyOf(it.meters()), (in, name) -> in.field("name", name))
        .object("usage", in -> it.usage().forEach(in::field));
  }

  /** What an earlier life knew. */
  public synchronized Before read(Instant now) {
    try {
      if (Files.notExists(path) || Files.size(path) > BYTES_MAX) {
        return Before.NONE;
      }
      JsonNode json = JsonTree.read(Files.readAllBytes(path));
      if (!json.path("key").asText().equals(key)) {
        return Before.NONE;
      }
      List<Wanted> wanted = new ArrayList<>();
      if (!Instant.parse(json.path("at").asText()).isBefore(now.minus(OLD))) {
        json.path("wanted").forEach(each -> wanted.add(read(each)));
      }
      List<String> orgs = new ArrayList<>();
      json.path("orgs").forEach(each -> orgs.add(each.path("id").asText()));
      return new Before(wanted, orgs);
    } catch (IOException | RuntimeException e) {
      LOG.atDebug().setMessage("what was wanted can't be read").setCause(e).log();
      return Before.NONE;
    }
  }

  private static Wanted read(JsonNode json) {
    JsonNode of = json.path("subject");
    Set<String> meters = new HashSet<>();
    json.path("meters").forEach(each -> meters.add(each.path("name").asText()));
    Map<String, Long> usage = new HashMap<>();
    json.path("usage")
        .properties()
        .forEach(each -> usage.put(each.getKey(), each.getValue().asLong()));
    return new Wanted(
        new LeaseKey(
            new Subject(
                of.path("org").asText(),
                of.path("team").asText(null),
                of.path("user").asText(null),
                of.path("product").asText(null),
                of.path("cost_center").asText(null),
                of.path("agent").asText(null)),
            json.path("feature").asText(null),
            json.path("wallet").asText(null),
            json.path("credit_type").asText()),
        meters,
        Math.max(1, json.path("amount").asLong()),
        usage);
  }
}
