/** Who may call what, and the keys that say so. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.access;
