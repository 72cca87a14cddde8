package dev.bursar.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.wallet.WalletEvent;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps that were made up: in version 1 a hold was a "block", and in version 2 it was "kept". */
final class UpcasterTest {

  private final BatchCodec<WalletEvent> first =
      new BatchCodec<>("wallet", WalletEvent.class, List.of());
  private final BatchCodec<WalletEvent> third =
      new BatchCodec<>(
          "wallet",
          WalletEvent.class,
          List.of(
              batch -> renamed(batch, "block", "kept"), batch -> renamed(batch, "kept", "held")));

  private static ObjectNode renamed(ObjectNode batch, String from, String to) {
    for (JsonNode recorded : batch.withArray("recorded")) {
      if (recorded.get("event") instanceof ObjectNode event
          && event.get(StoredNames.TYPE).textValue().equals(from)) {
        event.put(StoredNames.TYPE, to);
      }
    }
    return batch;
  }

  private static byte[] as(String type, byte[] bytes) throws IOException {
    ObjectNode tree = (ObjectNode) StoredMapping.MAPPER.readTree(bytes);
    return StoredMapping.MAPPER.writeValueAsBytes(renamed(tree, "held", type));
  }

  @Test
  void everyEarlierVersionIsReadAsTheNewest() throws IOException {
    for (Sample<WalletEvent> sample : Sample.wallets()) {
      byte[] newest = third.encode(sample.batch());
      for (Batch<WalletEvent> read :
          List.of(
              third.decode("wallet.1", as("block", newest)),
              third.decode("wallet.2", as("kept", newest)),
              third.decode("wallet.3", newest))) {
        assertThat(read).usingRecursiveComparison().isEqualTo(sample.batch());
        assertThat(third.encode(read)).isEqualTo(newest);
      }
    }
  }

  @Test
  void aStepIsTakenOnlyFromItsOwnVersion() throws IOException {
    Sample<WalletEvent> held =
        Sample.wallets().stream()
            .filter(each -> each.name().equals("held"))
            .findFirst()
            .orElseThrow();
    byte[] newest = third.encode(held.batch());
    byte[] oldest = as("block", newest);
    assertThatThrownBy(() -> third.decode("wallet.2", oldest))
        .isInstanceOf(StoredFormException.class)
        .hasMessageContaining("block");
  }

  @Test
  void theNewestVersionIsWrittenAndANewerOneIsRefused() {
    assertThat(first.manifest()).isEqualTo("wallet.1");
    assertThat(third.manifest()).isEqualTo("wallet.3");
    byte[] bytes = third.encode(Sample.wallets().getFirst().batch());
    assertThatThrownBy(() -> first.decode("wallet.3", bytes))
        .isInstanceOf(StoredFormException.class)
        .hasMessageContaining("the manifest wallet.3 is not known here; wallet.1 to wallet.1 are");
  }

  @Test
  void garbageOfAnEarlierVersionIsRefused() {
    for (byte[] bytes : List.of(new byte[0], new byte[] {1}, new byte[] {(byte) 0xf6})) {
      assertThatThrownBy(() -> third.decode("wallet.1", bytes))
          .isInstanceOf(StoredFormException.class);
    }
  }
}
