package dev.bursar.sidecar.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is one JSON object. It goes on as it comes, however long it is: nothing of it is
 * kept. What is no JSON, or can't be read, tells nothing, and is text for all that is known.
 */
final class JsonScan implements Scan {

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final byte[] NOTHING = new byte[0];

  private final JsonParser in;
  private final ByteArrayFeeder feeder;
  private final LongTexts texts = new LongTexts();
  private final ToldTokens told = new ToldTokens();
  private long textBytes;
  private long bytes;
  private boolean isReadable = true;

  JsonScan() {
    try {
      in = FACTORY.createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    feeder = (ByteArrayFeeder) in.getNonBlockingInputFeeder();
  }

  @Override
  public byte[] take(byte[] next) {
    bytes += next.length;
    if (isReadable && next.length > 0) {
      try {
        byte[] shortened = texts.shortened(next);
        feeder.feedInput(shortened, 0, shortened.length);
        for (JsonToken token = in.nextToken();
            token != null && token != JsonToken.NOT_AVAILABLE;
            token = in.nextToken()) {
          see(token);
        }
      } catch (IOException e) {
        isReadable = false;
      }
    }
    return next;
  }

  private void see(JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_INT && in.getTextLength() <= 18) {
      JsonStreamContext context = in.getParsingContext();
      if (context.inObject() && isOfUsage(context)) {
        told.number(context.getCurrentName(), in.getLongValue());
      }
    } else if (token == JsonToken.VALUE_STRING) {
      JsonStreamContext context = in.getParsingContext();
      String part = partOf(context);
      boolean isAnswer = "choices".equals(part) || "output".equals(part);
      if (isAnswer && context.inObject() && TEXTS.contains(context.getCurrentName())) {
        textBytes += LongTexts.bytes(in.getText());
      }
    }
  }

  /** Whether something is in {@code usage}, or in an object within that. */
  private static boolean isOfUsage(JsonStreamContext context) {
    JsonStreamContext parent = context.getParent();
    boolean isDirect = parent.getParent() != null && parent.getParent().inRoot();
    return "usage".equals(partOf(context)) && (isDirect || parent.getParent().getParent().inRoot());
  }

  /** The field of the whole that something is in, or null. */
  private static @Nullable String partOf(JsonStreamContext context) {
    JsonStreamContext each = context;
    JsonStreamContext parent = each.getParent();
    while (parent != null && !parent.inRoot()) {
      each = parent;
      parent = each.getParent();
    }
    return each == context ? null : each.getCurrentName();
  }

  @Override
  public byte[] end() {
    return NOTHING;
  }

  @Override
  public @Nullable Tokens told() {
    return told.tokens();
  }

  @Override
  public boolean isPartlyEstimated() {
    return false;
  }

  @Override
  public long reachedTokens() {
    return outputTokens();
  }

  @Override
  public long outputTokens() {
    return Tokens.ofBytes(isReadable ? textBytes : bytes);
  }
}
