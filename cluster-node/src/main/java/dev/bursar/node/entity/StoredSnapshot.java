package dev.bursar.node.entity;

/**
 * A snapshot as bytes.
 *
 * @param manifest the name of its stored form
 * @param bytes the stored form
 */
record StoredSnapshot(String manifest, byte[] bytes) {}
