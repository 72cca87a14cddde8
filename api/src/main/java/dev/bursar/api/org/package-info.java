/** Orgs, their units and their users. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.org;
