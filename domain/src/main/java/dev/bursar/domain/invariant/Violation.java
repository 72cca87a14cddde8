package dev.bursar.domain.invariant;

/**
 * Something that should hold and does not.
 *
 * @param invariant which: {@code I1} conservation, {@code I2} no overspend, {@code I3} escrow,
 *     {@code I5} chain
 * @param detail where, with the figures that disagree
 */
public record Violation(String invariant, String detail) {}
