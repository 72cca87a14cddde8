/** How the journal is written, and whether the database is there. */
@NullMarked
package dev.bursar.node.storage;

import org.jspecify.annotations.NullMarked;
