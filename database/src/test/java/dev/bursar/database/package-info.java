@NullMarked
package dev.bursar.database;

import org.jspecify.annotations.NullMarked;
