/** What work has cost, in credits and in real money. */
@NullMarked
package dev.bursar.domain.cost;

import org.jspecify.annotations.NullMarked;
