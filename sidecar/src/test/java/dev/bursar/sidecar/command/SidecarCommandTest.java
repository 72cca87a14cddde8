package dev.bursar.sidecar.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is typed wrong is told in a line before anything begins. */
@Timeout(60)
final class SidecarCommandTest {

  @TempDir private Path directory;

  private String told(String... options) {
    String told = told(2, options);
    assertThat(Files.exists(data())).as("nothing has begun").isFalse();
    return told;
  }

  private String told(int code, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("--server=http://127.0.0.1:9", "--key=k", "--port=0"));
    arguments.addAll(List.of(options));
    if (arguments.stream().noneMatch(each -> each.startsWith("--data="))) {
      arguments.add("--data=" + data());
    }
    StringWriter err = new StringWriter();
    CommandLine line = Terminal.speaking(new CommandLine(new SidecarCommand()));
    line.setErr(new PrintWriter(err, true));
    assertThat(line.execute(arguments.toArray(String[]::new)))
        .as(String.join(" ", options))
        .isEqualTo(code);
    return err.toString().lines().findFirst().orElse("");
  }

  private Path data() {
    return directory.resolve("data");
  }

  @Test
  void aDefaultThatCanNotBeReadIsToldByItsName() {
    assertThat(told("--default=amount=abc")).startsWith("bursar: --default: amount ");
    assertThat(told("--default=amount=-1")).startsWith("bursar: --default: amount ");
    assertThat(told("--default=amount=1e3")).startsWith("bursar: --default: amount ");
    assertThat(told("--default=org=..")).startsWith("bursar: --default: org ");
    assertThat(told("--default=team=", "--default=amount=abc"))
        .as("an empty one is none")
        .startsWith("bursar: --default: amount ");
    assertThat(told("--default=cost_center=..")).startsWith("bursar: --default: cost_center ");
    assertThat(told("--default=mode=guess")).startsWith("bursar: --default: mode is none of ");
    assertThat(told("--default=credit_type=" + "x".repeat(300)))
        .startsWith("bursar: --default: credit_type ");
    assertThat(told("--default=price=1")).startsWith("bursar: --default: price is none of ");
    assertThat(told("--default=org")).isEqualTo("bursar: --default: org is no NAME=VALUE");
    assertThat(told("--default=org=one", "--default=org=two"))
        .isEqualTo("bursar: --default: org is there twice; once is accepted");
  }

  @Test
  void whyWhatIsUsedCanNotBeKeptIsTold() throws IOException {
    assertThat(told(1, "--data=/proc/nope"))
        .isEqualTo(
            "bursar: can't keep what is used in /proc/nope: there is no /proc/nope, and it can't be"
                + " made");
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(told(1, "--data=" + file))
        .isEqualTo("bursar: can't keep what is used in %1$s: %1$s is no directory".formatted(file));
  }

  @Test
  void whatNoOptionTakesIsMistyped() {
    assertThat(told("--when-full=wait"))
        .isEqualTo("bursar: --when-full: wait is neither pass nor deny");
    assertThat(told("--grpc-port=70000"))
        .isEqualTo("bursar: --grpc-port: 70000 is not between 0 and 65535");
    assertThat(told("--fail-mode=chat=maybe")).startsWith("bursar: --fail-mode: ");
    assertThat(told("--fail-mode=deny", "--fail-mode=allow"))
        .isEqualTo("bursar: --fail-mode: one for all features is there twice; once is accepted");
    assertThat(told("--fail-mode=chat=deny", "--fail-mode=chat=allow"))
        .isEqualTo("bursar: --fail-mode: chat is there twice; once is accepted");
    assertThat(told("--openai-upstream=http://me:secret@models/v1"))
        .isEqualTo("bursar: --openai-upstream: names a user, which would be in the log");
    assertThat(told("--name="))
        .isEqualTo("bursar: --name: has 0 characters; 1 to 200 are accepted");
    assertThat(told("--name=" + "x".repeat(201))).startsWith("bursar: --name: has 201 ");
    assertThat(told("--openai-upstream=models")).startsWith("bursar: --openai-upstream: ");
    for (String option :
        List.of(
            "--openai-timeout=5",
            "--openai-output-tokens=5",
            "--openai-stop",
            "--openai-pass=/a")) {
      assertThat(told(option))
          .isEqualTo(
              "bursar: %s: means nothing without --openai-upstream"
                  .formatted(option.split("=", 2)[0]));
    }
  }
}
