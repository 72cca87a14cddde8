package dev.bursar.domain.lease;

/**
 * Who listens for what changes, and holds leases.
 *
 * @param key the id of the key with which it calls
 * @param sidecar what it calls itself
 */
public record Listener(String key, String sidecar) {}
