/** PostgreSQL: connections to it, its schema, and one that is kept in a directory. */
@NullMarked
package dev.bursar.database;

import org.jspecify.annotations.NullMarked;
