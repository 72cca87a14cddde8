/** Read models made anew from the journal, beside the nodes, and put in the place of the old. */
@NullMarked
package dev.bursar.projections.rebuild;

import org.jspecify.annotations.NullMarked;
