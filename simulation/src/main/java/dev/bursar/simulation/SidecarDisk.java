package dev.bursar.simulation;

import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Use;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a sidecar survives its lives. */
final class SidecarDisk {

  /** What was written and forced; of what was used, as it is read. */
  final List<Entry> entries = new ArrayList<>();

  /** The same, of what is set aside. */
  final List<Entry> aside = new ArrayList<>();

  /** What was used, by its name, whether or not it is forced yet. */
  final Map<String, Use> uses = new LinkedHashMap<>();

  /** Those of them that a crash does not lose. */
  final Map<String, Use> forced = new LinkedHashMap<>();

  /** What reservations came to that the server has made, by their names. */
  final Map<String, Use> owed = new LinkedHashMap<>();

  /** Of which orgs it was told, as it finds it in its next life. */
  List<String> told = List.of();

  /** A use as it is read; its work is told by {@link #uses}. */
  Entry stored(Entry entry) {
    return entry instanceof Entry.Used(Use use, var answer)
        ? new Entry.Stored(
            use.id(),
            use.lease(),
            use.request().subject().org(),
            use.request().wallet(),
            use.at(),
            use.micros(),
            new byte[0],
            answer,
            null)
        : entry;
  }

  /** It is written: a crash does not lose it any more. */
  void force(Entry entry) {
    entries.add(stored(entry));
    if (entry instanceof Entry.Used it) {
      forced.put(it.use().id(), it.use());
    }
  }

  /** What is set aside, and has not come on record since. */
  List<Entry.Stored> leftAside() {
    int from = 0;
    for (Entry each : aside) {
      from = each instanceof Entry.Confirmed it ? Math.max(from, (int) it.offset()) : from;
    }
    return aside.subList(from, aside.size()).stream()
        .filter(Entry.Stored.class::isInstance)
        .map(Entry.Stored.class::cast)
        .toList();
  }

  /** What is set aside, and has not ended since. */
  Map<String, Entry.Opened> open() {
    Map<String, Entry.Opened> open = new LinkedHashMap<>();
    for (Entry each : entries) {
      switch (each) {
        case Entry.Opened it -> open.put(it.id(), it);
        case Entry.Closed it -> open.remove(it.id());
        case Entry.Stored it -> open.remove(it.id());
        default -> {}
      }
    }
    return open;
  }

  /** It was not written, and never will be. */
  void lose(Entry entry) {
    if (entry instanceof Entry.Used it) {
      uses.remove(it.use().id());
    }
  }

  @Nullable Use use(String id) {
    Use use = uses.get(id);
    return use == null ? owed.get(id) : use;
  }
}
