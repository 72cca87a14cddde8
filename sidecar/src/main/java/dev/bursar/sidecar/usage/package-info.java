/** What was used, where a crash does not lose it, until the server has it. */
@NullMarked
package dev.bursar.sidecar.usage;

import org.jspecify.annotations.NullMarked;
