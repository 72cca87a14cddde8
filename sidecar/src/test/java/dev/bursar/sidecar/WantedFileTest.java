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
import java.util.stream.IntStream;
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

  private static final List<String> ORGS = List.of("acme", "b", "zeta \"é\"");

  @TempDir private Path directory;

  private WantedFile file() {
    return new WantedFile(directory.resolve("wanted.json"), "key-1");
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(file().read(NOON)).isEqualTo(WantedFile.Before.NONE);
    file().write(SOME, ORGS, NOON);
    assertThat(file().read(NOON.plus(Duration.ofMinutes(59))))
        .isEqualTo(new WantedFile.Before(SOME, ORGS));
  }

  @Test
  void whatWasWantedLongAgoIsNotWantedAgainThoughItsOrgsAreStillTheKeys() {
    file().write(SOME, ORGS, NOON);
    assertThat(file().read(NOON.plus(Duration.ofMinutes(61))))
        .isEqualTo(new WantedFile.Before(List.of(), ORGS));
  }

  @Test
  void whatWasWantedIsKeptOverALifeThatWantedNothing() {
    file().write(SOME, ORGS, NOON);
    WantedFile quiet = file();
    quiet.read(NOON);
    quiet.write(List.of(), ORGS, NOON.plus(Duration.ofMinutes(30)));
    assertThat(file().read(NOON.plus(Duration.ofMinutes(59))))
        .isEqualTo(new WantedFile.Before(SOME, ORGS));
    assertThat(file().read(NOON.plus(Duration.ofMinutes(61))).wanted())
        .as("it was wanted then, and not since")
        .isEmpty();
    quiet.write(SOME.subList(0, 1), ORGS, NOON);
    quiet.write(List.of(), ORGS, NOON);
    assertThat(file().read(NOON)).isEqualTo(new WantedFile.Before(List.of(), ORGS));
  }

  @Test
  void whoWasToldOfAWeekAgoMayBeClosedByNow() {
    file().write(SOME, ORGS, NOON);
    assertThat(file().read(NOON.plus(Duration.ofDays(8)))).isEqualTo(WantedFile.Before.NONE);
  }

  @Test
  void asMuchAsThereMayBeIsRead() {
    List<String> orgs = IntStream.range(0, 4_000).mapToObj(i -> i + "x".repeat(250)).toList();
    List<Wanted> wanted =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    new Wanted(
                        new LeaseKey(
                            new Subject(orgs.get(i), "t".repeat(255), null, null, null, null),
                            "f".repeat(255),
                            null,
                            "platform"),
                        Set.of(),
                        i + 1,
                        Map.of()))
            .toList();
    file().write(wanted, orgs, NOON);
    assertThat(file().read(NOON)).isEqualTo(new WantedFile.Before(wanted, orgs));
  }

  /** The server has refused the key since. */
  @Test
  void whereThereIsNothingAnyMoreNothingIsKept() {
    file().write(SOME, ORGS, NOON);
    file().write(List.of(), List.of(), NOON);
    assertThat(file().read(NOON)).isEqualTo(WantedFile.Before.NONE);
  }

  @Test
  void whatAnotherKeyWasToldIsNothing() {
    file().write(SOME, ORGS, NOON);
    WantedFile others = new WantedFile(directory.resolve("wanted.json"), "key-2");
    assertThat(others.read(NOON)).isEqualTo(WantedFile.Before.NONE);
  }

  @Test
  void whatCannotBeReadIsNothing() throws IOException {
    file().write(SOME, ORGS, NOON);
    Path path = directory.resolve("wanted.json");
    Files.writeString(path, Files.readString(path).substring(0, 100));
    assertThat(file().read(NOON)).isEqualTo(WantedFile.Before.NONE);
    Files.delete(path);
    Files.createDirectories(path.resolve("in-the-way"));
    file().write(SOME, ORGS, NOON);
    assertThat(file().read(NOON)).isEqualTo(WantedFile.Before.NONE);
  }
}
