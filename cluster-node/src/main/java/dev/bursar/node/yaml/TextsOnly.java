package dev.bursar.node.yaml;

import java.util.Map;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.Schema;

/**
 * Whatever is written in a file is a text, until somebody reads it as something else; but for what
 * stands for nothing.
 */
final class TextsOnly implements Schema {

  @Override
  public ScalarResolver getScalarResolver() {
    return (value, isPlain) ->
        isPlain
                && (value.isEmpty()
                    || value.equals("~")
                    || value.equals("null")
                    || value.equals("Null")
                    || value.equals("NULL"))
            ? Tag.NULL
            : Tag.STR;
  }

  @Override
  public Map<Tag, ConstructNode> getSchemaTagConstructors() {
    return Map.of();
  }
}
