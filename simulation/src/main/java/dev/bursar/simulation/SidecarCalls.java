package dev.bursar.simulation;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.usage.Answer;
import dev.bursar.sidecar.usage.CallKey;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls with a key that an application makes of a sidecar: what is asked for with one happens
 * once, and what was answered is known in its next lives, so that it is answered again.
 */
final class SidecarCalls {

  private final World world;
  private final String name;
  private final SidecarDisk disk;

  /** What was answered. */
  private final Map<CallKey, Told> told = new LinkedHashMap<>();

  /** What is asked for with a key, and is not answered yet. */
  private final Map<CallKey, ReserveRequest> underWay = new LinkedHashMap<>();

  private int number;

  /**
   * What was answered.
   *
   * @param status null where it was passed on
   */
  private record Told(
      @Nullable String status, String reservation, long amount, long released, boolean late) {

    static Told of(Recovery.Answered it) {
      return new Told(it.status(), it.reservation(), it.amount(), it.released(), it.late());
    }
  }

  SidecarCalls(World world, String name, SidecarDisk disk) {
    this.world = world;
    this.name = name;
    this.disk = disk;
  }

  /** Something is to be done once. */
  CallKey newKey(String what) {
    return new CallKey(what + " " + ++number, number);
  }

  /** Something is asked for. */
  void asks(CallKey key, ReserveRequest request) {
    underWay.put(key, request);
  }

  /** It was not answered, and is not asked again. */
  void givesUp(CallKey key) {
    underWay.remove(key);
  }

  void isAnswered(CallKey key, Decision decision) {
    underWay.remove(key);
    if (decision instanceof Decision.Allowed it && it.reservation() != null) {
      String status = it.use() == null ? "open" : "committed";
      told.put(key, new Told(status, it.reservation(), it.amount(), 0, false));
    }
  }

  void isAnswered(CallKey key, Ended ended) {
    if (ended instanceof Ended.Done it) {
      told.put(key, new Told(it.status(), it.reservation(), it.amount(), it.released(), it.late()));
    }
  }

  /** It is left to the server, and that is kept. */
  void isPassedOn(CallKey key) {
    underWay.remove(key);
    told.put(key, new Told(null, "", 0, 0, false));
  }

  /** Something is to be kept: what was asked for with its key has not happened before. */
  void keeps(Entry entry) {
    boolean isTried =
        switch (entry) {
          case Entry.Opened it -> it.request().dryRun();
          case Entry.Used it -> it.use().request().dryRun();
          default -> false;
        };
    world.watch.expect(!isTried, "I9", "%s keeps what only was to be tried: %s", name, entry);
    CallKey key = key(entry);
    world.watch.expect(
        key == null || disk.entries.stream().noneMatch(each -> key.equals(key(each))),
        "I4",
        "%s does once more what was asked for with %s: %s",
        name,
        key,
        entry);
  }

  private static @Nullable CallKey key(Entry entry) {
    return switch (entry) {
      case Entry.Opened it -> it.key();
      case Entry.Used it -> key(it.answer());
      case Entry.Stored it -> key(it.answer());
      case Entry.Closed it -> key(it.answer());
      case Entry.Passed it -> it.key();
      case Entry.Confirmed it -> null;
    };
  }

  private static @Nullable CallKey key(@Nullable Answer answer) {
    return answer == null ? null : answer.key();
  }

  /**
   * It starts again, and finds what was answered: all of it, as it was answered. Where disks fail
   * what only had to outlive its process may be lost.
   *
   * @return what was asked for and has not been answered
   */
  List<Found> starts(Collection<Recovery.Answered> answered) {
    Map<CallKey, Recovery.Answered> found = new HashMap<>();
    answered.forEach(each -> found.put(each.key(), each));
    told.forEach(
        (key, was) -> {
          Recovery.Answered it = found.get(key);
          boolean maybeLost = it == null && world.scenario.has(Fault.SIDECAR_DISK_FAILS);
          world.watch.expect(
              maybeLost || (it != null && Told.of(it).equals(was)),
              "I4",
              "%s has answered %s to %s, and finds after a crash %s",
              name,
              was,
              key,
              it);
          if (it != null) {
            world.watch.saw(
                was.status == null
                    ? Rarity.SIDECAR_KNEW_WHAT_IT_HAD_PASSED_ON
                    : Rarity.SIDECAR_KNEW_WHAT_IT_HAD_ANSWERED);
          }
        });
    List<Found> again = new ArrayList<>();
    underWay.forEach((key, request) -> again.add(new Found(key, request, found.get(key))));
    underWay.clear();
    return again;
  }

  /**
   * @param answer what has come of a call of an earlier life; null for nothing
   */
  record Found(CallKey key, ReserveRequest request, Recovery.@Nullable Answered answer) {}
}
