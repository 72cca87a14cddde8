package dev.bursar.sidecar.usage;

/**
 * What makes repetitions of a call one.
 *
 * @param name what is to be done, and its idempotency key
 * @param fingerprint 64 bits of a hash of its content
 */
public record CallKey(String name, long fingerprint) {}
