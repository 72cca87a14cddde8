package dev.bursar.sidecar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.pekko.stream.BufferOverflowException;
import org.apache.pekko.stream.StreamTcpException;
import org.junit.jupiter.api.Test;

final class UnsentTest {

  @Test
  void whatFoundNoConnectionWasNotSentAndWhatBrokeMayHaveBeen() {
    assertThat(Unsent.is(new StreamTcpException("Tcp command [Connect(..)] failed"))).isTrue();
    assertThat(Unsent.is(new BufferOverflowException("1024 wait"))).isTrue();
    assertThat(Unsent.is(new StreamTcpException("Connection reset by peer"))).isFalse();
    assertThat(Unsent.is(new IOException("broken"))).isFalse();
  }
}
