/** Leases: holds that somebody else decides from, for a while, without asking. */
@NullMarked
package dev.bursar.domain.lease;

import org.jspecify.annotations.NullMarked;
