/** What was used, and what was decided about it. */
@NullMarked
package dev.bursar.domain.usage;

import org.jspecify.annotations.NullMarked;
