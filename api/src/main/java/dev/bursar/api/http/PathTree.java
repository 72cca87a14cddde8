package dev.bursar.api.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.http.scaladsl.model.Uri;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints by path and method. Matching costs one look-up per segment, whatever the number of
 * endpoints; a fixed segment goes before a variable one.
 */
final class PathTree {

  /** A path that is known: what can be done there, and the values of its variables. */
  record Match(Map<String, Route> methods, List<String> values) {}

  /** An endpoint with what is kept for it. */
  record Route(Endpoint endpoint, List<String> variables, RouteMeters meters) {}

  private static final class Node {
    final Map<String, Node> fixed = new HashMap<>();
    @Nullable Node variable;
    final Map<String, Route> methods = new TreeMap<>();
  }

  private final Node root = new Node();

  void add(Endpoint endpoint, RouteMeters meters) {
    Node node = root;
    List<String> variables = new ArrayList<>();
    for (String segment : endpoint.path().substring(1).split("/", -1)) {
      if (segment.startsWith("{")) {
        variables.add(segment.substring(1, segment.length() - 1));
        if (node.variable == null) {
          node.variable = new Node();
        }
        node = node.variable;
      } else {
        node = node.fixed.computeIfAbsent(segment, s -> new Node());
      }
    }
    Route before =
        node.methods.put(endpoint.method(), new Route(endpoint, List.copyOf(variables), meters));
    if (before != null) {
      throw new IllegalArgumentException("twice: " + endpoint.method() + " " + endpoint.path());
    }
  }

  /** What is at this path, or null. */
  @Nullable Match find(Uri.Path path) {
    Node node = root;
    List<String> values = new ArrayList<>(3);
    Uri.Path rest = path;
    while (!rest.isEmpty()) {
      rest = rest.tail();
      if (!rest.startsWithSegment()) {
        return null;
      }
      String segment = (String) rest.head();
      rest = rest.tail();
      Node next = node.fixed.get(segment);
      if (next == null) {
        next = node.variable;
        values.add(segment);
      }
      if (next == null) {
        return null;
      }
      node = next;
    }
    return node.methods.isEmpty() ? null : new Match(node.methods, values);
  }
}
