package dev.bursar.benchmarks.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The Java that runs us, for servers in processes of their own: all with the same heap and
 * collector.
 */
public final class Jvm {

  private static final List<String> SMALL = read("/sidecar.jvm");

  private Jvm() {}

  /** A command line that runs a class of ours. */
  static List<String> command(String mainClass, String... arguments) {
    return command(List.of(), mainClass, arguments);
  }

  /**
   * A command line that runs a class of ours.
   *
   * @param options further options of the JVM
   */
  public static List<String> command(List<String> options, String mainClass, String... arguments) {
    List<String> all = flags();
    all.addAll(options);
    String bursarHome = System.getProperty("bursar.home");
    if (bursarHome != null) {
      all.add("-Dbursar.home=" + bursarHome);
    }
    return line(all, mainClass, arguments);
  }

  /** A command line that runs a class of ours with the flags of a sidecar. */
  public static List<String> small(String mainClass, String... arguments) {
    List<String> flags = new ArrayList<>(SMALL);
    flags.add("--enable-native-access=ALL-UNNAMED");
    flags.addAll(ofRelease());
    return line(flags, mainClass, arguments);
  }

  /** What else {@code bin/bursar} sets for a sidecar. */
  public static Map<String, String> smallEnvironment(String key) {
    return Map.of("BURSAR_KEY", key, "MALLOC_ARENA_MAX", "1");
  }

  /** The flags in an argument file of {@code java}. */
  private static List<String> read(String resource) {
    try (InputStream in = Jvm.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .flatMap(line -> Arrays.stream(line.split(" ")))
          .filter(flag -> !flag.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> line(List<String> flags, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(home().resolve("bin").resolve("java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  static Path home() {
    return Path.of(System.getProperty("java.home"));
  }

  static List<String> flags() {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-Xms1g",
                "-Xmx1g",
                "-XX:+UseG1GC",
                "-XX:MaxTenuringThreshold=1",
                "-XX:MaxGCPauseMillis=100",
                "--enable-native-access=ALL-UNNAMED"));
    flags.addAll(ofRelease());
    return flags;
  }

  /** What only later releases know. */
  private static List<String> ofRelease() {
    int release = Runtime.version().feature();
    List<String> flags = new ArrayList<>();
    if (release >= 23) {
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (release >= 25) {
      flags.add("-XX:+UseCompactObjectHeaders");
    }
    return flags;
  }
}
