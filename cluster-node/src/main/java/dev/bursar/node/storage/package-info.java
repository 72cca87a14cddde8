/** Whether the database is there. */
@NullMarked
package dev.bursar.node.storage;

import org.jspecify.annotations.NullMarked;
