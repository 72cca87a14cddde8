package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Operation;
import org.jspecify.annotations.Nullable;

/** An event as it stands in the journal, with the operation that led to it, if one did. */
public record Recorded<E>(E event, @Nullable Operation operation) {}
