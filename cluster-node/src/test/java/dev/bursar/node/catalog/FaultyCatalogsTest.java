package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Catalogs with faults, and beside each the whole of what is told of it. */
final class FaultyCatalogsTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "catalogs");

  @ParameterizedTest
  @ValueSource(strings = {"everything", "formulas"})
  void everyFaultIsTold(String name) throws IOException {
    String yaml = Files.readString(FOLDER.resolve(name + ".yaml"));
    String faults = Files.readString(FOLDER.resolve(name + ".faults"));
    assertThatThrownBy(() -> CatalogFile.parse(yaml)).hasMessage(faults.stripTrailing());
  }
}
