package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no HTTP client would send. */
class WireTest {

  private static final int MEBIBYTE = 1_048_576;

  private static RunningApi api;

  @BeforeAll
  static void start() {
    api = new RunningApi().withAcme();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  /** Sends bytes, and what follows them, until the server has had enough; gives its answer. */
  private static String exchange(String head, byte[] then, long times) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      long sent = 0;
      try {
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        while (sent < times) {
          out.write(then);
          sent++;
        }
        out.flush();
      } catch (SocketException e) {
        // The server has hung up; what it said before is there to be read.
      }
      return read(socket.getInputStream());
    }
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      byte[] buffer = new byte[8_192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
        if (bytes.toString(StandardCharsets.UTF_8).contains("\"request_id\"")) {
          break;
        }
      }
    } catch (SocketException e) {
      // Reset after the answer.
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String post(String more) {
    return "POST /v1/reservations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + api.operator
        + "\r\nContent-Type: application/json\r\n"
        + more
        + "\r\n\r\n";
  }

  private static void problem(String answer, int status, String code) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status)
        .contains("application/problem+json")
        .contains("\"code\":\"" + code + "\"")
        .contains("X-Request-Id: ")
        .doesNotContain("Exception");
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedUnread() throws IOException {
    problem(
        exchange(post("Content-Length: " + 2 * MEBIBYTE), new byte[MEBIBYTE], 2), 413, "too_large");
    problem(exchange(post("Content-Length: 1073741824"), new byte[MEBIBYTE], 64), 413, "too_large");
  }

  @Test
  void aCatalogThatIsTooLargeIsRefused() throws IOException {
    String head =
        post("Content-Length: 10000001")
            .replace("/v1/reservations", "/v1/catalog/versions")
            .replace("application/json", "application/yaml");
    problem(exchange(head, new byte[MEBIBYTE], 10), 413, "too_large");
  }

  /** Nothing may go wrong for it until all is sent; only then it reads. */
  @Test
  void aClientThatSendsAllBeforeItReadsIsToldThatItIsTooLarge() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(post("Content-Length: " + 15 * MEBIBYTE).getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 15; i++) {
        out.write(new byte[MEBIBYTE]);
      }
      out.flush();
      problem(read(socket.getInputStream()), 413, "too_large");
    }
  }

  @Test
  void anEndlessBodyIsCutOff() throws IOException {
    byte[] chunk = ("10000\r\n" + " ".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    problem(exchange(post("Transfer-Encoding: chunked"), chunk, 10_000), 413, "too_large");
  }

  @Test
  void anEndlessExportOfSpansIsCutOffAtABoundOfItsOwn() throws IOException {
    byte[] chunk = ("10000\r\n" + " ".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    String answer =
        exchange(
            post("Transfer-Encoding: chunked").replace("/v1/reservations", "/v1/traces"),
            chunk,
            10_000);
    assertThat(answer)
        .startsWith("HTTP/1.1 413")
        .contains("Content-Type: application/json")
        .contains("bodies of at most 4194304 bytes are accepted (too_large, request ");
  }

  @Test
  void aBodyInChunksIsReadLikeAnyOther() throws IOException {
    String json =
        RunningApi.json(
            "{'subject':{'org':'acme'},'amount':'1','credit_type':'platform','dry_run':true,'x':1}");
    String chunks =
        "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
            .formatted(10, json.substring(0, 10), json.length() - 10, json.substring(10));
    problem(
        exchange(post("Transfer-Encoding: chunked"), chunks.getBytes(StandardCharsets.US_ASCII), 1),
        400,
        "unknown_field");
  }

  @Test
  void withoutAKeyNoBodyIsRead() throws IOException {
    byte[] chunk = ("10000\r\n" + " ".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    problem(
        exchange(
            "POST /v1/reservations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n",
            chunk,
            10_000),
        401,
        "unauthenticated");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1",
        "GET /%zz HTTP/1.1|Host: x",
        "GET /a b HTTP/1.1|Host: x",
        "GET / HTTP/3.7|Host: x",
        "GET / HTTP/1.1|Host: x|Content-Length: x",
        "GET / HTTP/1.1|Host: x|Content-Length: 1|Content-Length: 2",
        "VERYLONGMETHODNAMEINDEED / HTTP/1.1|Host: x"
      })
  void whatIsNotHttp(String request) throws IOException {
    String answer = exchange(request.replace("|", "\r\n") + "\r\n\r\n", new byte[0], 0);
    assertThat(answer)
        .matches("(?s)HTTP/1.1 (4..|501|505) .*")
        .contains("application/problem+json")
        .contains("\"request_id\"")
        .doesNotContain("Illegal", "Exception", "expected");
  }

  @Test
  void anIdempotencyKeyThatIsNotAscii() throws IOException {
    problem(
        exchange(
            post("Content-Length: 2\r\nIdempotency-Key: schl\u00fcssel") + "{}", new byte[0], 0),
        400,
        "malformed_request");
  }

  @Test
  void aTargetThatIsTooLong() throws IOException {
    String answer =
        exchange("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", new byte[0], 0);
    problem(answer, 414, "uri_too_long");
  }

  @Test
  void aHeaderThatIsTooLong() throws IOException {
    String answer =
        exchange(
            "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(10_000) + "\r\n\r\n",
            new byte[0],
            0);
    assertThat(answer).startsWith("HTTP/1.1 4").contains("application/problem+json");
  }
}
