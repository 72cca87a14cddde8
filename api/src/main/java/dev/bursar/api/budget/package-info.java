/** Budgets and the figures of limits. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.budget;
