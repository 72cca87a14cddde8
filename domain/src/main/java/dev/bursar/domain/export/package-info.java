/** What is too long for one answer. */
@NullMarked
package dev.bursar.domain.export;

import org.jspecify.annotations.NullMarked;
