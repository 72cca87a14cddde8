/** Folding the whole journal and comparing it with everything that was made of it. */
@NullMarked
package dev.bursar.projections.verify;

import org.jspecify.annotations.NullMarked;
