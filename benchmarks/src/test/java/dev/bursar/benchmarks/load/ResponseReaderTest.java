package dev.bursar.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseReaderTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100_000})
  void readsOneAfterAnotherHoweverTheBytesArrive(int bytesAtATime) throws IOException {
    ResponseReader reader =
        reader(
            bytesAtATime,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nIdempotency-Replayed: true\r\n\r\n",
            "3\r\nabc\r\nA;name=value\r\ndefghijklm\r\n0\r\nTrailer: x\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 429 Too Many Requests\r\ncontent-length:0\r\nRETRY-AFTER: 3 \r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\nuntil the end");

    Response first = reader.read();
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.text()).isEqualTo("{\"a\":1}");
    assertThat(first.keepAlive()).isTrue();
    assertThat(first.replayed()).isFalse();

    Response second = reader.read();
    assertThat(second.status()).isEqualTo(201);
    assertThat(second.text()).isEqualTo("abcdefghijklm");
    assertThat(second.replayed()).isTrue();

    assertThat(reader.read().status()).isEqualTo(204);

    Response fourth = reader.read();
    assertThat(fourth.outcome()).isEqualTo(Outcome.OVERLOADED);
    assertThat(fourth.retryAfterSeconds()).isEqualTo(3);

    Response last = reader.read();
    assertThat(last.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(last.text()).isEqualTo("until the end");
    assertThat(last.keepAlive()).isFalse();
    assertThat(last.retryAfterSeconds()).isEqualTo(Response.NO_RETRY_AFTER);
  }

  @Test
  void aBodyLongerThanTheBufferIsWhole() throws IOException {
    String body = "0123456789".repeat(10_000);
    ResponseReader reader =
        reader(1_000, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body);
    assertThat(reader.read().text()).isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n"
      })
  void whatIsNoHttpIsMalformed(String bytes) {
    assertFailure(Outcome.MALFORMED, bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
      })
  void anEndBeforeTheEndIsAReset(String bytes) {
    assertFailure(Outcome.RESET, bytes);
  }

  private static void assertFailure(Outcome outcome, String bytes) {
    assertThatExceptionOfType(CallFailure.class)
        .isThrownBy(() -> reader(3, bytes).read())
        .satisfies(failure -> assertThat(failure.outcome()).isEqualTo(outcome));
  }

  private static ResponseReader reader(int bytesAtATime, String... parts) {
    byte[] all = String.join("", parts).getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer rest = ByteBuffer.wrap(all);
    return new ResponseReader(
        new ReadableByteChannel() {
          @Override
          public int read(ByteBuffer into) {
            if (!rest.hasRemaining()) {
              return -1;
            }
            int length = Math.min(bytesAtATime, Math.min(rest.remaining(), into.remaining()));
            into.put(rest.slice(rest.position(), length));
            rest.position(rest.position() + length);
            return length;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        });
  }
}
