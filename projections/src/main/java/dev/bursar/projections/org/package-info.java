/** The orgs as a read table: its writer and its queries. */
@NullMarked
package dev.bursar.projections.org;

import org.jspecify.annotations.NullMarked;
