package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WantedFileTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final List<Wanted> SOME =
      List.of(
          new Wanted(
              new LeaseKey(
                  new Subject("acme", "red", "ann \"é\"", null, "c", null),
                  "chat",
                  null,
                  "platform"),
              Set.of("requests"),
              250_000,
              Map.of("tokens", 12L)),
          new Wanted(
              new LeaseKey(new Subject("b", null, null, "p", null, "bot"), null, "main", "gold"),
              Set.of(),
              1,
              Map.of()));

  @TempDir private Path directory;

  private WantedFile file() {
    return new WantedFile(directory.resolve("wanted.json"));
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(file().read(NOON)).isEmpty();
    file().write(SOME, NOON);
    file().write(List.of(), NOON.plus(Duration.ofMinutes(2)));
    assertThat(file().read(NOON.plus(Duration.ofMinutes(59)))).isEqualTo(SOME);
  }

  @Test
  void whatWasWantedLongAgoIsNotWantedAgain() {
    file().write(SOME, NOON);
    assertThat(file().read(NOON.plus(Duration.ofMinutes(61)))).isEmpty();
  }

  @Test
  void whatCannotBeReadIsNothing() throws IOException {
    file().write(SOME, NOON);
    Path path = directory.resolve("wanted.json");
    Files.writeString(path, Files.readString(path).substring(0, 100));
    assertThat(file().read(NOON)).isEmpty();
    Files.delete(path);
    Files.createDirectories(path.resolve("in-the-way"));
    file().write(SOME, NOON);
    assertThat(file().read(NOON)).isEmpty();
  }
}
