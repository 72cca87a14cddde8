@NullMarked
package dev.bursar.api.table;

import org.jspecify.annotations.NullMarked;
