package dev.bursar.projections.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {

  @TempDir Path folder;

  @Test
  void isMadeOnceAndReadByItsOwnerAlone() throws IOException {
    Path file = folder.resolve("keys").resolve("ledger.pem");
    SigningKey made = SigningKey.loadOrCreate(file, "bursar.example");
    SigningKey loaded = SigningKey.loadOrCreate(file, "bursar.example");
    assertThat(loaded.verifier()).isEqualTo(made.verifier()).startsWith("bursar.example+");
    assertThat(loaded.note("a\n")).isEqualTo(made.note("a\n"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).startsWith("-----BEGIN PRIVATE KEY-----\n");
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFileThatHoldsNoKeyIsNamed() throws IOException {
    Path file = folder.resolve("ledger.pem");
    Files.writeString(file, "no key");
    assertThatThrownBy(() -> SigningKey.loadOrCreate(file, "bursar.example"))
        .isInstanceOf(SigningKeyUnusable.class)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> SigningKey.loadOrCreate(folder, "bursar.example"))
        .isInstanceOf(SigningKeyUnusable.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void aNameThatNoNoteCouldCarryIsRefused() {
    assertThatThrownBy(() -> SigningKey.loadOrCreate(folder.resolve("k.pem"), "a b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a b");
  }
}
