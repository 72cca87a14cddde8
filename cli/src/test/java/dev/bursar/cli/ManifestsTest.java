package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.bursar.api.health.HealthRoutes;
import dev.bursar.api.http.Endpoint;
import dev.bursar.sidecar.gateway.Wishes;
import dev.bursar.sidecar.openai.OpenAiProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the manifests name exists: options, paths, ports, volumes, and fields of Envoy's. */
final class ManifestsTest {

  private static final Path K8S = Path.of("..", "k8s");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\(([A-Z_]+)\\)");
  private static final String ENVOY = "type.googleapis.com/";

  private static Object read(Path file) {
    try {
      return new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return value == null ? List.of() : (List<Object>) value;
  }

  private static List<Path> files(String... names) throws IOException {
    try (Stream<Path> all = Files.walk(K8S)) {
      return all.filter(each -> List.of(names).contains(each.getFileName().toString())).toList();
    }
  }

  /** What a workload's file says of its pods, with the claims of volumes that it makes. */
  private record Pod(Map<String, Object> spec, Set<Object> volumes) {

    static Pod in(Path file) {
      return of(map(map(read(file)).get("spec")));
    }

    /** Of a job that comes again and again. */
    static Pod ofJob(Path file) {
      Map<String, Object> spec = map(map(read(file)).get("spec"));
      return of(map(map(spec.get("jobTemplate")).get("spec")));
    }

    private static Pod of(Map<String, Object> spec) {
      Map<String, Object> pod = map(map(spec.get("template")).get("spec"));
      Set<Object> volumes =
          Stream.concat(
                  list(pod.get("volumes")).stream().map(each -> map(each).get("name")),
                  list(spec.get("volumeClaimTemplates")).stream()
                      .map(each -> map(map(each).get("metadata")).get("name")))
              .collect(Collectors.toSet());
      return new Pod(pod, volumes);
    }

    List<Map<String, Object>> containers() {
      List<Map<String, Object>> all = new ArrayList<>();
      list(spec.get("initContainers")).forEach(each -> all.add(map(each)));
      list(spec.get("containers")).forEach(each -> all.add(map(each)));
      return all;
    }
  }

  private static List<String> args(Map<String, Object> container) {
    return list(container.get("args")).stream().map(String::valueOf).toList();
  }

  private static String option(List<String> args, String name) {
    return args.stream()
        .filter(each -> each.startsWith(name + "="))
        .map(each -> each.substring(name.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyListOfFilesNamesSomeThatAreThere() throws IOException {
    List<Path> lists = files("kustomization.yaml");
    assertThat(lists).hasSize(3);
    for (Path each : lists) {
      for (Object resource : list(map(read(each)).get("resources"))) {
        Path named = each.resolveSibling(resource.toString());
        assertThat(Files.isDirectory(named) ? named.resolve("kustomization.yaml") : named).exists();
      }
    }
  }

  @Test
  void containersAreStartedAsTheProgramTakesIt() throws IOException {
    int ours = 0;
    for (Path file : files("statefulset.yaml", "deployment.yaml")) {
      Pod pod = Pod.in(file);
      for (Map<String, Object> container : pod.containers()) {
        if (container.get("image").equals("bursar")) {
          ours++;
          check(pod, container);
        }
      }
    }
    assertThat(ours).isEqualTo(2);
  }

  @Test
  void whatIsCheckedEveryNightIsStartedAsTheProgramTakesIt() throws IOException {
    List<Map<String, Object>> containers =
        files("verify.yaml").stream()
            .flatMap(each -> Pod.ofJob(each).containers().stream())
            .toList();
    assertThat(containers).hasSize(1);
    isTaken(containers.getFirst());
  }

  private static List<String> isTaken(Map<String, Object> container) {
    Set<Object> variables =
        list(container.get("env")).stream()
            .map(each -> map(each).get("name"))
            .collect(Collectors.toSet());
    List<String> args = args(container);
    for (String each : args) {
      Matcher variable = VARIABLE.matcher(each);
      while (variable.find()) {
        assertThat(variables).contains(variable.group(1));
      }
    }
    assertThatCode(() -> Bursar.commandLine().parseArgs(args.toArray(String[]::new)))
        .as("%s", args)
        .doesNotThrowAnyException();
    return args;
  }

  private static void check(Pod pod, Map<String, Object> container) {
    List<String> args = isTaken(container);
    Set<Object> ports =
        list(container.get("ports")).stream()
            .map(each -> map(each).get("name"))
            .collect(Collectors.toSet());
    assertThat(map(list(container.get("ports")).getFirst()).get("containerPort"))
        .hasToString(option(args, "--port"));
    Set<String> paths =
        new HealthRoutes(() -> HealthRoutes.Readiness.READY, () -> "")
            .endpoints().stream().map(Endpoint::path).collect(Collectors.toSet());
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      Map<String, Object> asked = map(map(container.get(probe)).get("httpGet"));
      assertThat(paths).as(probe).contains(String.valueOf(asked.get("path")));
      assertThat(ports).as(probe).contains(asked.get("port"));
    }
    assertThat(option(args, "--host")).as("probes come from outside").isEqualTo("0.0.0.0");
    Object mounted = map(list(container.get("volumeMounts")).getFirst()).get("mountPath");
    assertThat(mounted).hasToString(option(args, "--data"));
    for (Object mount : list(container.get("volumeMounts"))) {
      assertThat(pod.volumes()).contains(map(mount).get("name"));
    }
  }

  @Test
  void anApplicationsSidecarStartsFirstIsSmallAndIsWhereItsClientLooks() throws IOException {
    Pod pod = Pod.in(K8S.resolve("application").resolve("deployment.yaml"));
    Map<String, Object> sidecar = map(list(pod.spec().get("initContainers")).getFirst());
    assertThat(sidecar.get("restartPolicy")).isEqualTo("Always");
    assertThat(map(map(sidecar.get("resources")).get("limits")).get("memory")).isEqualTo("256Mi");
    List<String> args = args(sidecar);
    assertThat(args.stream().filter(each -> each.startsWith("--default=")))
        .isNotEmpty()
        .allSatisfy(each -> assertThat(Wishes.DEFAULTS).contains(each.split("=", -1)[1]));
    Map<String, Object> application = map(list(pod.spec().get("containers")).getFirst());
    URI base =
        URI.create(
            String.valueOf(
                list(application.get("env")).stream()
                    .map(ManifestsTest::map)
                    .filter(each -> each.get("name").equals("OPENAI_BASE_URL"))
                    .findFirst()
                    .orElseThrow()
                    .get("value")));
    assertThat(base.getPath()).isEqualTo(OpenAiProxy.PATH);
    assertThat(base.getPort()).hasToString(option(args, "--port"));
  }

  // ---- Envoy's configuration, by its own definitions

  @Test
  void envoysConfigurationHasNoFieldThatEnvoyDoesNotKnow() throws Exception {
    Map<String, Object> envoy = map(read(K8S.resolve("envoy.yaml")));
    check("", envoy, io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.getDescriptor());
  }

  private static void check(String path, Map<String, Object> message, Descriptor descriptor)
      throws Exception {
    for (Map.Entry<String, Object> each : message.entrySet()) {
      String at = path + "/" + each.getKey();
      if (each.getKey().equals("@type")) {
        continue;
      }
      FieldDescriptor field = descriptor.findFieldByName(each.getKey());
      assertThat(field).as(at).isNotNull();
      if (field.isMapField()) {
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        for (Map.Entry<String, Object> pair : map(each.getValue()).entrySet()) {
          check(at + "/" + pair.getKey(), value, pair.getValue());
        }
      } else if (field.isRepeated()) {
        for (Object item : list(each.getValue())) {
          check(at, field, item);
        }
      } else {
        check(at, field, each.getValue());
      }
    }
  }

  private static void check(String path, FieldDescriptor field, Object value) throws Exception {
    switch (field.getJavaType()) {
      case MESSAGE -> {
        Descriptor type = field.getMessageType();
        if (type.getFullName().equals("google.protobuf.Any")) {
          check(path, map(value), named(String.valueOf(map(value).get("@type"))));
        } else if (value instanceof Map) {
          check(path, map(value), type);
        } else {
          assertThat(type.getFullName()).as(path).startsWith("google.protobuf.");
        }
      }
      case ENUM ->
          assertThat(field.getEnumType().findValueByName(String.valueOf(value)))
              .as("%s: %s", path, value)
              .isNotNull();
      case BOOLEAN -> assertThat(value).as(path).isInstanceOf(Boolean.class);
      case STRING -> assertThat(value).as(path).isInstanceOf(String.class);
      default -> assertThat(value).as(path).isInstanceOf(Number.class);
    }
  }

  private static Descriptor named(String url) throws Exception {
    assertThat(url).startsWith(ENVOY);
    return (Descriptor)
        Class.forName("io.envoyproxy." + url.substring(ENVOY.length()))
            .getMethod("getDescriptor")
            .invoke(null);
  }

  @Test
  void envoysRoutesSayWhatTheSidecarReads() throws IOException {
    Set<String> known =
        Stream.concat(Wishes.DEFAULTS.stream(), Stream.of("session", "usage", "ttl_seconds"))
            .collect(Collectors.toSet());
    int found = 0;
    for (String line : Files.readAllLines(K8S.resolve("envoy.yaml"))) {
      if (line.contains("context_extensions:")) {
        Object said = new Load(LoadSettings.builder().build()).loadFromString(line.strip());
        assertThat(known).containsAll(map(map(said).get("context_extensions")).keySet());
        found++;
      }
    }
    assertThat(found).isEqualTo(2);
    String text = Files.readString(K8S.resolve("envoy.yaml"));
    Matcher command = Pattern.compile("# +bin/bursar (sidecar [^\n]*)").matcher(text);
    assertThat(command.find()).isTrue();
    List<String> args = List.of(command.group(1).split(" ", -1));
    assertThatCode(() -> Bursar.commandLine().parseArgs(args.toArray(String[]::new)))
        .doesNotThrowAnyException();
    assertThat(text).contains("port_value: " + args.get(args.indexOf("--grpc-port") + 1));
  }
}
