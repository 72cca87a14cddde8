package dev.bursar.node.lease;

import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/** What hubs tell each other, as bytes on their way between two nodes. They are never stored. */
public final class HubMessageSerializer extends SerializerWithStringManifest {

  private static final int IDENTIFIER = 7002;
  private static final String TELL = "tell.1";
  private static final String REACHED = "reached.1";
  private static final String ACKNOWLEDGE = "acknowledge.1";
  private static final String ELSEWHERE = "elsewhere.1";

  private final ExtendedActorSystem system;

  public HubMessageSerializer(ExtendedActorSystem system) {
    this.system = system;
  }

  private ActorRefResolver refs() {
    return ActorRefResolver.get(Adapter.toTyped(system));
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return switch ((HubMessage.BetweenNodes) message) {
      case HubMessage.Tell it -> TELL;
      case HubMessage.Reached it -> REACHED;
      case HubMessage.Acknowledge it -> ACKNOWLEDGE;
      case HubMessage.Elsewhere it -> ELSEWHERE;
    };
  }

  @Override
  public byte[] toBinary(Object message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      switch ((HubMessage.BetweenNodes) message) {
        case HubMessage.Tell it -> {
          text(out, it.notice().id());
          text(out, it.notice().kind().name());
          text(out, it.notice().org());
          text(out, it.notice().lease());
          text(out, refs().toSerializationFormat(it.replyTo()));
          out.writeInt(it.awaited().size());
          for (Map.Entry<Listener, Long> each : it.awaited().entrySet()) {
            listener(out, each.getKey());
            out.writeLong(each.getValue());
          }
        }
        case HubMessage.Reached it -> {
          out.writeInt(it.how().size());
          for (Map.Entry<Listener, Listeners.Reached> each : it.how().entrySet()) {
            listener(out, each.getKey());
            text(out, each.getValue().name());
          }
        }
        case HubMessage.Acknowledge it -> {
          listener(out, it.who());
          text(out, it.notice());
        }
        case HubMessage.Elsewhere it -> listener(out, it.who());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return switch (manifest) {
        case TELL -> {
          Notice notice = new Notice(given(in), Notice.Kind.valueOf(given(in)), text(in), text(in));
          String replyTo = given(in);
          Map<Listener, Long> awaited = new HashMap<>();
          for (int left = in.readInt(); left > 0; left--) {
            awaited.put(listener(in), in.readLong());
          }
          yield new HubMessage.Tell(notice, awaited, refs().resolveActorRef(replyTo));
        }
        case REACHED -> {
          Map<Listener, Listeners.Reached> how = new HashMap<>();
          for (int left = in.readInt(); left > 0; left--) {
            how.put(listener(in), Listeners.Reached.valueOf(given(in)));
          }
          yield new HubMessage.Reached(how);
        }
        case ACKNOWLEDGE -> new HubMessage.Acknowledge(listener(in), given(in));
        case ELSEWHERE -> new HubMessage.Elsewhere(listener(in));
        default -> throw new IllegalArgumentException("no message of a hub: " + manifest);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void listener(DataOutputStream out, Listener who) throws IOException {
    text(out, who.key());
    text(out, who.sidecar());
  }

  private static Listener listener(DataInputStream in) throws IOException {
    return new Listener(given(in), given(in));
  }

  private static void text(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String given(DataInputStream in) throws IOException {
    String text = text(in);
    if (text == null) {
      throw new IOException("a text is missing");
    }
    return text;
  }
}
