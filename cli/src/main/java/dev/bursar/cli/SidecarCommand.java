package dev.bursar.cli;

import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.http.SidecarProcess;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bursar sidecar}: local decisions beside an application. */
@Command(
    name = "sidecar",
    mixinStandardHelpOptions = true,
    description = {
      "Decide on this machine, from what a server leases, behind the server's own routes.",
      "An application changes its base URL and nothing else. What is not decided here is passed on.",
      "Ctrl-C reports what was used and gives back what is left."
    })
final class SidecarCommand implements Callable<Integer> {

  private static final long MEGABYTE = 1_048_576;
  private static final long SEGMENT_BYTES = 8 * MEGABYTE;

  @Option(
      names = "--server",
      paramLabel = "URL",
      required = true,
      description = "Where the server is, such as http://bursar:8080")
  private URI server;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      defaultValue = "${env:BURSAR_KEY}",
      description =
          "The secret of a key that may enforce. Requests with this key are decided here, others are"
              + " passed on. Default: $$BURSAR_KEY")
  private @Nullable String key;

  @Option(
      names = "--port",
      defaultValue = "8081",
      description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "The address to listen on. Default: ${DEFAULT-VALUE}")
  private String host;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = ".bursar/sidecar",
      description =
          "Where what was used is kept until the server has it. One directory, one sidecar. Default:"
              + " ${DEFAULT-VALUE}")
  private Path data;

  @Option(
      names = "--name",
      description = "What the server is to call it. Default: this machine's name and the port")
  private @Nullable String name;

  @Option(
      names = "--file-mb",
      paramLabel = "MB",
      defaultValue = "256",
      description =
          "How much usage may be kept that the server does not have, 1 to 1000000. Default:"
              + " ${DEFAULT-VALUE}")
  private long fileMegabytes;

  @Option(
      names = "--when-full",
      paramLabel = "pass|deny",
      defaultValue = "pass",
      description =
          "What is done with requests while so much is kept: pass them to the server, or deny them."
              + " Default: ${DEFAULT-VALUE}")
  private String whenFull;

  @Option(
      names = "--fail-mode",
      paramLabel = "[FEATURE=]deny|allow",
      description =
          "What is done while the server is away and no lease does, of one feature or of all:"
              + " deny, or allow and record it as unchecked. Default: what the plan says, else deny")
  private List<String> failModes = List.of();

  @Override
  public Integer call() throws InterruptedException {
    if (key == null || key.isEmpty()) {
      throw new CommandFailure("--key or $BURSAR_KEY is needed");
    }
    if (server.getHost() == null || !List.of("http", "https").contains(server.getScheme())) {
      throw new CommandFailure(
          "--server: %s is no URL such as http://bursar:8080".formatted(server));
    }
    demand("--port", port, 0, 65_535);
    demand("--file-mb", fileMegabytes, 1, 1_000_000);
    if (!List.of("pass", "deny").contains(whenFull)) {
      throw new CommandFailure("--when-full: %s is neither pass nor deny".formatted(whenFull));
    }
    CountDownLatch stopped = new CountDownLatch(1);
    try (SidecarProcess sidecar = SidecarProcess.start(options(key))) {
      System.out.printf(
          "sidecar of %s on http://%s:%d%nwhat was used is kept in %s%n",
          server, host, sidecar.port(), data.toAbsolutePath());
      UpCommand.awaitInterrupt(stopped);
      return 0;
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    } finally {
      stopped.countDown();
    }
  }

  private SidecarProcess.Options options(String secret) {
    return new SidecarProcess.Options(
        server,
        secret,
        name == null ? machine() + ":" + port : name,
        host,
        port,
        data,
        new UsageFile.Settings(fileMegabytes * MEGABYTE, SEGMENT_BYTES),
        settings());
  }

  private SidecarSettings settings() {
    FailMode any = null;
    Map<String, FailMode> byFeature = new HashMap<>();
    for (String each : failModes) {
      int end = each.lastIndexOf('=');
      FailMode mode = failMode(each, each.substring(end + 1));
      if (end < 0) {
        any = mode;
      } else {
        byFeature.put(each.substring(0, end), mode);
      }
    }
    return SidecarSettings.USUAL.failing(any, byFeature).denyingWhenFull(whenFull.equals("deny"));
  }

  private static FailMode failMode(String option, String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "deny" -> FailMode.DENY;
      case "allow" -> FailMode.ALLOW;
      default ->
          throw new CommandFailure(
              "--fail-mode: %s is neither deny nor allow, nor one of them for a feature"
                  .formatted(option));
    };
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "sidecar";
    }
  }

  private static void demand(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new CommandFailure(
          "%s: %d is not between %d and %d".formatted(option, value, least, most));
    }
  }
}
