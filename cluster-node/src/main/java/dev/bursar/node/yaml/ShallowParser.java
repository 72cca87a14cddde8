package dev.bursar.node.yaml;

import java.util.HashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Refuses what is nested so deep that whoever reads it on would run out of stack, and keeps of
 * texts no more than is asked for.
 */
final class ShallowParser implements Parser {

  private static final int DEPTH_MAX = 50;

  private final Parser parser;
  private final Map<String, String> texts = new HashMap<>();
  private int depth;

  ShallowParser(Parser parser) {
    this.parser = parser;
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return parser.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return parser.peekEvent();
  }

  @Override
  public boolean hasNext() {
    return parser.hasNext();
  }

  @Override
  public Event next() {
    Event event = parser.next();
    if (event instanceof CollectionStartEvent) {
      depth++;
      if (depth > DEPTH_MAX) {
        throw new ParserException(
            "nested more than %d deep".formatted(DEPTH_MAX), event.getStartMark());
      }
    } else if (event instanceof CollectionEndEvent) {
      depth--;
    } else if (event instanceof ScalarEvent scalar) {
      return slim(scalar);
    }
    return event;
  }

  /**
   * Most of what a large file has in memory is texts, many of them the same, and where they end,
   * which nobody asks for: the collector has half as much to copy without.
   */
  private ScalarEvent slim(ScalarEvent scalar) {
    String value = scalar.getValue();
    return new ScalarEvent(
        scalar.getAnchor(),
        scalar.getTag(),
        scalar.getImplicit(),
        texts.computeIfAbsent(value, same -> same),
        scalar.getScalarStyle(),
        scalar.getStartMark(),
        scalar.getStartMark());
  }
}
