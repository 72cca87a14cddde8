package dev.bursar.sidecar.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.sidecar.server.JsonTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is a stream of events. An event goes on as soon as its last byte has come; what
 * was asked for by the proxy alone does not. One that is longer than a megabyte goes on in parts.
 * What can't be read, or is longer even without its long texts, is text for all that is known.
 */
final class EventScan implements Scan {

  private static final int EVENT_BYTES_MAX = 1 << 20;
  private static final String LAST = "[DONE]";
  private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

  private final boolean stripsUsage;
  private final ToldTokens told = new ToldTokens();
  private final ByteArrayOutputStream event = new ByteArrayOutputStream(1_024);

  /** The same without its long texts. */
  private final ByteArrayOutputStream read = new ByteArrayOutputStream(1_024);

  private final LongTexts texts = new LongTexts();
  private ByteArrayOutputStream onward = new ByteArrayOutputStream();
  private int lineBytes;
  private boolean isTooLong;
  private long unread;
  private long textBytes;

  /**
   * @param stripsUsage whether the client has not asked for the event that tells of usage
   */
  EventScan(boolean stripsUsage) {
    this.stripsUsage = stripsUsage;
  }

  @Override
  public byte[] take(byte[] bytes) {
    for (byte each : bytes) {
      event.write(each);
      if (read.size() < EVENT_BYTES_MAX) {
        texts.take(each, read);
      } else {
        unread++;
      }
      if (each == '\n') {
        texts.beginLine();
        if (lineBytes == 0) {
          ended();
        }
        lineBytes = 0;
      } else if (each != '\r') {
        lineBytes++;
      }
      if (event.size() >= EVENT_BYTES_MAX) {
        isTooLong = true;
        pass();
      }
    }
    return out();
  }

  @Override
  public byte[] end() {
    // The last one may lack its blank line.
    ended();
    return out();
  }

  private byte[] out() {
    byte[] out = onward.toByteArray();
    onward = new ByteArrayOutputStream();
    return out;
  }

  private void pass() {
    onward.writeBytes(event.toByteArray());
    event.reset();
  }

  private void ended() {
    boolean isForUsAlone = false;
    if (unread > 0) {
      textBytes += unread + read.size();
    } else {
      isForUsAlone = isForUsAlone(read.toByteArray());
    }
    if (isTooLong || !isForUsAlone) {
      pass();
    }
    event.reset();
    read.reset();
    isTooLong = false;
    unread = 0;
  }

  /** Reads an event; whether the client is not to see it. */
  private boolean isForUsAlone(byte[] raw) {
    byte[] data = data(raw);
    JsonNode json = json(data);
    if (json == null) {
      String text = new String(data, StandardCharsets.UTF_8).strip();
      textBytes += text.equals(LAST) ? 0 : LongTexts.bytes(text);
      return false;
    }
    JsonNode usage =
        json.path("usage").isObject() ? json.path("usage") : json.at("/response/usage");
    numbers(usage);
    for (JsonNode choice : json.path("choices")) {
      text(choice.path("text"));
      texts(choice.path("delta"));
    }
    text(json.path("delta"));
    return stripsUsage && usage.isObject() && json.path("choices").isEmpty() && json.has("choices");
  }

  private void numbers(JsonNode usage) {
    usage
        .properties()
        .forEach(
            each -> {
              if (each.getValue().isIntegralNumber() && each.getValue().canConvertToLong()) {
                told.number(each.getKey(), each.getValue().asLong());
              } else if (each.getValue().isObject()) {
                numbers(each.getValue());
              }
            });
  }

  /** All texts in what was added to an answer. */
  private void texts(JsonNode node) {
    for (Map.Entry<String, JsonNode> each : node.properties()) {
      if (TEXTS.contains(each.getKey())) {
        text(each.getValue());
      }
      texts(each.getValue());
    }
    if (node.isArray()) {
      node.forEach(this::texts);
    }
  }

  private void text(JsonNode node) {
    if (node.isTextual()) {
      textBytes += LongTexts.bytes(node.textValue());
    }
  }

  /** The event's data. */
  private static byte[] data(byte[] raw) {
    ByteArrayOutputStream data = new ByteArrayOutputStream(raw.length);
    int begin = 0;
    for (int i = 0; i <= raw.length; i++) {
      if (i < raw.length && raw[i] != '\n') {
        continue;
      }
      if (isData(raw, begin, i)) {
        data.write(raw, begin + DATA.length, i - begin - DATA.length);
        data.write('\n');
      }
      begin = i + 1;
    }
    return data.toByteArray();
  }

  /** Data as an object of JSON; null if it is none. */
  private static @Nullable JsonNode json(byte[] data) {
    try {
      JsonNode json = data.length == 0 ? null : JsonTree.read(data);
      return json != null && json.isObject() ? json : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean isData(byte[] raw, int from, int to) {
    if (to - from < DATA.length) {
      return false;
    }
    for (int i = 0; i < DATA.length; i++) {
      if (raw[from + i] != DATA[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public @Nullable Tokens told() {
    return told.tokens();
  }

  @Override
  public long outputTokens() {
    return Tokens.ofBytes(textBytes);
  }
}
