@NullMarked
package dev.bursar.domain.time;

import org.jspecify.annotations.NullMarked;
