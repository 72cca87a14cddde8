package dev.bursar.api.lease;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.util.ByteString;

/** Writes what somebody is told as server-sent events. */
final class EventReader implements Listeners.Reader {

  /** A comment: it says that somebody is there. */
  static final ByteString HEARTBEAT = ByteString.fromString(":\n\n");

  /** Why a stream breaks off; where, is of no use to anybody. */
  private static final class CutOff extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CutOff(Listeners.End why) {
      super("a sidecar is cut off: " + why.name().toLowerCase(Locale.ROOT), null, false, false);
    }
  }

  private final BoundedSourceQueue<ByteString> queue;
  private final StreamTerms terms;

  EventReader(BoundedSourceQueue<ByteString> queue, StreamTerms terms) {
    this.queue = queue;
    this.terms = terms;
  }

  @Override
  public void begun() {
    send(
        "",
        "hello",
        json ->
            json.field("heartbeat_ms", terms.heartbeatEvery().toMillis())
                .field("acknowledge_within_ms", terms.acknowledgeWithin().toMillis()));
  }

  @Override
  public boolean take(Notice notice, boolean awaited) {
    return send(
        "id: " + notice.id() + "\n",
        notice.kind().name().toLowerCase(Locale.ROOT),
        json ->
            json.field("notice", notice.id())
                .field("org", notice.org())
                .field("lease", notice.lease())
                .field("awaited", awaited));
  }

  private boolean send(String id, String event, Consumer<JsonWriter> data) {
    return queue
        .offer(
            ByteString.fromString(
                "%sevent: %s\ndata: %s\n\n".formatted(id, event, JsonWriter.text(data))))
        .isEnqueued();
  }

  /** Whoever reads too slowly gets nothing of what still waits. */
  @Override
  public void ended(Listeners.End why) {
    switch (why) {
      case SLOW, SILENT -> queue.fail(new CutOff(why));
      case REPLACED, STOPPED -> queue.complete();
    }
  }
}
