package dev.bursar.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {

  /** A directory that a server has run on: to copy one takes less time than to make one. */
  @TempDir private static Path made;

  @TempDir Path temporary;

  @BeforeAll
  static void make() {
    EmbeddedDatabase.open(made, false, false).close();
  }

  /** Makes a directory one that a server has run on. */
  private static Path hasRun(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(made)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        Path copy = directory.resolve(made.relativize(each).toString());
        if (!each.equals(made)) {
          Files.copy(each, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    return directory;
  }

  @Test
  void writesDurablyUnlessToldOtherwise() {
    try (EmbeddedDatabase embedded = EmbeddedDatabase.temporary();
        Database database = Database.open(embedded.settings())) {
      for (String setting :
          List.of("fsync", "synchronous_commit", "full_page_writes", "data_checksums")) {
        assertThat(show(database, setting)).as(setting).isEqualTo("on");
      }
    }
  }

  @Test
  void whatIsGoneBeforeItIsLookedAtIsNoReasonNotToStart() throws IOException {
    // Listed, and not there: as what another JVM deletes between the two.
    Files.createSymbolicLink(
        temporary.resolve("bursar-temporary-gone"), temporary.resolve("nowhere"));
    Path young = Files.createDirectory(temporary.resolve("bursar-temporary-young"));
    Path old = Files.createDirectory(temporary.resolve("bursar-temporary-old"));
    Files.createFile(old.resolve("postgres.log"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(3))));

    EmbeddedDatabase.deleteAbandoned(temporary);

    assertThat(young).exists();
    assertThat(old).doesNotExist();
  }

  @Test
  void aStandbyIsRefused() throws IOException {
    Path directory = hasRun(Files.createDirectory(temporary.resolve("data")));
    Files.createFile(directory.resolve("postgres").resolve("standby.signal"));

    try (EmbeddedDatabase standby = EmbeddedDatabase.open(directory, false, false)) {
      assertThatThrownBy(() -> Database.open(standby.settings()))
          .isInstanceOf(DatabaseUnusable.class)
          .hasMessageContaining("it is a standby");
      assertThatThrownBy(() -> Migrations.demandCurrent(standby.settings()))
          .isInstanceOf(DatabaseUnusable.class)
          .hasMessageContaining("it is a standby");

      DatabaseSettings both =
          DatabaseSettings.of(
              "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/bursar?user=bursar"
                  .formatted(standby.settings().port(), TestServer.SHARED.settings().port()));
      try (Database database = Database.open(both)) {
        assertThat(show(database, "in_hot_standby")).isEqualTo("off");
      }
    }
  }

  @Test
  void hasFilesOfItsLogBeforeTheyAreNeededAndMakesMoreAtOnce() throws IOException {
    Path directory = temporary.resolve("data");
    try (EmbeddedDatabase embedded = EmbeddedDatabase.open(directory);
        Database database = Database.open(embedded.settings())) {
      assertThat(embedded.pid()).isPositive();
      try (var files = Files.list(directory.resolve("postgres").resolve("pg_wal"))) {
        assertThat(files.filter(Files::isRegularFile)).hasSizeGreaterThan(16);
      }
      assertThat(show(database, "wal_init_zero")).isEqualTo("off");
    }
  }

  @Test
  void listensOnLoopbackOnly() {
    try (Database database = Database.open(TestServer.SHARED.settings())) {
      assertThat(show(database, "listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(show(database, "max_connections")).isEqualTo("200");
      assertThat(show(database, "shared_buffers")).isEqualTo("256MB");
      assertThat(show(database, "is_superuser")).isEqualTo("off");
    }
  }

  @Test
  void keepsDataFromOneOpeningToTheNext() {
    Path directory = temporary.resolve("data with spaces");
    try (EmbeddedDatabase embedded = EmbeddedDatabase.open(directory);
        Database database = Database.open(embedded.settings())) {
      database.jdbi().useHandle(h -> h.execute("create table kept as select 42 as value"));
    }
    assertThat(EmbeddedDatabase.runningAt(directory)).isEmpty();
    try (EmbeddedDatabase embedded = EmbeddedDatabase.open(directory);
        Database database = Database.open(embedded.settings())) {
      assertThat(keptRows(database)).isEqualTo(1);
    }
  }

  @Test
  void deletesATemporaryOne() {
    EmbeddedDatabase embedded = EmbeddedDatabase.temporary(false);
    ProcessHandle server = ProcessHandle.of(embedded.pid()).orElseThrow();
    embedded.close();
    embedded.close();
    assertThat(runs(server)).isFalse();
  }

  @Test
  void refusesASecondOpenerInThisProcess() throws IOException {
    try (EmbeddedDatabase first = EmbeddedDatabase.open(hasRun(temporary), false, false)) {
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> EmbeddedDatabase.open(temporary))
            .isInstanceOf(DatabaseUnusable.class)
            .hasMessageContaining("in use by another node (this process)");
      }
      Database.open(first.settings()).close();
    }
  }

  @Test
  void refusesAnOpenerWhileAnotherProcessHoldsIt_andTakesOverWhenThatWasKilled() throws Exception {
    Process node = holdingNode(hasRun(temporary));
    ProcessHandle orphan = serverOf(node);
    try {
      assertThatThrownBy(() -> EmbeddedDatabase.open(temporary))
          .isInstanceOf(DatabaseUnusable.class)
          .hasMessageContaining("in use by another node (process " + node.pid() + ")")
          .hasMessageNotContaining("\n");

      DatabaseSettings beside = EmbeddedDatabase.runningAt(temporary).orElseThrow();
      try (Database database = Database.open(beside)) {
        assertThat(keptRows(database)).isEqualTo(1);
      }
    } finally {
      node.destroyForcibly().waitFor();
    }
    assertThat(runs(orphan)).isTrue();

    try (EmbeddedDatabase embedded = EmbeddedDatabase.open(temporary);
        Database database = Database.open(embedded.settings())) {
      assertThat(runs(orphan)).isFalse();
      assertThat(embedded.pid()).isNotEqualTo(orphan.pid());
      assertThat(keptRows(database)).isEqualTo(1);
    }
  }

  @Test
  void recoversWhenNodeAndServerWereBothKilled() throws Exception {
    Process node = holdingNode(hasRun(temporary));
    ProcessHandle server = serverOf(node);
    server.destroyForcibly();
    node.destroyForcibly().waitFor();

    try (EmbeddedDatabase embedded = EmbeddedDatabase.open(temporary);
        Database database = Database.open(embedded.settings())) {
      assertThat(keptRows(database)).isEqualTo(1);
    }
  }

  @Test
  void startsThoughTheProcessIdOfADeadServerIsAnothersNow() throws Exception {
    hasRun(temporary);
    Files.writeString(
        temporary.resolve("postgres/postmaster.pid"),
        "%d\n%s\n1\n5432\n\n127.0.0.1\n  1 1\nready\n"
            .formatted(ProcessHandle.current().pid(), temporary.resolve("postgres")));
    assertThat(EmbeddedDatabase.runningAt(temporary)).isEmpty();

    EmbeddedDatabase.open(temporary).close();

    assertThat(ProcessHandle.current().isAlive()).isTrue();
  }

  @Test
  void leavesTheServerOfACopiedDirectoryAlone() throws Exception {
    Path copy = temporary.resolve("copy");
    Path directory = hasRun(Files.createDirectory(temporary.resolve("original")));
    try (EmbeddedDatabase original = EmbeddedDatabase.open(directory, false, false)) {
      Files.createDirectories(copy.resolve("postgres"));
      Files.copy(
          temporary.resolve("original/postgres/postmaster.pid"),
          copy.resolve("postgres/postmaster.pid"));

      assertThat(EmbeddedDatabase.runningAt(copy)).isEmpty();
      assertThat(EmbeddedDatabase.runningAt(temporary.resolve("original")))
          .contains(original.settings());
    }
  }

  @Test
  void startsAfreshWhereACreationWasCutOff() throws IOException {
    Files.createDirectories(temporary.resolve("postgres.new/base"));
    Files.writeString(temporary.resolve("postgres.new/PG_VERSION"), "17\n");

    EmbeddedDatabase.open(temporary, false, false).close();

    assertThat(temporary.resolve("postgres.new")).doesNotExist();
  }

  @Test
  void refusesAFile() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> EmbeddedDatabase.open(file))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessage("The data directory %s is a file; name a directory.", file);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void refusesADirectoryThatCannotBeWritten() {
    // /proc takes no directories, not even from root.
    assertThatThrownBy(() -> EmbeddedDatabase.open(Path.of("/proc/bursar")))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessage(
            "The data directory /proc/bursar can't be written: nothing can be made at /proc/bursar");
  }

  @Test
  void refusesTheDirectoryOfAnotherVersion() throws IOException {
    Files.createDirectories(temporary.resolve("postgres"));
    Files.writeString(temporary.resolve("postgres/PG_VERSION"), "16\n");

    assertThatThrownBy(() -> EmbeddedDatabase.open(temporary))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageContaining("was written by PostgreSQL 16; this is PostgreSQL 17");
  }

  @Test
  void saysWhyTheServerDoesNotStart() throws IOException {
    hasRun(temporary);
    Files.writeString(temporary.resolve("postgres/postgresql.conf"), "no_such_setting = 1\n");

    assertThatThrownBy(() -> EmbeddedDatabase.open(temporary))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageContaining("doesn't start")
        .hasMessageContaining("FATAL:")
        .hasMessageNotContaining("\n");
  }

  private static Process holdingNode(Path directory) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            HoldingNode.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static ProcessHandle serverOf(Process node) throws IOException {
    BufferedReader said = node.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    while (line != null && !line.startsWith("holding ")) {
      line = said.readLine();
    }
    assertThat(line).as("what the node said").isNotNull();
    return ProcessHandle.of(Long.parseLong(String.valueOf(line).substring("holding ".length())))
        .orElseThrow();
  }

  /** A dead process that nobody has waited for yet counts as alive, but no longer has a program. */
  private static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  private static String show(Database database, String setting) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.createQuery("select current_setting(:s)")
                    .bind("s", setting)
                    .mapTo(String.class)
                    .one());
  }

  private static int keptRows(Database database) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.createQuery("select count(*) from kept where value = 42")
                    .mapTo(Integer.class)
                    .one());
  }
}
