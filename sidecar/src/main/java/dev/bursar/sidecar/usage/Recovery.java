package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What an earlier life has left.
 *
 * @param uses what the server does not have yet, as far as is known
 * @param open reservations that had not ended
 * @param confirmedSegment up to where the server has everything
 * @param confirmedOffset the same, in that segment
 * @param lostBytes bytes that are no entry and are not at the end: the disk has lost something
 */
public record Recovery(
    List<Entry.Stored> uses,
    Collection<Entry.Opened> open,
    long confirmedSegment,
    long confirmedOffset,
    long unsentBytes,
    long lostBytes) {

  private record Place(long segment, long at, Segment.Found found) {}

  static Recovery read(Path directory, Deque<Segment> segments) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (long number :
          files.mapToLong(Segment::number).filter(each -> each > 0).sorted().toArray()) {
        segments.add(Segment.open(directory, number));
      }
    }
    Map<String, Entry.Opened> open = new LinkedHashMap<>();
    List<Place> uses = new ArrayList<>();
    long segmentOf = segments.isEmpty() ? 1 : segments.getFirst().number;
    long offset = 0;
    long lost = 0;
    for (Segment segment : segments) {
      long at = 0;
      for (Segment.Found found = segment.read(at); found != null; found = segment.read(at)) {
        switch (found.entry()) {
          case Entry.Stored use -> {
            open.remove(use.id());
            uses.add(new Place(segment.number, at, found));
          }
          case Entry.Opened it -> open.put(it.id(), it);
          case Entry.Closed(String id) -> open.remove(id);
          case Entry.Confirmed it -> {
            if (it.segment() > segmentOf || (it.segment() == segmentOf && it.offset() > offset)) {
              segmentOf = it.segment();
              offset = it.offset();
            }
          }
          case Entry.Used it -> throw new IllegalStateException();
        }
        at = found.next();
      }
      if (segment == segments.getLast()) {
        segment.cutAt(at);
      } else {
        lost += segment.length() - at;
      }
    }
    List<Entry.Stored> unsent = new ArrayList<>();
    long bytes = 0;
    for (Place each : uses) {
      boolean confirmed =
          each.segment() < segmentOf || (each.segment() == segmentOf && each.at() < offset);
      if (!confirmed && each.found().entry() instanceof Entry.Stored use) {
        unsent.add(use);
        bytes += each.found().bytes();
      }
    }
    return new Recovery(unsent, List.copyOf(open.values()), segmentOf, offset, bytes, lost);
  }
}
