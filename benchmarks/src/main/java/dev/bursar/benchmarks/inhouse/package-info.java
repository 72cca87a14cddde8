/**
 * What a team would write in-house: the same HTTP server and JSON, and one PostgreSQL transaction
 * with row locks per request. The baseline that Bursar is measured against, and beside it the same
 * routes doing nothing: the ceiling.
 */
@NullMarked
package dev.bursar.benchmarks.inhouse;

import org.jspecify.annotations.NullMarked;
