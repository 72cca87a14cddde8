package dev.bursar.sidecar.gateway;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.problem.Fault;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Who may spend through a gateway. */
final class DoorTest {

  private final Door door = new Door("secret"::equals);

  @Test
  void whoIsHereMayAndWhoIsElsewhereNeedsTheKey() throws Exception {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    InetAddress hereToo = InetAddress.getByName("::1");
    InetAddress elsewhere = InetAddress.getByName("10.0.0.7");
    assertThatCode(() -> door.demand(here, null)).doesNotThrowAnyException();
    assertThatCode(() -> door.demand(hereToo, null)).doesNotThrowAnyException();
    assertThatCode(() -> door.demand(elsewhere, "secret")).doesNotThrowAnyException();
    assertThatThrownBy(() -> door.demand(here, "other")).isInstanceOf(Fault.class);
    assertThatThrownBy(() -> door.demand(elsewhere, null)).isInstanceOf(Fault.class);
    assertThatThrownBy(() -> door.demand(elsewhere, "other")).isInstanceOf(Fault.class);
    assertThatThrownBy(() -> door.demand(null, null)).isInstanceOf(Fault.class);
  }
}
