/** Tables of rows, and their way out as CSV, NDJSON and Parquet. */
@NullMarked
package dev.bursar.api.table;

import org.jspecify.annotations.NullMarked;
