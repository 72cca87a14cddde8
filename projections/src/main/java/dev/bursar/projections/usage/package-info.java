/** Usage, event by event and summed up, and questions about it. */
@NullMarked
package dev.bursar.projections.usage;

import org.jspecify.annotations.NullMarked;
