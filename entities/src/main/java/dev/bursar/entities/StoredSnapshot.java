package dev.bursar.entities;

/**
 * A snapshot as bytes.
 *
 * @param manifest the name of its stored form
 * @param bytes the stored form
 */
public record StoredSnapshot(String manifest, byte[] bytes) {}
