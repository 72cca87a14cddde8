/** How the node is doing, and what it offers. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.health;
