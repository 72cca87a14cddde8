package dev.bursar.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What was stored once is read for ever. A golden file is added, never edited: {@code mvn verify
 * -Dgolden=write} writes those that are missing, and leaves the others as they are. Beside each is
 * what it says, as JSON, for people.
 */
final class GoldenFilesTest {

  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden");
  private static final boolean WRITE = "write".equals(System.getProperty("golden"));

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** A golden file: of which version, called what, its bytes now, and how it is read and kept. */
  private record Golden(String manifest, String name, byte[] now, Object value, Reading reading) {
    Path file() {
      return FOLDER.resolve(manifest).resolve(name + ".cbor");
    }
  }

  private interface Reading {
    Object decode(String manifest, byte[] bytes);
  }

  private static List<Golden> goldens() {
    return Stream.concat(
            Sample.all().map(GoldenFilesTest::golden),
            SnapshotSample.all().map(GoldenFilesTest::golden))
        .toList();
  }

  private static <E> Golden golden(Sample<E> sample) {
    return new Golden(
        sample.codec().manifest(),
        sample.name(),
        sample.encoded(),
        sample.batch(),
        sample.codec()::decode);
  }

  private static <S> Golden golden(SnapshotSample<S> sample) {
    return new Golden(
        sample.codec().manifest(),
        sample.name(),
        sample.encoded(),
        sample.snapshot(),
        sample.codec()::decode);
  }

  @BeforeAll
  static void writeWhatIsMissing() throws IOException {
    for (Golden golden : goldens()) {
      if (WRITE && !Files.exists(golden.file())) {
        write(golden.file(), golden.now());
      }
    }
  }

  @Test
  void everySampleIsStoredAsItsGoldenFile() throws IOException {
    for (Golden golden : goldens()) {
      Path file = golden.file();
      assertThat(file).as("mvn verify -Dgolden=write adds it").exists();
      assertThat(Files.readAllBytes(file)).as(file.toString()).isEqualTo(golden.now());
    }
  }

  @Test
  void everyGoldenFileIsReadAsItsSample() throws IOException {
    Map<String, Golden> samples =
        goldens().stream()
            .collect(Collectors.toMap(g -> kind(g.manifest()) + g.name(), Function.identity()));
    List<Path> files = files(".cbor");
    assertThat(files).hasSizeGreaterThanOrEqualTo(samples.size());
    for (Path file : files) {
      String manifest = FOLDER.relativize(file).getName(0).toString();
      Golden sample = samples.get(kind(manifest) + name(file));
      assertThat(sample).as("the sample of %s", file).isNotNull();
      assertThat(sample.reading().decode(manifest, Files.readAllBytes(file)))
          .as(file.toString())
          .usingRecursiveComparison()
          .isEqualTo(sample.value());
    }
  }

  @Test
  void theJsonBesideItSaysTheSame() throws IOException {
    for (Path file : files(".cbor")) {
      assertThat(Files.readString(json(file))).isEqualTo(asJson(Files.readAllBytes(file)));
    }
    assertThat(files(".json")).hasSameSizeAs(files(".cbor"));
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
    Files.writeString(json(file), asJson(bytes), StandardCharsets.UTF_8);
  }

  private static String asJson(byte[] cbor) throws IOException {
    return JSON.writeValueAsString(StoredMapping.MAPPER.readTree(cbor)) + '\n';
  }

  private static Path json(Path file) {
    return file.resolveSibling(name(file) + ".json");
  }

  private static String name(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String kind(String manifest) {
    return manifest.substring(0, manifest.lastIndexOf('.') + 1);
  }

  private static List<Path> files(String suffix) {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
