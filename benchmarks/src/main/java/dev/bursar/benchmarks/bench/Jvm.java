package dev.bursar.benchmarks.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Java that runs us, for servers in processes of their own: all with the same heap and
 * collector.
 */
public final class Jvm {

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

  /** A command line that runs a class of ours with the heap of a sidecar. */
  public static List<String> small(String mainClass, String... arguments) {
    return line(
        List.of(
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED"),
        mainClass,
        arguments);
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
    int release = Runtime.version().feature();
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-Xms1g",
                "-Xmx1g",
                "-XX:+UseG1GC",
                "-XX:MaxTenuringThreshold=1",
                "-XX:MaxGCPauseMillis=100",
                "--enable-native-access=ALL-UNNAMED"));
    if (release >= 23) {
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (release >= 25) {
      flags.add("-XX:+UseCompactObjectHeaders");
    }
    return flags;
  }
}
