package dev.bursar.database.proxy;

import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/**
 * Takes one direction of a connection with PostgreSQL apart into messages (protocol 3.0, not
 * encrypted), however the bytes arrive. For one thread.
 */
final class PostgresMessages {

  /** Of a message's body; a statement's name and beginning are in it. */
  private static final int HEAD_BYTES = 512;

  private static final int LENGTH_BYTES = 4;

  /** The type of the one message that has none: the first that a client sends. */
  static final char STARTUP = 0;

  private final BiConsumer<Character, String> listener;
  private final byte[] head = new byte[HEAD_BYTES];
  private char type;
  private boolean typeKnown;
  private int lengthBytesSeen;
  private int length;
  private int bodySeen;

  /**
   * @param byClient whether it is the client who speaks
   * @param listener is told each message's type and the beginning of its body, byte for character
   */
  PostgresMessages(boolean byClient, BiConsumer<Character, String> listener) {
    this.listener = listener;
    this.type = STARTUP;
    this.typeKnown = byClient;
  }

  void take(byte[] bytes, int count) {
    int at = 0;
    while (at < count) {
      if (!typeKnown) {
        type = (char) (bytes[at++] & 0xff);
        typeKnown = true;
      } else if (lengthBytesSeen < LENGTH_BYTES) {
        length = length << 8 | bytes[at++] & 0xff;
        lengthBytesSeen++;
        endIfComplete();
      } else {
        int more = Math.min(count - at, length - LENGTH_BYTES - bodySeen);
        int kept = Math.max(0, Math.min(more, HEAD_BYTES - bodySeen));
        System.arraycopy(bytes, at, head, Math.min(bodySeen, HEAD_BYTES), kept);
        at += more;
        bodySeen += more;
        endIfComplete();
      }
    }
  }

  private void endIfComplete() {
    if (lengthBytesSeen == LENGTH_BYTES && bodySeen == length - LENGTH_BYTES) {
      listener.accept(
          type, new String(head, 0, Math.min(bodySeen, HEAD_BYTES), StandardCharsets.ISO_8859_1));
      typeKnown = false;
      lengthBytesSeen = 0;
      length = 0;
      bodySeen = 0;
    }
  }
}
