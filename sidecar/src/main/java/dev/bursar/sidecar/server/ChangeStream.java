package dev.bursar.sidecar.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.api.json.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the server changes, as it changes: a connection of its own that is kept up, and over which
 * each change is taken in before it is acknowledged. Whenever it is up again everything is looked
 * at once, since something may have been missed. Without it a sidecar hears of changes by what it
 * asks anyway.
 */
public final class ChangeStream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeStream.class);

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final long PAUSE_MS = 250;
  private static final long PAUSE_MS_MAX = 10_000;

  /** Whoever is refused, or asks a server that has no stream, is in no hurry. */
  private static final long REFUSED_PAUSE_MS = 30_000;

  private static final long WATCH_MS = 250;

  /** How many heartbeats may be missing. */
  private static final int MISSED_MAX = 3;

  private static final long HEARTBEAT_MS = 2_000;
  private static final int TRIES_MAX = 20;
  private static final Executor AGAIN =
      CompletableFuture.delayedExecutor(250, TimeUnit.MILLISECONDS);

  private final URI base;
  private final String key;
  private final String sidecar;
  private final Changes changes;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("sidecar-stream").unstarted(this::run);
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("sidecar-stream-watch").unstarted(task));
  private final LongAdder notices = new LongAdder();
  private volatile boolean closed;
  private volatile boolean connected;
  private volatile @Nullable InputStream open;
  private volatile long heardAt = System.nanoTime();
  private volatile long silenceMax = silence(HEARTBEAT_MS);
  private long pause = PAUSE_MS;
  private volatile int refusedWith;

  /** Whether the server does not know the key, and has not taken it since. */
  private volatile boolean keyUnknown;

  /** Whether the server has taken the key, now or before. */
  private volatile boolean taken;

  private boolean isAway;

  /**
   * @param server what leases are taken with: it is told what changes for them
   * @param changes who takes in what changes
   */
  public ChangeStream(ServerOverHttp server, Changes changes) {
    this.base = server.base();
    this.key = server.key();
    this.sidecar = server.instance();
    this.changes = changes;
  }

  /** Connects, and goes on doing so until this is closed. */
  public void start() {
    watch.scheduleWithFixedDelay(this::look, WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
    thread.start();
  }

  /** Whether the server tells what changes. */
  public boolean isConnected() {
    return connected;
  }

  /** Whether the server does not know the key, and has not taken it before. */
  public boolean isKeyUnknown() {
    return keyUnknown;
  }

  /** How many changes it has told. */
  public long notices() {
    return notices.sum();
  }

  private static long silence(long heartbeatMs) {
    return Duration.ofMillis(MISSED_MAX * heartbeatMs).toNanos();
  }

  /** A server that is silent for too long is gone, whatever the connection says. */
  private void look() {
    InputStream in = open;
    if (in != null && System.nanoTime() - heardAt > silenceMax) {
      close(in);
    }
  }

  private static void close(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      LOG.atDebug().setMessage("a stream was not closed in order").setCause(e).log();
    }
  }

  private void run() {
    try {
      while (!closed) {
        long began = System.nanoTime();
        try {
          listen();
        } catch (IOException e) {
          LOG.atDebug().setMessage("the server tells no changes now").setCause(e).log();
        } catch (RuntimeException e) {
          LOG.atError().setMessage("what the server tells was not taken in").setCause(e).log();
        } finally {
          connected = false;
          open = null;
        }
        boolean lasted = System.nanoTime() - began > Duration.ofMillis(PAUSE_MS_MAX).toNanos();
        pause = lasted ? PAUSE_MS : Math.min(2 * pause, PAUSE_MS_MAX);
        long most = refusedWith == 0 ? pause : REFUSED_PAUSE_MS;
        if (!closed) {
          // Not all of them at once.
          Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() throws IOException, InterruptedException {
    HttpResponse<InputStream> answer;
    try {
      answer = connect();
    } catch (IOException e) {
      away(String.valueOf(e.getCause()));
      throw e;
    }
    InputStream in = answer.body();
    if (answer.statusCode() >= 500) {
      away("it answers " + answer.statusCode());
    } else if (isAway) {
      isAway = false;
      LOG.atWarn().setMessage("the server answers again").addKeyValue("server", base).log();
    }
    if (answer.statusCode() != 200) {
      close(in);
      refused(answer.statusCode());
      return;
    }
    refusedWith = 0;
    taken = true;
    keyUnknown = false;
    heardAt = System.nanoTime();
    open = in;
    if (closed) {
      close(in);
    }
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String event = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heardAt = System.nanoTime();
        if (line.startsWith("event: ")) {
          event = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
          told(
              event,
              JsonTree.read(line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8)));
        }
      }
    }
  }

  /** Said once, until it is back. */
  private void away(String reason) {
    if (!isAway && !closed) {
      LOG.atWarn()
          .setMessage("the server does not answer; until it does, leases and fail modes decide")
          .addKeyValue("server", base)
          .addKeyValue("reason", reason)
          .log();
      isAway = true;
    }
  }

  private HttpResponse<InputStream> connect() throws IOException, InterruptedException {
    String query = "?sidecar=" + URLEncoder.encode(sidecar, StandardCharsets.UTF_8);
    CompletableFuture<HttpResponse<InputStream>> sent =
        client.sendAsync(
            HttpRequest.newBuilder(base.resolve("/v1/leases/stream" + query))
                .header("Authorization", "Bearer " + key)
                .header("Accept", "text/event-stream")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try {
      return sent.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      sent.cancel(true);
      throw new IOException(e instanceof ExecutionException ? e.getCause() : e);
    }
  }

  private void refused(int status) {
    boolean forGood = status >= 400 && status < 500 && status != 429;
    boolean isOfKey = status == 401 || status == 403;
    boolean isNew = refusedWith != status;
    keyUnknown |= status == 401 && !taken;
    refusedWith = forGood ? status : 0;
    if (forGood && isNew) {
      LOG.atLevel(isOfKey ? Level.ERROR : Level.WARN)
          .setMessage(
              isOfKey
                  ? "the server refuses the sidecar's key; nothing is decided until it takes it"
                  : "the server does not tell what changes; it is asked for it as before")
          .addKeyValue("server", base)
          .addKeyValue("status", status)
          .log();
    }
    if (isOfKey && isNew) {
      // The key is over: whoever asks for terms is told so, too, and stops.
      var unused = changes.changedAll();
    }
  }

  private void told(String event, JsonNode data) {
    if (event.equals("hello")) {
      silenceMax = silence(data.path("heartbeat_ms").asLong(HEARTBEAT_MS));
      connected = true;
      var unused = changes.changedAll();
      return;
    }
    notices.increment();
    String org = data.path("org").asText();
    CompletionStage<Void> taken = changes.told(event, org, data.path("lease").asText());
    if (data.path("awaited").asBoolean()) {
      String notice = data.path("notice").asText();
      taken.thenRun(() -> acknowledge(notice, 1));
    }
  }

  private void acknowledge(String notice, int tries) {
    if (closed) {
      return;
    }
    client
        .sendAsync(
            HttpRequest.newBuilder(base.resolve("/v1/leases/stream/acknowledge"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .timeout(ANSWER)
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        JsonWriter.bytes(
                            json -> json.field("sidecar", sidecar).field("notice", notice))))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .whenComplete(
            (answer, error) -> {
              boolean again =
                  error != null || answer.statusCode() >= 500 || answer.statusCode() == 429;
              if (again && tries < TRIES_MAX) {
                AGAIN.execute(() -> acknowledge(notice, tries + 1));
              }
            });
  }

  /** Ends the connection: nothing is told any more. */
  @Override
  public void close() {
    closed = true;
    watch.shutdownNow();
    InputStream in = open;
    if (in != null) {
      close(in);
    }
    thread.interrupt();
    client.shutdownNow();
  }
}
