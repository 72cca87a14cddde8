/** The stored form of every event and snapshot: its names, its versions and its bytes. */
@NullMarked
package dev.bursar.journal;

import org.jspecify.annotations.NullMarked;
