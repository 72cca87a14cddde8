package dev.bursar.sidecar.command;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.sidecar.SidecarSettings;
import dev.bursar.sidecar.gateway.Said;
import dev.bursar.sidecar.gateway.Wishes;
import dev.bursar.sidecar.http.Gateways;
import dev.bursar.sidecar.http.SidecarProcess;
import dev.bursar.sidecar.openai.OpenAiSettings;
import dev.bursar.sidecar.server.ServerOverHttp;
import dev.bursar.sidecar.usage.UsageFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bursar sidecar}: local decisions beside an application. */
@Command(
    name = "sidecar",
    mixinStandardHelpOptions = true,
    description = {
      "Decide on this machine, from what a server leases, behind the server's own routes.",
      "An application changes its base URL and nothing else. What is not decided here is passed"
          + " on.",
      "Ctrl-C reports what was used and gives back what is left."
    })
public final class SidecarCommand implements Callable<Integer> {

  private static final long MEGABYTE = 1_048_576;
  private static final long SEGMENT_BYTES = 8 * MEGABYTE;

  /** What only counts with an API of models. */
  private static final List<String> OF_OPENAI =
      List.of("--openai-output-tokens", "--openai-timeout", "--openai-stop", "--openai-pass");

  @Spec private CommandSpec spec;

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
          "The secret of a key that may enforce. Requests with this key are decided here, others"
              + " are passed on. Default: $$BURSAR_KEY")
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
          "Where what was used is kept until the server has it. One directory, one sidecar."
              + " Default: ${DEFAULT-VALUE}")
  private Path data;

  @Option(
      names = "--name",
      description =
          "What the server is to call it, up to 200 characters, before what differs from start to"
              + " start. Default: this machine's name and the port")
  private @Nullable String name;

  @Option(
      names = "--file-mb",
      paramLabel = "MB",
      defaultValue = "256",
      description =
          "How much usage may be kept that the server does not have, 1 to 1000000; the directory"
              + " takes up to twice that, and 56 MB. Default: ${DEFAULT-VALUE}")
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
          "What is done while the server is away and no lease does, of one feature or of all: deny,"
              + " or allow and record it as unchecked. Default: what the plan says, else deny")
  private List<String> failModes = List.of();

  @Option(
      names = "--openai-upstream",
      paramLabel = "URL",
      description = {
        "Decide calls of models at /openai/v1 before they go on to the API at this URL, such as"
            + " https://api.openai.com/v1, and charge what their answers say. Default: no such path"
      })
  private @Nullable URI openAiUpstream;

  @Option(
      names = "--openai-output-tokens",
      paramLabel = "TOKENS",
      defaultValue = "" + OpenAiSettings.OUTPUT_TOKENS,
      description =
          "How many output tokens are set aside for a call that sets no bound, 1 to 1000000."
              + " Default: ${DEFAULT-VALUE}")
  private long openAiOutputTokens;

  @Option(
      names = "--openai-timeout",
      paramLabel = "SECONDS",
      defaultValue = "540",
      description = "How long a call of a model may take, 1 to 540. Default: ${DEFAULT-VALUE}")
  private long openAiTimeoutSeconds;

  @Option(
      names = "--openai-stop",
      description = "End streams that set no bound once they have used what was set aside for them")
  private boolean openAiStops;

  @Option(
      names = "--openai-pass",
      paramLabel = "PATH",
      description = "A path of the API, such as /images, that is passed on undecided and uncharged")
  private List<String> openAiPasses = List.of();

  @Option(
      names = "--ext-authz",
      description = "Answer Envoy's external authorization over HTTP, at /ext_authz")
  private boolean authorizes;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description =
          "Answer Envoy's external authorization and its rate limit service over gRPC at this port;"
              + " 0 takes a free one. Default: no such port")
  private @Nullable Integer grpcPort;

  @Option(
      names = "--default",
      paramLabel = "NAME=VALUE",
      description =
          "What is so of a gateway's calls that do not say it: org, team, user, product,"
              + " cost_center, agent, feature, model, wallet, credit_type, amount, mode")
  private List<String> defaults = List.of();

  @Option(
      names = "--rehearse",
      hidden = true,
      description =
          "Start, without a server, answer a few requests of its own, and end: what the JVM learns"
              + " from that is kept for other starts")
  private boolean rehearses;

  /** A sidecar alone: the program that {@code bin/bursar sidecar} starts. */
  public static void main(String[] args) {
    ProcessLog.use();
    HeapBound.keep();
    System.exit(
        Terminal.speaking(new CommandLine(new SidecarCommand()))
            .setCommandName("bursar sidecar")
            .execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    String secret = key;
    if (secret == null || secret.isEmpty()) {
      throw wrong("--key or $BURSAR_KEY is needed");
    }
    SidecarProcess.Options options = options(secret);
    CountDownLatch stopped = new CountDownLatch(1);
    try (SidecarProcess sidecar = SidecarProcess.start(options)) {
      if (sidecar.grpcPort() >= 0) {
        System.out.printf("gRPC for Envoy on %s:%d%n", host, sidecar.grpcPort());
      }
      System.out.printf(
          "sidecar of %s on http://%s:%d%nwhat was used is kept in %s%n",
          server, host, sidecar.port(), data.toAbsolutePath());
      if (rehearses) {
        Rehearsal.of(sidecar.port(), secret);
      } else {
        Terminal.awaitInterrupt(stopped);
      }
      return 0;
    } finally {
      stopped.countDown();
    }
  }

  private SidecarProcess.Options options(String secret) {
    demandUrl("--server", server, "http://bursar:8080");
    demand("--port", port, 0, 65_535);
    demand("--file-mb", fileMegabytes, 1, 1_000_000);
    if (!List.of("pass", "deny").contains(whenFull)) {
      throw wrong("--when-full: %s is neither pass nor deny".formatted(whenFull));
    }
    String called = name == null ? machine() + ":" + port : name;
    if (called.isEmpty() || called.length() > ServerOverHttp.NAME_MAX) {
      throw wrong(
          "--name: has %d characters; 1 to %d are accepted"
              .formatted(called.length(), ServerOverHttp.NAME_MAX));
    }
    return new SidecarProcess.Options(
        server,
        secret,
        called,
        host,
        port,
        data,
        new UsageFile.Settings(fileMegabytes * MEGABYTE, SEGMENT_BYTES),
        settings(),
        gateways());
  }

  private Gateways gateways() {
    Map<String, String> said = defaults();
    try {
      Wishes.check(said);
    } catch (Fault fault) {
      throw wrong("--default: " + named(fault.problem()));
    }
    if (openAiUpstream == null) {
      for (String option : OF_OPENAI) {
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
          throw wrong(option + ": means nothing without --openai-upstream");
        }
      }
    }
    if (grpcPort != null) {
      demand("--grpc-port", grpcPort, 0, 65_535);
    }
    return new Gateways(
        openAiUpstream == null ? null : openAi(openAiUpstream),
        authorizes,
        grpcPort == null ? -1 : grpcPort,
        said);
  }

  private Map<String, String> defaults() {
    Map<String, String> said = new HashMap<>();
    for (String each : defaults) {
      int end = each.indexOf('=');
      if (end < 0) {
        throw wrong("--default: %s is no NAME=VALUE".formatted(each));
      }
      String name = each.substring(0, end);
      if (!Wishes.DEFAULTS.contains(name)) {
        throw wrong(
            "--default: %s is none of %s"
                .formatted(name, String.join(", ", new TreeSet<>(Wishes.DEFAULTS))));
      }
      if (said.put(name, each.substring(end + 1)) != null) {
        throw wrong("--default: %s is there twice; once is accepted".formatted(name));
      }
    }
    return said;
  }

  private OpenAiSettings openAi(URI upstream) {
    demandUrl("--openai-upstream", upstream, "https://api.openai.com/v1");
    if (upstream.getRawQuery() != null || upstream.getRawFragment() != null) {
      throw wrong("--openai-upstream: %s has a query".formatted(upstream));
    }
    demand("--openai-output-tokens", openAiOutputTokens, 1, 1_000_000);
    demand("--openai-timeout", openAiTimeoutSeconds, 1, OpenAiSettings.WITHIN_MAX.toSeconds());
    for (String each : openAiPasses) {
      if (!each.matches("/[a-z0-9/_.-]+") || each.endsWith("/") || each.contains("..")) {
        throw wrong("--openai-pass: %s is no path such as /images".formatted(each));
      }
    }
    return new OpenAiSettings(
        upstream,
        openAiOutputTokens,
        Duration.ofSeconds(openAiTimeoutSeconds),
        openAiStops,
        openAiPasses);
  }

  /** What is wrong with it, by the name that the option has for it. */
  private static String named(Problem problem) {
    String field = String.valueOf(problem.field());
    String name = field.startsWith(Said.PREFIX) ? field.substring(Said.PREFIX.length()) : field;
    return name.substring(name.lastIndexOf('.') + 1) + " " + problem.detail();
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private void demandUrl(String option, URI url, String example) {
    if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
      throw wrong("%s: %s is no URL such as %s".formatted(option, url, example));
    }
    if (url.getUserInfo() != null) {
      throw wrong("%s: names a user, which would be in the log".formatted(option));
    }
  }

  private SidecarSettings settings() {
    FailMode any = null;
    Map<String, FailMode> byFeature = new HashMap<>();
    for (String each : failModes) {
      int end = each.lastIndexOf('=');
      FailMode mode = failMode(each, each.substring(end + 1));
      String feature = end < 0 ? "" : each.substring(0, end);
      boolean isTwice = end < 0 ? any != null : byFeature.put(feature, mode) != null;
      if (isTwice) {
        throw wrong(
            "--fail-mode: %s is there twice; once is accepted"
                .formatted(end < 0 ? "one for all features" : feature));
      }
      if (end < 0) {
        any = mode;
      }
    }
    return SidecarSettings.USUAL.failing(any, byFeature).denyingWhenFull(whenFull.equals("deny"));
  }

  private FailMode failMode(String option, String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "deny" -> FailMode.DENY;
      case "allow" -> FailMode.ALLOW;
      default ->
          throw wrong(
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

  private void demand(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw wrong("%s: %d is not between %d and %d".formatted(option, value, least, most));
    }
  }
}
