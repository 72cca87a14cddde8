package dev.bursar.domain.invariant;

/**
 * Something that should hold and does not.
 *
 * @param invariant which: {@code I1} conservation, {@code I2} no overspend, {@code I3} escrow,
 *     {@code I4} idempotence, {@code I5} chain, {@code I6} replay, {@code I7} projection, {@code
 *     I8} single writer, {@code I10} isolation, {@code I11} hierarchy, {@code I12} closure; of a
 *     simulation besides: {@code model} what is told differs from what a naive model has counted,
 *     {@code progress} somebody is not answered, {@code crash} a rule or an entity has failed
 * @param detail where, with the figures that disagree
 */
public record Violation(String invariant, String detail) {}
