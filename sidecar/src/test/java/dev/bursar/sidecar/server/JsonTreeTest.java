package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees are those that a mapper of objects would make. */
class JsonTreeTest {

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "17",
        "\"one\"",
        "{}",
        "[]",
        "{\"a\":1,\"b\":[true,false,null,{\"c\":\"é€😀\\n\"}],\"d\":{\"e\":[[],{}]}}",
        "[0,-1,2147483647,2147483648,-9223372036854775808,9223372036854775808,0.1,-2.5e3,1e400]",
        "{\"twice\":1,\"twice\":2}",
        "{\"a\":1} and what follows"
      })
  void isReadAsByAMapper(String json) throws IOException {
    assertThat(JsonTree.read(utf8(json))).isEqualTo(new ObjectMapper().readTree(utf8(json)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "{\"a\"", "{\"a\":", "[1", "[1,", "\"one", "{\"a\":}", "tru", "}", "]"})
  void whatBreaksOffIsNoJson(String json) {
    assertThatIOException().isThrownBy(() -> JsonTree.read(utf8(json)));
  }
}
