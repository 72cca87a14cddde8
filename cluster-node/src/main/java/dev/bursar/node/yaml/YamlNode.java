package dev.bursar.node.yaml;

/**
 * What is written in one place of a file, with its line and no more than is asked for: a large file
 * is a million of these, all in memory at once.
 */
final class YamlNode {

  enum Kind {
    /** What stands for nothing: left empty, {@code ~} or {@code null}. */
    NOTHING,
    TEXT,
    LIST,
    MAPPING
  }

  private static final YamlNode[] NONE = {};

  final Kind kind;

  /** From 1. */
  final int line;

  /** As it is written; of a list or a mapping, empty. */
  final String text;

  /** Items in their order; of a mapping, keys and values in turns. */
  YamlNode[] parts = NONE;

  YamlNode(Kind kind, int line, String text) {
    this.kind = kind;
    this.line = line;
    this.text = text;
  }
}
