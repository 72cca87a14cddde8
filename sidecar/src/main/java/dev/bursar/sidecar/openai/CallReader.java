package dev.bursar.sidecar.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.bursar.api.json.Names;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a request's body what it may cost. The body is sent on as it came, but for one option
 * that makes a stream tell what it used.
 */
final class CallReader {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // What is there twice could be read here as one thing, and there as another.
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** What something costs that has no text: a picture, a recording, a file. */
  private static final long TOKENS_OF_MEDIA = 1_000;

  private static final long COUNT_MAX = 1_000_000_000L;
  private static final Set<String> TEXTS = Set.of("prompt", "input", "instructions");
  private static final Set<String> MEDIA = Set.of("image_url", "data", "file_data");
  private static final String DATA_URL = "data:";
  private static final String ASKED = "\"include_usage\":true";

  private final Operation operation;
  private final byte[] body;
  private final JsonParser in;

  private @Nullable String model;
  private boolean stream;
  private long textBytes;
  private long otherTokens;
  private long outputMax = -1;
  private long choices = 1;
  private long bestOf = 1;
  private long prompts = 1;
  private boolean asksForUsage;
  private @Nullable Edit edit;

  /** A part of the body that is sent on otherwise. */
  private record Edit(int at, int cut, String text) {}

  private CallReader(Operation operation, byte[] body, JsonParser in) {
    this.operation = operation;
    this.body = body;
    this.in = in;
  }

  /**
   * Reads a call.
   *
   * @param outputTokens of the answer, where the client sets no bound
   * @throws Fault if the body is no JSON object, or names no model
   */
  static ModelCall read(Operation operation, byte[] body, long outputTokens) {
    try (JsonParser in = FACTORY.createParser(body)) {
      return new CallReader(operation, body, in).read(outputTokens);
    } catch (JsonParseException e) {
      throw malformed(e.getOriginalMessage());
    } catch (IOException | ArithmeticException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private static Fault malformed(String why) {
    return Problem.of(400, "malformed_json", "the body can't be read as JSON: " + why).fault();
  }

  private ModelCall read(long outputTokens) throws IOException {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw malformed("it is no object");
    }
    int begin = (int) in.currentLocation().getByteOffset();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      field(in.currentName(), in.nextToken());
    }
    if (in.nextToken() != null) {
      throw malformed("something follows the object");
    }
    if (model == null) {
      throw Problem.invalid("model", "is required, a string").fault();
    }
    if (edit == null) {
      edit = new Edit(begin, 0, "\"stream_options\":{" + ASKED + "},");
    }
    boolean adds = stream && operation.tellsUsageIfAsked() && !asksForUsage;
    return new ModelCall(
        model,
        Tokens.ofBytes(textBytes) + otherTokens,
        operation.hasOutput()
            ? Math.multiplyExact(
                outputMax >= 0 ? outputMax : outputTokens,
                Math.multiplyExact(Math.max(choices, bestOf), Math.max(1, prompts)))
            : 0,
        outputMax >= 0,
        adds,
        adds ? edited(edit) : body);
  }

  private void field(String name, JsonToken token) throws IOException {
    switch (name) {
      case "model" -> {
        if (token != JsonToken.VALUE_STRING) {
          throw Problem.invalid("model", "is required, a string").fault();
        }
        model = Names.checked("model", in.getText());
      }
      case "stream" -> stream = isTrue(name, token);
      // Of two the larger: which of them the API goes by is its own affair.
      case "max_completion_tokens", "max_output_tokens", "max_tokens" -> {
        if (operation.isBoundedBy(name)) {
          outputMax = Math.max(outputMax, count(name, token, -1));
        } else {
          skip(name, token);
        }
      }
      case "n" -> choices = Math.max(1, count(name, token, 1));
      case "best_of" -> bestOf = Math.max(1, count(name, token, 1));
      case "stream_options" -> options(token);
      case "background" -> {
        if (isTrue(name, token)) {
          throw Problem.of(
                  403,
                  "not_metered",
                  "is not passed on: what runs in the background tells nobody what it used")
              .at("background")
              .fault();
        }
      }
      default -> {
        if (name.equals("prompt") && token == JsonToken.START_ARRAY) {
          prompts();
        } else {
          skip(name, token);
        }
      }
    }
  }

  private static boolean isTrue(String name, JsonToken token) {
    if (token.isBoolean() || token == JsonToken.VALUE_NULL) {
      return token == JsonToken.VALUE_TRUE;
    }
    throw Problem.invalid(name, "is neither true nor false").fault();
  }

  private long count(String name, JsonToken token, long absent) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return absent;
    }
    if (token == JsonToken.VALUE_NUMBER_INT && in.getTextLength() <= 18) {
      long count = in.getLongValue();
      if (count >= 0 && count <= COUNT_MAX) {
        return count;
      }
    }
    throw Problem.invalid(name, "is no whole number from 0 to " + COUNT_MAX).fault();
  }

  /** A list of texts, or of lists of tokens, is a prompt each; a list of tokens is one. */
  private void prompts() throws IOException {
    long items = 0;
    boolean isOfTokens = false;
    for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
      isOfTokens |= token == JsonToken.VALUE_NUMBER_INT;
      items++;
      value("prompt", token);
    }
    prompts = isOfTokens ? 1 : items;
  }

  private void skip(String name, JsonToken token) throws IOException {
    // At the top level there are options besides, which are no text.
    if (token.isStructStart() || TEXTS.contains(name)) {
      value(name, token);
    }
  }

  /** Counts a value, with all that is in it. */
  private void value(String name, JsonToken first) throws IOException {
    String field = name;
    boolean isTokens = name.equals("prompt") || name.equals("input");
    int depth = 0;
    for (JsonToken token = first; token != null; token = in.nextToken()) {
      switch (token) {
        case START_OBJECT, START_ARRAY -> {
          if (token == JsonToken.START_OBJECT && field.equals("image_url")) {
            otherTokens += TOKENS_OF_MEDIA;
            in.skipChildren();
          } else {
            depth++;
          }
        }
        case END_OBJECT, END_ARRAY -> depth--;
        case FIELD_NAME -> {
          field = in.currentName();
          textBytes += field.length();
        }
        case VALUE_STRING -> text(field);
        case VALUE_NUMBER_INT -> otherTokens += isTokens ? 1 : 0;
        default -> {}
      }
      if (depth == 0) {
        return;
      }
    }
  }

  private void text(String field) throws IOException {
    char[] chars = in.getTextCharacters();
    int from = in.getTextOffset();
    int length = in.getTextLength();
    if (isMedia(field, chars, from, length)) {
      otherTokens += TOKENS_OF_MEDIA;
    } else {
      textBytes += bytes(chars, from, length);
    }
  }

  /** A picture, recording or file, or where it is. What a model reads as a text has spaces. */
  private static boolean isMedia(String field, char[] chars, int from, int length) {
    if (!MEDIA.contains(field) && !(field.equals("url") && isDataUrl(chars, from, length))) {
      return false;
    }
    for (int i = from; i < from + length; i++) {
      if (Character.isWhitespace(chars[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDataUrl(char[] chars, int from, int length) {
    for (int i = 0; i < DATA_URL.length(); i++) {
      if (i >= length || chars[from + i] != DATA_URL.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The length of a text as UTF-8. */
  static long bytes(char[] chars, int from, int length) {
    long bytes = length;
    for (int i = from; i < from + length; i++) {
      char c = chars[i];
      // Half of a pair makes two bytes of the pair's four.
      bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
    }
    return bytes;
  }

  private void options(JsonToken token) throws IOException {
    int at = offset();
    if (token == JsonToken.VALUE_NULL) {
      edit = new Edit(at, 4, "{" + ASKED + "}");
      return;
    }
    if (token != JsonToken.START_OBJECT) {
      throw Problem.invalid("stream_options", "is no object").fault();
    }
    boolean isEmpty = true;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      isEmpty = false;
      boolean isIt = in.currentName().equals("include_usage");
      JsonToken value = in.nextToken();
      if (!isIt) {
        in.skipChildren();
      } else if (value == JsonToken.VALUE_TRUE) {
        asksForUsage = true;
      } else if (value == JsonToken.VALUE_FALSE || value == JsonToken.VALUE_NULL) {
        edit = new Edit(offset(), in.getTextLength(), "true");
      } else {
        throw Problem.invalid("stream_options.include_usage", "is neither true nor false").fault();
      }
    }
    if (edit == null) {
      edit = new Edit(at + 1, 0, ASKED + (isEmpty ? "" : ","));
    }
  }

  private int offset() {
    return (int) in.currentTokenLocation().getByteOffset();
  }

  private byte[] edited(Edit it) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + it.text().length());
    out.write(body, 0, it.at());
    out.writeBytes(it.text().getBytes(StandardCharsets.UTF_8));
    out.write(body, it.at() + it.cut(), body.length - it.at() - it.cut());
    return out.toByteArray();
  }
}
