/** What was used, and what somebody wants to know of. */
@NullMarked
package dev.bursar.api.usage;

import org.jspecify.annotations.NullMarked;
