package dev.bursar.sidecar.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is unpacked of Envoy's API is enough: a sidecar does not have the rest. */
class UnpackedTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auth.v3.CheckRequest",
        "auth.v3.CheckResponse",
        "ratelimit.v3.RateLimitRequest",
        "ratelimit.v3.RateLimitResponse"
      })
  void aMessageIsKnownWithAllThatItNames(String message) throws Exception {
    try (URLClassLoader sidecar =
        new URLClassLoader(withoutEnvoysJar(), ClassLoader.getPlatformClassLoader())) {
      Class<?> type = sidecar.loadClass("io.envoyproxy.envoy.service." + message);

      Object descriptor = type.getMethod("getDescriptor").invoke(null);

      assertThat(descriptor).isNotNull();
      assertThat(type.getMethod("getDefaultInstance").invoke(null)).hasToString("");
    }
  }

  private static URL[] withoutEnvoysJar() throws Exception {
    List<URL> rest = new ArrayList<>();
    String[] all = System.getProperty("java.class.path").split(File.pathSeparator, -1);
    for (String each : all) {
      if (!each.contains("controlplane")) {
        rest.add(new File(each).toURI().toURL());
      }
    }
    assertThat(rest).hasSize(all.length - 1);
    return rest.toArray(URL[]::new);
  }
}
