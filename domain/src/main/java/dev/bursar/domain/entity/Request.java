package dev.bursar.domain.entity;

import dev.bursar.domain.operation.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A command, and what makes it happen once.
 *
 * @param command what is asked
 * @param operation its identity; null for what changes nothing or is harmless to repeat
 */
public record Request<C>(C command, @Nullable Operation operation) {}
