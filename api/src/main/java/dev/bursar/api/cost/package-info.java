/** What work has cost, as others exchange it: FOCUS. */
@NullMarked
package dev.bursar.api.cost;

import org.jspecify.annotations.NullMarked;
