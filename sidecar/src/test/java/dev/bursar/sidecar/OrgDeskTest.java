package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.LocalDecider;
import dev.bursar.sidecar.lease.LeaseBook;
import dev.bursar.sidecar.lease.LeaseSettings;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Room;
import dev.bursar.sidecar.lease.Rooms;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class OrgDeskTest {

  private static final long MINUTE = 60_000_000_000L;

  private final Rooms rooms = Rooms.usual();
  private final OrgDesk desk =
      new OrgDesk(
          "acme",
          "lrs_acme_",
          new Threads(InstantSource.system()),
          new LocalDecider(new LeaseBook("a", LeaseSettings.USUAL, rooms)),
          ask -> {},
          any -> {});

  @Test
  void whatNobodyAsksAboutGoesWholeAndOnlyOnceNothingIsSetAside() {
    rooms.orgs().take(desk.bytes());
    long now = desk.askedAt();
    Decision held =
        desk.with(
            decider ->
                decider.unchecked(ModelServer.request("1", false), "r1", now, Instant.EPOCH));
    assertThat(held).isInstanceOf(Decision.Allowed.class);
    assertThat(rooms.open().taken()).isPositive();
    assertThat(desk.endIfIdle(now + 10 * MINUTE, MINUTE, rooms)).isFalse();
    desk.with(decider -> decider.release("r1", now));
    assertThat(rooms.open().taken()).isZero();
    assertThat(rooms.past().taken()).isPositive();
    assertThat(desk.endIfIdle(now + MINUTE / 2, MINUTE, rooms)).isFalse();
    assertThat(desk.endIfIdle(now + 10 * MINUTE, MINUTE, rooms)).isTrue();
    assertThat(rooms.orgs().taken()).isZero();
    assertThat(rooms.past().taken()).isZero();
    assertThat(desk.touched(now)).as("it is not used any more").isFalse();
  }

  @Test
  void ofMoreChangesThanThousandTheOldestIsNeverTakenIn() {
    desk.beginFetching();
    List<CompletableFuture<Void>> waiting =
        Stream.generate(desk::confirmed)
            .limit(1_001)
            .collect(Collectors.toCollection(ArrayList::new));
    desk.refused();
    assertThat(waiting).as("asked for before").noneMatch(CompletableFuture::isDone);
    assertThat(desk.endIfIdle(desk.askedAt() + 10 * MINUTE, MINUTE, rooms)).isFalse();
    while (desk.isAwaited()) {
      assertThat(desk.beginFetching()).isTrue();
      desk.unanswered();
      assertThat(desk.beginFetching()).isTrue();
      desk.refused();
    }
    assertThat(waiting.removeFirst()).isNotDone();
    assertThat(waiting).allMatch(CompletableFuture::isDone);
  }

  @Test
  void whereThereIsNoRoomNothingIsSetAside() {
    Rooms none = new Rooms(new Room(0), new Room(0), new Room(0), new Room(0));
    LocalDecider decider = new LocalDecider(new LeaseBook("b", LeaseSettings.USUAL, none));
    assertThat(decider.unchecked(ModelServer.request("1", false), "r1", 0, Instant.EPOCH))
        .isInstanceOf(Decision.Denied.class);
    assertThat(decider.open()).isEmpty();
  }
}
