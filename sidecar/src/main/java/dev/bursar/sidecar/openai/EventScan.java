package dev.bursar.sidecar.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.api.json.Body;
import dev.bursar.sidecar.server.JsonTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is a stream of events, in lines that end as the standard of server-sent events has
 * it: by CR, LF or both. An event goes on as soon as its last byte has come; what was asked for by
 * the proxy alone does not. One that is longer than 64 KiB goes on in parts, so that little of it
 * is in memory. What can't be read, or is longer than a megabyte even without its long texts, is
 * text for all that is known.
 */
final class EventScan implements Scan {

  private static final int HELD_BYTES_MAX = 1 << 16;
  private static final int READ_BYTES_MAX = 1 << 20;
  private static final String LAST = "[DONE]";

  /** What may come before all else, and belongs to no line. */
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

  private final boolean stripsUsage;
  private final ToldTokens told = new ToldTokens();
  private final ByteArrayOutputStream event = new ByteArrayOutputStream(1_024);

  /** The same without its long texts. */
  private final ByteArrayOutputStream read = new ByteArrayOutputStream(1_024);

  private final LongTexts texts = new LongTexts();
  private ByteArrayOutputStream onward = new ByteArrayOutputStream();
  private int markBytes;
  private int lineBytes;
  private boolean isAfterCr;
  private boolean isTooLong;
  private boolean hasPassed;
  private long unread;
  private long textBytes;

  /** How much of the text had come when output was told of last. */
  private long toldTextBytes;

  private long reachedTokens;

  /**
   * @param stripsUsage whether the client has not asked for the event that tells of usage
   */
  EventScan(boolean stripsUsage) {
    this.stripsUsage = stripsUsage;
  }

  @Override
  public byte[] take(byte[] bytes) {
    for (byte each : bytes) {
      if (isAfterCr && each == '\n') {
        endedByBoth();
      } else if (markBytes < BYTE_ORDER_MARK.length && each == BYTE_ORDER_MARK[markBytes]) {
        markBytes++;
        event.write(each);
      } else {
        markBytes = BYTE_ORDER_MARK.length;
        take(each);
      }
    }
    return out();
  }

  private void take(byte each) {
    isAfterCr = each == '\r';
    boolean isLineEnd = isAfterCr || each == '\n';
    event.write(each);
    if (isLineEnd) {
      texts.beginLine();
    }
    if (read.size() < READ_BYTES_MAX) {
      texts.take(isLineEnd ? (byte) '\n' : each, read);
    } else {
      unread++;
    }
    if (!isLineEnd) {
      lineBytes++;
    } else if (lineBytes == 0) {
      ended();
    } else {
      lineBytes = 0;
    }
    if (event.size() >= HELD_BYTES_MAX) {
      isTooLong = true;
      hasPassed = true;
      pass();
    }
  }

  /** The line has ended already; this belongs to its end, and goes where that went. */
  private void endedByBoth() {
    isAfterCr = false;
    if (event.size() > 0) {
      event.write('\n');
    } else if (hasPassed) {
      onward.write('\n');
    }
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
      reachedTokens = tokens();
    } else {
      isForUsAlone = isForUsAlone(read.toByteArray());
    }
    hasPassed = isTooLong || !isForUsAlone;
    if (hasPassed) {
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
    long before = textBytes;
    if (json == null) {
      String text = new String(data, StandardCharsets.UTF_8).strip();
      boolean isLast = text.equals(LAST);
      textBytes += isLast ? 0 : LongTexts.bytes(text);
      reached(textBytes > before, isLast);
      return false;
    }
    boolean goesOn = false;
    for (JsonNode choice : json.path("choices")) {
      text(choice.path("text"));
      texts(choice.path("delta"));
      goesOn |= !choice.path("finish_reason").isTextual();
    }
    text(json.path("delta"));
    JsonNode usage =
        json.path("usage").isObject() ? json.path("usage") : json.at("/response/usage");
    long toldBefore = told.output();
    numbers(usage);
    boolean hasNoChoice = json.path("choices").isEmpty();
    boolean isMore =
        (textBytes > before && (goesOn || hasNoChoice)) || (goesOn && told.output() > toldBefore);
    reached(isMore, hasNoChoice ? usage.isObject() : !goesOn);
    return stripsUsage && usage.isObject() && hasNoChoice && json.has("choices");
  }

  /**
   * What ends an answer has no text: then it is no longer of use to stop it, whatever the text
   * before has come to. If more comes all the same, it counts with that.
   *
   * @param isMore whether there is more text, or an answer that goes on says that it used more, as
   *     for reasoning that it does not show
   */
  private void reached(boolean isMore, boolean mayBeLast) {
    if (isMore) {
      reachedTokens = tokens();
    } else if (mayBeLast) {
      reachedTokens = 0;
    }
  }

  /** What the text comes to: as far as it was told of, as it was told. */
  private long tokens() {
    return Math.min(Body.UNITS_MAX, told.output() + Tokens.ofBytes(textBytes - toldTextBytes));
  }

  private void numbers(JsonNode usage) {
    usage
        .properties()
        .forEach(
            each -> {
              if (each.getValue().isIntegralNumber() && each.getValue().canConvertToLong()) {
                if (told.number(each.getKey(), each.getValue().asLong())) {
                  toldTextBytes = textBytes;
                }
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
    Tokens tokens = told.tokens();
    return tokens == null ? null : new Tokens(tokens.input(), tokens.cachedInput(), tokens());
  }

  @Override
  public boolean isPartlyEstimated() {
    return textBytes > toldTextBytes;
  }

  @Override
  public long reachedTokens() {
    return reachedTokens;
  }

  @Override
  public long outputTokens() {
    return Tokens.ofBytes(textBytes);
  }
}
