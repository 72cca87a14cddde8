/** How org, team and wallet come to one decision: pure state machines that an actor drives. */
@NullMarked
package dev.bursar.domain.protocol;

import org.jspecify.annotations.NullMarked;
