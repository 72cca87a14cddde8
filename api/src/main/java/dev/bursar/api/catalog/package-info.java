/** Versions of the catalog over HTTP. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.catalog;
