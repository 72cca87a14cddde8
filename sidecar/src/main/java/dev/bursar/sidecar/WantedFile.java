package dev.bursar.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Wanted;
import dev.bursar.sidecar.server.JsonTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

  /** An org of which the server has told so long ago may be closed, or another key's by now. */
  private static final Duration FORGOTTEN = Duration.ofDays(7);

  /** More than 1,000 leases and 4,000 orgs with the longest names take. */
  private static final long BYTES_MAX = 8 << 20;

  /**
   * What an earlier life knew.
   *
   * @param wanted what it has wanted; empty if that was more than an hour ago
   * @param orgs of which orgs the server has told it; empty if that was more than a week ago
   */
  public record Before(List<Wanted> wanted, List<String> orgs) {
    static final Before NONE = new Before(List.of(), List.of());
  }

  private final Path path;
  private final String key;

  /** What an earlier life has wanted, as long as this one has wanted nothing; and when. */
  private List<Wanted> kept = List.of();

  private Instant keptAt = Instant.EPOCH;
  private boolean failed;

  /**
   * @param path need not exist
   * @param key stands for the key that all of it was told to
   */
  public WantedFile(Path path, String key) {
    this.path = path;
    this.key = key;
  }

  /**
   * Writes it anew, so that a crash of the machine leaves the one or the other; where there is
   * nothing there is no file. While nothing was wanted yet, it has what was read.
   */
  public synchronized void write(List<Wanted> all, List<String> orgs, Instant now) {
    try {
      if (all.isEmpty() && orgs.isEmpty()) {
        Files.deleteIfExists(path);
      } else if (all.isEmpty() && !kept.isEmpty()) {
        replace(bytes(kept, orgs, keptAt));
      } else {
        kept = List.of();
        replace(bytes(all, orgs, now));
      }
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        failed = true;
        LOG.atWarn()
            .setMessage("what was wanted, and of which orgs the server has told, is not kept")
            .setCause(e)
            .log();
      }
    }
  }

  private void replace(byte[] bytes) throws IOException {
    Path next = path.resolveSibling(path.getFileName() + ".new");
    try (FileChannel file =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
        file.write(left);
      }
      file.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory =
        FileChannel.open(path.resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    }
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
      Instant at = Instant.parse(json.path("at").asText());
      List<Wanted> wanted = new ArrayList<>();
      if (!at.isBefore(now.minus(OLD))) {
        json.path("wanted").forEach(each -> wanted.add(read(each)));
      }
      List<String> orgs = new ArrayList<>();
      if (!at.isBefore(now.minus(FORGOTTEN))) {
        json.path("orgs").forEach(each -> orgs.add(each.path("id").asText()));
      }
      kept = List.copyOf(wanted);
      keptAt = at;
      return new Before(wanted, orgs);
    } catch (IOException | RuntimeException e) {
      LOG.atWarn()
          .setMessage("what an earlier life has wanted, and was told of, can't be read")
          .setCause(e)
          .log();
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
